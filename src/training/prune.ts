/**
 * Pruning by magnitude (Han et al. 2015, arXiv:1506.02626), layer by layer. Only the matrices of
 * linear layers are pruned; embeddings, norms and biases stay whole.
 */
import { at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { ParameterBlock, Parameters } from "../tensor/parameters.ts";
import type { Parameter } from "../tensor/tensor.ts";
import { rankCountOf } from "./mesh.ts";
import type { Parallel } from "./parallel.ts";

/** Single weights, or whole rows of a matrix: all that one input feeds. */
export type PruneKind = "weights" | "rows";

/** Which weights are small is decided on whole matrices. */
export function refusePruning({ degrees, zero }: Parallel): void {
  if (zero === 0 && rankCountOf(degrees) === degrees.data) return;
  throw new Refusal({
    code: "cannot-be-split",
    pointer: "/prune",
    found: "pruning of a model of which ranks hold parts",
    expected: "whole matrices on each rank: one process, or --dp alone",
    nextStep: "train without --prune, and prune in a run that goes on from the checkpoint",
  });
}

/** For each parameter 1, or 0 where it is pruned: floor(ratio · count) of each matrix. */
export function prunedMask(parameters: Parameters, ratio: number, kind: PruneKind): Uint8Array {
  const kept = new Uint8Array(parameters.elementCount).fill(1);
  let start = 0;
  for (const parameter of parameters.list) {
    const mask = kept.subarray(start, start + parameter.elementCount);
    if (isPrunable(parameter)) {
      const width = kind === "rows" ? at(parameter.shape, 1) : 1;
      maskSmallest(parameter, mask, ratio, width);
    }
    start += parameter.elementCount;
  }
  return kept;
}

function isPrunable({ name, shape }: Parameter): boolean {
  return shape.length === 2 && name.endsWith(".weight");
}

/** Groups of `width` neighbors with the smallest sums of squares go; of equals the first. */
function maskSmallest(parameter: Parameter, mask: Uint8Array, ratio: number, width: number): void {
  const { data } = parameter;
  const groupCount = data.length / width;
  const sizes = Float64Array.from({ length: groupCount }, (_, group) => {
    let sum = 0;
    for (let i = group * width; i < (group + 1) * width; i++) sum += at(data, i) ** 2;
    return sum;
  });
  const order = Uint32Array.from({ length: groupCount }, (_, group) => group);
  order.sort((a, b) => at(sizes, a) - at(sizes, b) || a - b);
  for (const group of order.subarray(0, Math.floor(ratio * groupCount))) {
    mask.fill(0, group * width, (group + 1) * width);
  }
}

/** Pruned weights are zero, and stay so after each update. */
export function applyMask(parameters: ParameterBlock, kept: Uint8Array): void {
  const { data } = parameters;
  for (let i = 0; i < data.length; i++) if (kept[i] === 0) data[i] = 0;
}
