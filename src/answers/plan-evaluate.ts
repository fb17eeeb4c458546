/**
 * The fastest layout of a transformer on so many accelerators of one part: every split that
 * divides, fits into memory and keeps the batch within some per cent of the one asked for.
 */
import type { PartRow } from "../workload/dense/parts.ts";
import { rankMemory } from "../workload/dense/memory.ts";
import { activeCount } from "../workload/dense/parameters.ts";
import type { StepParts } from "../workload/dense/step.ts";
import { stepTime } from "../workload/dense/step.ts";
import type { DenseLayout, DenseModel, DenseRun, DenseSoftware } from "../workload/dense/types.ts";
import type { Precision, Recompute } from "../workload/dense/types.ts";

export interface Trained {
  readonly model: DenseModel;
  /** Sequences a step over all accelerators, as asked for. */
  readonly globalBatch: number;
  readonly seqTokens: number;
  readonly precision: Precision;
}

export interface Evaluated {
  readonly acceleratorCount: number;
  readonly layout: DenseLayout;
  readonly stepS: number;
  readonly parts: StepParts;
  readonly memoryBytes: number;
  readonly tokensPerS: number;
  readonly mfu: number;
}

/** Compiled or fused kernels of the newest generation, all overlaps on. */
export const PLAN_SOFTWARE: DenseSoftware = {
  ...{ isFused: true, isEager: false, isEarly: false, attentionLagGenerations: 0 },
  ...{ hasFlashAttention: true, overlapsTensor: true, overlapsData: true, hasGraphs: false },
  ...{ gradientBytes: 2, expertFactor: 1.1, hasFusedExperts: true },
};

/** A step may train on this much more or fewer sequences, so that sizes divide. */
const BATCH_TOLERANCE = 0.04;

/** Memory left to the framework, fragments and the collectives' buffers. */
const MEMORY_SHARE = 0.92;

const TENSOR: readonly number[] = [1, 2, 4, 8];
const STAGES: readonly number[] = [1, 2, 4, 5, 8, 10, 16, 20];
const MICRO_BATCHES: readonly number[] = [1, 2, 4];
const RECOMPUTES: readonly Recompute[] = ["none", "per-op", "full"];

export function fastestLayout(
  trained: Trained,
  part: PartRow,
  acceleratorCount: number,
): Evaluated | undefined {
  let best: Evaluated | undefined;
  for (const run of runs(trained, part, acceleratorCount)) {
    const memoryBytes = rankMemory(run).totalBytes;
    if (memoryBytes > MEMORY_SHARE * part.memoryBytes) continue;
    const { stepS, parts } = stepTime(run);
    const tokensPerS = (run.layout.globalBatch * run.layout.seqTokens) / stepS;
    if (best !== undefined && tokensPerS <= best.tokensPerS) continue;
    const mfu = utilization(run, tokensPerS / acceleratorCount);
    best = { acceleratorCount, layout: run.layout, stepS, parts, memoryBytes, tokensPerS, mfu };
  }
  return best;
}

function* runs(trained: Trained, part: PartRow, count: number): Generator<DenseRun> {
  const { model } = trained;
  for (const tensorRanks of TENSOR) {
    if (tensorRanks > part.domainRanks || model.heads % tensorRanks !== 0) continue;
    for (const stages of STAGES) {
      if (model.layers % stages !== 0 || count % (tensorRanks * stages) !== 0) continue;
      const replicas = count / (tensorRanks * stages);
      for (const microBatch of MICRO_BATCHES) {
        const batch = nearBatch(trained.globalBatch, replicas * microBatch);
        if (batch === undefined) continue;
        yield* variants(trained, part, { tensorRanks, stages, replicas, microBatch, batch });
      }
    }
  }
}

interface Split {
  readonly tensorRanks: number;
  readonly stages: number;
  readonly replicas: number;
  readonly microBatch: number;
  readonly batch: number;
}

/** The multiple of `unit` nearest to the batch asked for; undefined if it is too far away. */
function nearBatch(asked: number, unit: number): number | undefined {
  const batch = Math.max(1, Math.round(asked / unit)) * unit;
  return Math.abs(batch / asked - 1) <= BATCH_TOLERANCE ? batch : undefined;
}

function* variants(trained: Trained, part: PartRow, split: Split): Generator<DenseRun> {
  const { model, seqTokens, precision } = trained;
  const { tensorRanks, stages, replicas, microBatch, batch } = split;
  const depths = stages === 1 ? [1] : [1, 2, 4].filter((n) => model.layers % (stages * n) === 0);
  const shardings = stages === 1 ? (["optimizer", "fsdp"] as const) : (["optimizer"] as const);
  for (const recompute of RECOMPUTES) {
    for (const sharding of shardings) {
      for (const chunks of depths) {
        const layout: DenseLayout = {
          ...{ tensorRanks, contextRanks: 1, stages, chunks, replicas },
          expertRanks: Math.min(model.experts?.experts ?? 1, replicas, 8),
          ...{ microBatch, globalBatch: batch, seqTokens, recompute, sharding },
          ...{ shardRanks: replicas, isSequenceParallel: true, isLora: false, precision },
        };
        yield { model, layout, part, software: PLAN_SOFTWARE };
      }
    }
  }
}

/** Flop of a token, forward and backward: 6 a parameter it meets, and causal attention. */
export function tokenFlop(model: DenseModel, seqTokens: number): number {
  return 6 * activeCount(model) + 6 * model.layers * model.heads * model.headSize * seqTokens;
}

function utilization({ model, layout, part }: DenseRun, tokensPerS: number): number {
  return (tokensPerS * tokenFlop(model, layout.seqTokens)) / part.peakBf16FlopPerS;
}

/**
 * Standard deviation of the log error of a predicted step: residuals of runs left out of the
 * fit (0.045), the layout (0.06), and how well the part itself is known.
 */
export function stepErrorShare(part: PartRow, model: DenseModel): number {
  const own = part.tag !== "assumed" ? 0 : part.family === "hopper" ? 0.1 : 0.2;
  return Math.hypot(0.045, 0.06, own, model.experts === undefined ? 0 : 0.22);
}
