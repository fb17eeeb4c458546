/**
 * A training run in one process, alone or as one of a group: steps, checkpoints, pruning, and
 * the figures of it all.
 */
import { Refusal } from "../base/errors.ts";
import { nowS } from "../files/clock.ts";
import type { Training } from "../records/job.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import { loadBackend } from "../tensor/backend.ts";
import type { PruneKind } from "./prune.ts";
import type { ProcessReport, PruningReport } from "./report.ts";
import type { Team } from "./team.ts";
import { teamOfOne } from "./team.ts";
import { Trainer } from "./trainer.ts";

export interface PruneOptions {
  readonly ratio: number;
  readonly kind: PruneKind;
  /** Prunes after so many updates. */
  readonly step: number;
}

export interface RunOptions {
  readonly backend?: Backend;
  readonly team?: Team;
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
  const { backend = loadBackend(), team = teamOfOne(), reduces = true } = options;
  const trainer = new Trainer(training, { backend, share: team.share });
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
    if (reduces) team.along(["data"]).allReduce(parameters.gradients);
    trainer.update();
    const loss = meanOver(team, own);
    stepTimesS.push(nowS() - startS);
    losses.push(loss);
    if (trainer.step === options.prune?.step) {
      pruning = prune(trainer, team, options.prune);
    }
    await options.onStep?.(trainer, loss);
  }
  return {
    firstStep,
    losses,
    stepTimesS,
    backend: backend.name,
    rank: {
      rank: team.rank,
      pid: process.pid,
      parameterBytes: parameters.data.byteLength,
      ...trainer.totals,
      sentBytes: team.sentBytes(),
    },
    ...(pruning === undefined ? {} : { pruning: pruning() }),
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
type Pruning = () => PruningReport;

function prune(trainer: Trainer, team: Team, { ratio, kind, step }: PruneOptions): Pruning {
  const batches = trainer.lastBatches();
  const loss = () => meanOver(team, trainer.evaluate(batches));
  const before = loss();
  const prunedCount = trainer.prune(ratio, kind);
  const after = loss();
  return () => {
    const losses = { before, after, fineTuned: loss() };
    return { kind, ratio, step, prunedCount, losses };
  };
}

/** Each rank's loss reaches the others in a collective that is counted, as all else. */
function meanOver({ world }: Team, own: number): number {
  const all = new Float64Array(world.rankCount);
  world.allGather(Float64Array.of(own), all);
  return all.reduce((sum, loss) => sum + loss, 0) / all.length;
}
