/**
 * A training run in one process, alone or as one of a group: steps, checkpoints, pruning, and
 * the figures of it all.
 */
import { Refusal } from "../base/errors.ts";
import { nowS } from "../files/clock.ts";
import type { Training } from "../records/job.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import { loadBackend } from "../tensor/backend.ts";
import type { Group } from "./group.ts";
import { ALONE } from "./group.ts";
import type { PruneKind } from "./prune.ts";
import type { ProcessReport, PruningReport } from "./report.ts";
import { Trainer } from "./trainer.ts";

export interface PruneOptions {
  readonly ratio: number;
  readonly kind: PruneKind;
  /** Prunes after so many updates. */
  readonly step: number;
}

export interface RunOptions {
  readonly backend?: Backend;
  readonly group?: Group;
  readonly prune?: PruneOptions | undefined;
  /** Changes a new trainer, to go on from a checkpoint. */
  readonly prepare?: (trainer: Trainer) => void;
  /** After each update, with the loss before it. */
  readonly onStep?: (trainer: Trainer, loss: number) => void | Promise<void>;
  /** For tests: gradients stay those of each process alone. */
  readonly reduces?: boolean;
}

export async function runTraining(
  training: Training,
  options: RunOptions = {},
): Promise<ProcessReport> {
  const { backend = loadBackend(), group = ALONE, reduces = true } = options;
  const trainer = new Trainer(training, { backend, share: group.share });
  options.prepare?.(trainer);
  refuseLatePruning(options.prune, trainer.step);
  const firstStep = trainer.step + 1;
  const { parameters } = trainer.model;
  const losses: number[] = [];
  const stepTimesS: number[] = [];
  let pruning: Pruning | undefined;
  while (trainer.step < training.steps) {
    const startS = nowS();
    const own = trainer.computeGradients();
    if (reduces) await group.allReduce(parameters.gradients);
    trainer.update();
    const loss = mean(await group.allGather(own));
    stepTimesS.push(nowS() - startS);
    losses.push(loss);
    if (trainer.step === options.prune?.step) {
      pruning = await prune(trainer, group, options.prune);
    }
    await options.onStep?.(trainer, loss);
  }
  return {
    firstStep,
    losses,
    stepTimesS,
    backend: backend.name,
    rank: {
      rank: group.share.rank,
      pid: process.pid,
      parameterBytes: parameters.data.byteLength,
      ...trainer.totals,
      sentBytes: group.sentBytes,
    },
    ...(pruning === undefined ? {} : { pruning: await pruning() }),
  };
}

function refuseLatePruning(prune: PruneOptions | undefined, step: number): void {
  if (prune === undefined || prune.step > step) return;
  throw new Refusal({
    code: "out-of-range",
    pointer: "/prune",
    found: `pruning after step ${prune.step} in a run that goes on after step ${step}`,
    expected: "a step still to come",
    nextStep: "prune later, or leave it out: what was pruned stays pruned",
  });
}

/** Gives the report once fine-tuning is done. */
type Pruning = () => Promise<PruningReport>;

async function prune(
  trainer: Trainer,
  group: Group,
  { ratio, kind, step }: PruneOptions,
): Promise<Pruning> {
  const batches = trainer.lastBatches();
  const loss = async () => mean(await group.allGather(trainer.evaluate(batches)));
  const before = await loss();
  const prunedCount = trainer.prune(ratio, kind);
  const after = await loss();
  return async () => {
    const losses = { before, after, fineTuned: await loss() };
    return { kind, ratio, step, prunedCount, losses };
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
