/**
 * Model flop utilization: the flop that the model needs over what the accelerators could do.
 *
 *     MFU = accumulation · Σ flop of matmul and attention / (step time · dense bf16 peak)
 *
 * Per rank: every rank does the same, so the rank count cancels. Forward and backward count,
 * attention as causal; the optimizer, norms and the like do not, nor would recomputation.
 * Source: Chowdhery et al. 2022, "PaLM", arXiv:2204.02311, appendix B (which counts attention
 * in full, without the causal half).
 */
import { assert } from "../base/assert.ts";
import type { Accelerator } from "../records/cluster.ts";
import type { Trace } from "../records/trace.ts";
import { usesMatrixUnits } from "./compute/op-time.ts";

/** Flop of one micro-batch on one rank. */
export function modelFlop(trace: Trace): number {
  return trace.ops
    .filter((op) => usesMatrixUnits(op.kind) && op.phase !== "optimizer")
    .reduce((sum, op) => sum + op.flop, 0);
}

export function modelFlopUtilization(asked: {
  readonly trace: Trace;
  readonly accumulation: number;
  readonly stepTimeS: number;
  readonly accelerator: Accelerator;
}): number {
  const { trace, accumulation, stepTimeS, accelerator } = asked;
  assert(stepTimeS > 0, "a step takes time");
  const mfu = (accumulation * modelFlop(trace)) / (stepTimeS * accelerator.peakBf16FlopPerS.value);
  assert(mfu <= 1 + 1e-9, "no accelerator exceeds its peak");
  return mfu;
}
