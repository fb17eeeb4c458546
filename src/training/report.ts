/** What a training run says when it is done; the keys of `native train --json`. */
import { at } from "../base/assert.ts";
import type { TaskOutcome } from "./rank-task.ts";
import type { PruneKind } from "./prune.ts";

/** Totals of one process. */
export interface RankReport {
  readonly rank: number;
  readonly pid: number;
  readonly parameterBytes: number;
  readonly matmulFlop: number;
  readonly sequences: number;
  readonly sentBytes: number;
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
  readonly pruning?: PruningReport;
  /** What came of a task other than training. */
  readonly outcome?: TaskOutcome;
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
  readonly parallel: {
    readonly processes: number;
    readonly dp: number;
    readonly transport: string | null;
  };
  readonly checkpoint: string | null;
  readonly pruning?: PruningReport;
}

export interface RunHead {
  /** Tokens of a step over all processes; samples, for a model that reads vectors. */
  readonly tokens: number;
  readonly transport: string | null;
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
    parallel: { processes: processes.length, dp: processes.length, transport: head.transport },
    checkpoint: head.checkpoint,
    ...(pruning === undefined ? {} : { pruning }),
  };
}

/** The smallest value that at least this share of all does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return at(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1));
}
