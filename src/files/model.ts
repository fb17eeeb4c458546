/** A model from its file, by id or path. */
import { InputError } from "../base/errors.ts";
import type { LlamaSizes, ModelSpec, MoeSpec } from "../records/trace.ts";
import type { Document } from "./document.ts";
import type { Finding } from "./issues.ts";
import type { Origin } from "./references.ts";
import { readReference } from "./references.ts";
import { issuesOf, validated } from "./validators.ts";

/** The shape of the file after conversion. */
export type ModelFile =
  | (SizesFile & { readonly family: "gpt" })
  | (SizesFile & { readonly family: "bert" })
  | (LlamaFile & { readonly family: "llama" })
  | (LlamaFile & {
      readonly family: "moe";
      readonly experts: number;
      readonly expertsPerToken: number;
      readonly routing?: MoeSpec["routing"];
      readonly balanceLoss?: number;
    })
  | {
      readonly family: "mlp";
      readonly id: string;
      readonly name: string;
      readonly widths: readonly number[];
    };

interface SizesFile {
  readonly id: string;
  readonly name: string;
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly context: number;
}

interface LlamaFile extends SizesFile {
  readonly keyValueHeads: number;
  readonly feedForward: number;
  readonly ropeBase?: number;
  readonly tiesEmbedding?: boolean;
}

/** Base of the angles of positions where a file says nothing: Su et al. 2021, arXiv:2104.09864. */
const ROPE_BASE = 10_000;

/** A model by id ("gpt-1.3b") or path. */
export async function readModel(reference: string, origin: Origin = {}): Promise<ModelSpec> {
  const { document } = await readReference("model", reference, origin);
  return modelFrom(document);
}

export async function modelFrom(document: Document): Promise<ModelSpec> {
  const file = await validated<ModelFile>("model", document);
  const findings = modelFindings(file, "");
  if (findings.length > 0) throw new InputError(issuesOf(document, findings));
  return modelOf(file);
}

/** What no schema can say about a model. */
export function modelFindings(file: ModelFile, pointer: string): Finding[] {
  if (file.family === "mlp") return [];
  const { heads, hidden } = file;
  const findings: Finding[] = [];
  const refuse = (key: string, found: string, expected: string) => {
    const nextStep = key === "heads" ? "change heads or hidden" : `change ${key}`;
    const complaint = { code: "does-not-divide", found, expected, nextStep };
    findings.push({ pointer: `${pointer}/${key}`, part: "value", complaint });
  };
  if (hidden % heads !== 0) {
    refuse("heads", `${heads} heads`, `a number that divides the hidden size ${hidden}`);
  }
  if (file.family === "gpt" || file.family === "bert") return findings;
  if (findings.length === 0 && (hidden / heads) % 2 !== 0) {
    const expected = "an even number of columns a head, since positions turn them in pairs";
    refuse("heads", `${heads} heads of ${hidden / heads} columns`, expected);
  }
  if (heads % file.keyValueHeads !== 0) {
    const found = `${file.keyValueHeads} key-value heads`;
    refuse("keyValueHeads", found, `a number that divides the ${heads} heads`);
  }
  if (file.family === "moe" && file.expertsPerToken > file.experts) {
    const found = `${file.expertsPerToken} experts a token`;
    refuse("expertsPerToken", found, `at most the ${file.experts} experts there are`);
  }
  return findings;
}

/** The file that says this model: what a checkpoint keeps. */
export function modelFileOf(spec: ModelSpec): ModelFile {
  if (spec.family === "mlp") return spec;
  const { id, name } = spec;
  const sizes = {
    ...{ id, name, layers: spec.layerCount, hidden: spec.hiddenSize, heads: spec.headCount },
    ...{ vocabulary: spec.vocabularySize, context: spec.contextTokens },
  };
  if (spec.family === "gpt" || spec.family === "bert") return { family: spec.family, ...sizes };
  const { ropeBase, tiesEmbedding } = spec;
  const shared = { keyValueHeads: spec.keyValueHeadCount, feedForward: spec.feedForwardSize };
  const llama = { ...sizes, ...shared, ropeBase, tiesEmbedding };
  if (spec.family === "llama") return { family: "llama", ...llama };
  const { expertCount: experts, expertsPerToken, routing, balanceWeight: balanceLoss } = spec;
  const balance = balanceLoss === undefined ? {} : { balanceLoss };
  return { family: "moe", ...llama, experts, expertsPerToken, routing, ...balance };
}

export function modelOf(file: ModelFile): ModelSpec {
  const { id, name } = file;
  if (file.family === "mlp") return { family: "mlp", id, name, widths: file.widths };
  const sizes = {
    ...{ id, name, layerCount: file.layers, hiddenSize: file.hidden, headCount: file.heads },
    ...{ vocabularySize: file.vocabulary, contextTokens: file.context },
  };
  if (file.family === "gpt" || file.family === "bert") return { family: file.family, ...sizes };
  const { ropeBase = ROPE_BASE, tiesEmbedding = false } = file;
  const llama: LlamaSizes = {
    ...{ ...sizes, keyValueHeadCount: file.keyValueHeads, feedForwardSize: file.feedForward },
    ...{ ropeBase, tiesEmbedding },
  };
  if (file.family === "llama") return { family: "llama", ...llama };
  const { experts: expertCount, expertsPerToken, routing = "learned", balanceLoss = 0 } = file;
  const balance = balanceLoss === 0 ? {} : { balanceWeight: balanceLoss };
  return { family: "moe", ...llama, expertCount, expertsPerToken, routing, ...balance };
}
