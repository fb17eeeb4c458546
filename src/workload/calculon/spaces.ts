/**
 * Memory of a rank in Calculon (calculon-ai/calculon, llm/llm.py). Activations are kept for
 * min(micro-batches, p) of the pipeline, times 1 + (p−1)/(v·p) where chunks interleave; the block
 * at work needs its own besides. Gradients of weights are whole in 32 bits for one block. What is
 * offloaded leaves room for the block at work and the next one.
 */
import type { Job } from "./times.ts";

export interface Spaces {
  readonly weightBytes: number;
  readonly activationBytes: number;
  readonly checkpointBytes: number;
  readonly activationGradientBytes: number;
  readonly weightGradientBytes: number;
  readonly optimizerBytes: number;
}

/** What a rank holds with nothing offloaded. */
export function wholeSpaces({ execution, sums, blocks, checkpointBytes }: Job): Spaces {
  const { isTraining, recompute, pipelineRanks: p, chunksPerRank: v } = execution;
  const { blockCount } = blocks;
  const kept = Math.min(blocks.microBatches, p);
  const passes = v > 1 ? kept * (1 + (p - 1) / (v * p)) : kept;
  const isFull = recompute === "full";
  const isAllKept = isTraining && !isFull;
  return {
    weightBytes: sums.weightBytes * blockCount,
    activationBytes: isAllKept
      ? sums.workingBytes + sums.storedBytes * (blockCount * passes - 1)
      : sums.workingBytes,
    checkpointBytes: isTraining && isFull ? blockCount * checkpointBytes * passes : 0,
    activationGradientBytes: sums.activationGradientBytes,
    weightGradientBytes: isTraining
      ? sums.weightGradientWholeBytes + sums.weightGradientBytes * (blockCount - 1)
      : 0,
    optimizerBytes: sums.optimizerBytes * blockCount,
  };
}

/** The least a rank holds of each when it is offloaded. */
export function leastSpaces({ execution, sums, checkpointBytes }: Job): Spaces {
  const { isTraining, recompute } = execution;
  const isFull = recompute === "full";
  return {
    weightBytes: sums.weightBytes * 2,
    activationBytes: sums.workingBytes + (isFull ? 0 : sums.storedBytes),
    checkpointBytes: isTraining && isFull ? checkpointBytes * 2 : 0,
    activationGradientBytes: sums.activationGradientBytes,
    weightGradientBytes: isTraining ? sums.weightGradientWholeBytes + sums.weightGradientBytes : 0,
    optimizerBytes: sums.optimizerBytes * 2,
  };
}

/** What the first and the second memory must hold. */
export function tiersBytes(job: Job): readonly [number, number] {
  const { execution, sums, blocks } = job;
  const [all, least] = [wholeSpaces(job), leastSpaces(job)];
  const isFull = execution.recompute === "full";
  let [near, far] = [all.activationGradientBytes, 0];
  if (execution.areWeightsOffloaded) {
    near += least.weightBytes;
    far += all.weightBytes;
  } else near += all.weightBytes;
  if (execution.areActivationsOffloaded) {
    near += least.activationBytes + (isFull ? least.checkpointBytes : 0);
    far += isFull ? all.checkpointBytes : all.activationBytes;
  } else near += all.activationBytes + all.checkpointBytes;
  if (execution.isOptimizerOffloaded) {
    near += least.weightGradientBytes + least.optimizerBytes;
    far += sums.weightGradientBytes * blocks.blockCount + all.optimizerBytes;
  } else near += all.weightGradientBytes + all.optimizerBytes;
  return [near, far];
}
