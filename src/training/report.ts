/** What a training run says when it is done; the keys of `native train --json`. */
import { at } from "../base/assert.ts";
import type { TaskOutcome } from "./rank-task.ts";
import type { Parallel } from "./parallel.ts";
import type { PruneKind } from "./prune.ts";
import type { Overlap } from "./sync/sync.ts";

/** Totals of one process. */
export interface RankReport {
  readonly rank: number;
  readonly pid: number;
  readonly parameterBytes: number;
  readonly matmulFlop: number;
  readonly sequences: number;
  readonly sentBytes: number;
  /** The most at once. */
  readonly gradientBytes: number;
  readonly optimizerBytes: number;
}

export interface PruningReport {
  readonly kind: PruneKind;
  readonly ratio: number;
  readonly step: number;
  readonly prunedCount: number;
  /** Of one batch: before and after, and after the steps that follow. */
  readonly losses: {
    readonly before: number;
    readonly after: number;
    readonly fineTuned: number;
  };
}

/** What one process reports of its run. */
export interface ProcessReport {
  /** The first step of this run: 1, or the one after the checkpoint. */
  readonly firstStep: number;
  readonly losses: readonly number[];
  readonly stepTimesS: readonly number[];
  readonly backend: string;
  readonly rank: RankReport;
  readonly microBatches: number;
  readonly overlap: Overlap;
  readonly pruning?: PruningReport;
  /** What came of a task other than training. */
  readonly outcome?: TaskOutcome;
  /** Of the whole model, one a step; only where they were asked for. */
  readonly gradients?: readonly Float32Array[];
}

/** How the run was divided; the letters are those of all frameworks. */
export interface ParallelReport {
  readonly processes: number;
  readonly dp: number;
  readonly tp: number;
  readonly pp: number;
  readonly ep: number;
  readonly cp: number;
  readonly zero: number;
  readonly schedule: string;
  /** Stages of each rank of a pipeline. */
  readonly stagesPerRank: number;
  readonly microBatches: number;
  readonly sequenceParallel: boolean;
  readonly transport: string | null;
  /** Exchanges of gradients, over all steps of rank 0: how long they took, and kept it waiting. */
  readonly overlap: Overlap;
  /** This very run has executed it; elsewhere a layout may be modelled only. */
  readonly status: "executed" | "modelled";
}

export interface RunReport {
  readonly steps: number;
  readonly firstStep: number;
  readonly losses: readonly number[];
  readonly stepTimeS: { readonly p50: number; readonly p90: number };
  readonly tokensPerS: number;
  readonly backend: string;
  readonly pids: readonly number[];
  readonly ranks: readonly RankReport[];
  readonly parallel: ParallelReport;
  readonly checkpoint: string | null;
  readonly pruning?: PruningReport;
}

export interface RunHead {
  /** Tokens of a step over all processes; samples, for a model that reads vectors. */
  readonly tokens: number;
  readonly transport: string | null;
  readonly parallel: Parallel;
  readonly checkpoint: string | null;
}

/** The run as rank 0 saw it, with the totals of all. */
export function runReport(processes: readonly ProcessReport[], head: RunHead): RunReport {
  const { firstStep, losses, stepTimesS, backend, pruning } = at(processes, 0);
  const p50 = quantile(stepTimesS, 0.5);
  return {
    steps: losses.length,
    firstStep,
    losses,
    stepTimeS: { p50, p90: quantile(stepTimesS, 0.9) },
    tokensPerS: head.tokens / p50,
    backend,
    pids: processes.map(({ rank }) => rank.pid),
    ranks: processes.map(({ rank }) => rank),
    parallel: parallelReport(processes, head),
    checkpoint: head.checkpoint,
    ...(pruning === undefined ? {} : { pruning }),
  };
}

function parallelReport(
  processes: readonly ProcessReport[],
  { parallel, transport }: RunHead,
): ParallelReport {
  const { degrees, zero, schedule, stagesPerRank, sequenceParallel } = parallel;
  const { microBatches, overlap } = at(processes, 0);
  const { data: dp, tensor: tp, pipeline: pp, expert: ep, context: cp } = degrees;
  return {
    ...{ processes: processes.length, dp, tp, pp, ep, cp, zero, schedule, stagesPerRank },
    ...{ microBatches, sequenceParallel, transport, overlap, status: "executed" },
  };
}

/** The smallest value that at least this share of all does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return at(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1));
}
