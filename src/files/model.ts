/** A model from its file, by id or path. */
import { InputError } from "../base/errors.ts";
import type { ModelSpec } from "../records/trace.ts";
import type { Document } from "./document.ts";
import type { Finding } from "./issues.ts";
import type { Origin } from "./references.ts";
import { readReference } from "./references.ts";
import { issuesOf, validated } from "./validators.ts";

/** The shape of the file after conversion. */
export type ModelFile =
  | {
      readonly family: "gpt" | "bert";
      readonly id: string;
      readonly name: string;
      readonly layers: number;
      readonly hidden: number;
      readonly heads: number;
      readonly vocabulary: number;
      readonly context: number;
    }
  | {
      readonly family: "mlp";
      readonly id: string;
      readonly name: string;
      readonly widths: readonly number[];
    };

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
  if (file.family === "mlp" || file.hidden % file.heads === 0) return [];
  const complaint = {
    code: "does-not-divide",
    found: `${file.heads} heads`,
    expected: `a number that divides the hidden size ${file.hidden}`,
    nextStep: "change heads or hidden",
  };
  return [{ pointer: `${pointer}/heads`, part: "value", complaint }];
}

/** The file that says this model: what a checkpoint keeps. */
export function modelFileOf(spec: ModelSpec): ModelFile {
  if (spec.family === "mlp") return spec;
  const { family, id, name } = spec;
  return {
    ...{ family, id, name, layers: spec.layerCount, hidden: spec.hiddenSize },
    ...{ heads: spec.headCount, vocabulary: spec.vocabularySize, context: spec.contextTokens },
  };
}

export function modelOf(file: ModelFile): ModelSpec {
  const { id, name } = file;
  if (file.family === "mlp") return { family: "mlp", id, name, widths: file.widths };
  return {
    family: file.family,
    id,
    name,
    layerCount: file.layers,
    hiddenSize: file.hidden,
    headCount: file.heads,
    vocabularySize: file.vocabulary,
    contextTokens: file.context,
  };
}
