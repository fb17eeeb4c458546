/**
 * What one rank keeps in memory during a step of mixed-precision training with Adam.
 *
 *     weights      P · e        gradients  P · e       (e bytes an element)
 *     optimizer    P / N · (4 + 4 + 4)   fp32 master copy and two moments; no copy if e = 4
 *     activations  as the trace recorded them for one micro-batch
 *
 * N is the rank count under ZeRO-1, else 1. The largest shard decides, so P/N is rounded up.
 * Source: Rajbhandari et al. 2020, "ZeRO", arXiv:1910.02054, section 3. Not counted: the
 * allocator's fragments and the buffers of communication.
 */
import { assert } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import { bytes, fixed } from "../base/format.ts";
import type { Sharding } from "../records/job.ts";
import type { Memory } from "../records/result.ts";
import type { Trace } from "../records/trace.ts";

const FP32_BYTES = 4;

export interface MemoryAsked {
  readonly sharding: Sharding;
  readonly rankCount: number;
  readonly capacityBytes: number;
}

/** The trace is of one micro-batch: activations are freed between micro-batches. */
export function stepMemory(trace: Trace, asked: MemoryAsked): Memory {
  const { sharding, rankCount, capacityBytes } = asked;
  assert(rankCount >= 1, "a job has at least one rank");
  const { parameterCount, elementBytes, activationBytes } = trace;
  const shardCount = sharding === "zero-1" ? rankCount : 1;
  const copies = elementBytes < FP32_BYTES ? 3 : 2;
  const weightBytes = parameterCount * elementBytes;
  const gradientBytes = parameterCount * elementBytes;
  const optimizerBytes = Math.ceil(parameterCount / shardCount) * copies * FP32_BYTES;
  const totalBytes = weightBytes + gradientBytes + optimizerBytes + activationBytes;
  return {
    weightBytes,
    gradientBytes,
    optimizerBytes,
    activationBytes,
    totalBytes,
    capacityBytes,
  };
}

export function fits(memory: Memory): boolean {
  return memory.totalBytes <= memory.capacityBytes;
}

/**
 * Sequences a micro-batch may hold, as activations grow in proportion to it; 0 if the states
 * alone do not fit. `microBatch` is that of the memory given.
 */
export function microBatchThatFits(memory: Memory, microBatch: number): number {
  const roomBytes = memory.capacityBytes - (memory.totalBytes - memory.activationBytes);
  if (roomBytes < 0) return 0;
  if (memory.activationBytes === 0) return microBatch;
  return Math.floor((roomBytes * microBatch) / memory.activationBytes);
}

/** Refuses a point that does not fit, naming what would make it fit. */
export function refuseUnlessFits(
  memory: Memory,
  point: { readonly microBatch: number; readonly sharding: Sharding },
): void {
  if (fits(memory)) return;
  throw new Refusal({
    code: "does-not-fit",
    pointer: "/job/microBatch",
    found:
      `${bytes(memory.totalBytes)} a rank (weights ${bytes(memory.weightBytes)}, ` +
      `gradients ${bytes(memory.gradientBytes)}, optimizer ${bytes(memory.optimizerBytes)}, ` +
      `activations ${bytes(memory.activationBytes)} at a micro-batch of ${point.microBatch})`,
    expected: `at most the ${bytes(memory.capacityBytes)} of the accelerator`,
    nextStep: whatWouldFit(memory, point),
  });
}

function whatWouldFit(
  memory: Memory,
  point: { readonly microBatch: number; readonly sharding: Sharding },
): string {
  const microBatch = microBatchThatFits(memory, point.microBatch);
  if (microBatch >= 1) return `set the micro-batch to ${fixed(microBatch)}`;
  if (point.sharding === "replicated") return "shard the optimizer (zero-1) over the ranks";
  return "take more accelerators, accelerators with more memory, or a smaller model";
}
