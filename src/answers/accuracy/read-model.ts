/** The model of a row: its columns, then what is public about its name, then its size. */
import { Refusal } from "../../base/errors.ts";
import type { Experts } from "../../records/large-model.ts";
import type { DenseModel } from "../../workload/dense/types.ts";
import { publicShape } from "./public-models.ts";
import type { Assumptions, Row } from "./row.ts";
import { cell, number } from "./row.ts";

/** Families whose feed-forward part is not gated. */
const UNGATED =
  /gpt|mpt|bloom|opt|megatron|nemotron|bert|t5|^\s*$|turing|pythia|falcon|phi.?[12]|starcoder|vit/;
const GATED_ANYWAY = /oss|qwen|llama|mixtral|deepseek|intern/;
/** Attention and feed-forward part side by side; the ablation keeps what it added first. */
const PARALLEL = /gpt.?j|gpt.?neo.?x|pythia|falcon|palm/;
const PARALLEL_RUN = /\+parallel|\+sliding|\+[tdp]p overlap|\+efficient|\+misc|\+lamb|megascale/i;

export function readModel(row: Row, assumptions: Assumptions): DenseModel {
  const name = cell(row, "model").toLowerCase();
  const known = publicShape(name);
  const size = number(row, "params_b");
  const invented = shapeOfSize(size ?? sizeInName(name));
  const pick = (column: string, fromName: number | undefined, fromSize: number): number =>
    assumptions.or(number(row, column) ?? fromName, fromSize, column);
  const hiddenSize = pick("hidden", known.hiddenSize, invented.hiddenSize);
  const heads = pick("heads", known.heads, Math.max(1, Math.round(hiddenSize / 128)));
  // A gated part has three matrices and is narrower, so that 4 h are those of two.
  const isPlain = UNGATED.test(name) || number(row, "ffn") === 4 * hiddenSize;
  const isGated = known.isGated ?? (GATED_ANYWAY.test(name) || !isPlain);
  const isParallel = PARALLEL.test(name) || PARALLEL_RUN.test(cell(row, "framework"));
  const experts = readExperts(row, known.experts);
  const headSize = known.headSize ?? hiddenSize / heads;
  const kvHeads = number(row, "kv_heads") ?? known.kvHeads ?? heads;
  const fallbackFfn = isGated ? Math.round((8 * hiddenSize) / 3) : 4 * hiddenSize;
  const stated = experts ? (expertFfn(row) ?? known.ffnChannels) : undefined;
  const ffnChannels = stated ?? pick("ffn", known.ffnChannels, fallbackFfn);
  const model: DenseModel = {
    layers: pick("layers", known.layers, invented.layers),
    ...{ hiddenSize, heads, headSize, kvHeads, ffnChannels, isGated },
    vocabularyTokens: pick("vocab", known.vocabularyTokens, 51_200),
    hasDropout: false,
    windowTokens: known.windowTokens ?? (/sliding window/.test(cell(row, "framework")) ? 1024 : 0),
    ...(experts === undefined ? {} : { experts }),
    ...(isParallel ? { isParallel } : {}),
    ...(known.latent === undefined ? {} : { latent: known.latent }),
  };
  if (!Number.isFinite(headSize)) refuseShape(row);
  return model;
}

function refuseShape(row: Row): never {
  throw new Refusal({
    code: "contradiction",
    pointer: "/heads",
    found: `${cell(row, "heads")} heads over ${cell(row, "hidden")} channels`,
    expected: "a shape that exists",
    nextStep: "correct heads or hidden",
  });
}

/** "128 top-4", "64+2 shared (top-6), expert ffn 1408", "8 top-2", "160". */
export function readExperts(row: Row, known: Experts | undefined): Experts | undefined {
  const text = cell(row, "experts");
  const experts = /^(\d+)/.exec(text)?.[1];
  if (experts === undefined) return known;
  const top = /top.?(\d+)/.exec(text)?.[1];
  const shared = /\+ ?(\d+) shared/.exec(text)?.[1];
  const layers = known?.denseLayers;
  const denseFfnChannels = known?.denseFfnChannels;
  return {
    ...(known?.hasBias === true ? { hasBias: true } : {}),
    ...(layers === undefined || denseFfnChannels === undefined
      ? {}
      : { denseLayers: layers, denseFfnChannels }),
    experts: Number(experts),
    expertsPerToken: top === undefined ? (known?.expertsPerToken ?? 2) : Number(top),
    sharedExperts: shared === undefined ? (known?.sharedExperts ?? 0) : Number(shared),
  };
}

function expertFfn(row: Row): number | undefined {
  const found = /expert ffn (\d+)/.exec(cell(row, "experts"))?.[1];
  return found === undefined ? undefined : Number(found);
}

function sizeInName(name: string): number {
  const found = /(\d+(?:\.\d+)?) ?([bmt])\b/.exec(name);
  const scale = { m: 1e-3, b: 1, t: 1e3 }[found?.[2] ?? "b"] ?? 1;
  return found === null ? 7 : Number(found[1]) * scale;
}

/** A usual shape of so many billion parameters: 12 L h² with h = 128 L. */
function shapeOfSize(billions: number): { layers: number; hiddenSize: number } {
  const layers = Math.max(2, Math.round(((billions * 1e9) / (12 * 128 ** 2)) ** (1 / 3)));
  const exact = Math.sqrt((billions * 1e9) / (12 * layers));
  return { layers, hiddenSize: Math.max(128, Math.round(exact / 128) * 128) };
}
