/**
 * A training run in one process, alone or as one of a group: steps, checkpoints, pruning, and
 * the figures of it all.
 */
import { at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import { nowS } from "../files/clock.ts";
import type { Training } from "../records/job.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import { loadBackend } from "../tensor/backend.ts";
import { refuseDivergence } from "./divergence.ts";
import type { Parallel } from "./parallel.ts";
import type { PruneKind } from "./prune.ts";
import type { ProcessReport, PruningReport, RankReport } from "./report.ts";
import type { Team } from "./team.ts";
import { teamOfOne } from "./team.ts";
import { Trainer } from "./trainer.ts";
import { gathered } from "./whole.ts";

export interface PruneOptions {
  readonly ratio: number;
  readonly kind: PruneKind;
  /** Prunes after so many updates. */
  readonly step: number;
}

export interface RunOptions {
  readonly backend?: Backend;
  readonly team?: Team;
  readonly parallel?: Parallel;
  /** Before each operation: a sign of life. */
  readonly beat?: () => void;
  readonly prune?: PruneOptions | undefined;
  /** Changes a new trainer, to go on from a checkpoint. */
  readonly prepare?: (trainer: Trainer) => void;
  /** After each update, with the loss before it. */
  readonly onStep?: (trainer: Trainer, loss: number) => void | Promise<void>;
  /** For tests: the report of rank 0 has the gradients of each step, as the optimizer saw them. */
  readonly probes?: boolean;
}

export async function runTraining(
  training: Training,
  options: RunOptions = {},
): Promise<ProcessReport> {
  const { backend = loadBackend(), team = teamOfOne(), parallel, beat } = options;
  const trainer = new Trainer(training, {
    ...{ backend, team, beat },
    ...(parallel === undefined ? {} : { parallel }),
  });
  options.prepare?.(trainer);
  refuseLatePruning(options.prune, trainer.step);
  const firstStep = trainer.step + 1;
  const losses: number[] = [];
  const stepTimesS: number[] = [];
  const gradients: Float32Array[] = [];
  let pruning: Pruning | undefined;
  while (trainer.step < training.steps) {
    const startS = nowS();
    const loss = meanOver(team, trainer.computeGradients());
    if (!Number.isFinite(loss)) refuseDivergence(trainer, loss);
    trainer.update();
    if (options.probes === true) {
      const whole = gathered(trainer, [trainer.sync.block.gradients]);
      if (whole !== undefined) gradients.push(Float32Array.from(at(whole, 0)));
    }
    stepTimesS.push(nowS() - startS);
    losses.push(loss);
    if (trainer.step === options.prune?.step) {
      pruning = prune(trainer, options.prune);
    }
    await options.onStep?.(trainer, loss);
  }
  return {
    firstStep,
    losses,
    stepTimesS,
    backend: backend.name,
    rank: rankReport(trainer),
    ...{ microBatches: trainer.microBatches, overlap: trainer.overlap },
    ...(pruning === undefined ? {} : { pruning: pruning() }),
    ...(gradients.length === 0 ? {} : { gradients }),
  };
}

function rankReport({ team, sync, totals, optimizer }: Trainer): RankReport {
  const states = [...optimizer.state.values()];
  return {
    rank: team.rank,
    pid: process.pid,
    parameterBytes: sync.parameterBytes,
    ...totals,
    sentBytes: team.sentBytes(),
    gradientBytes: sync.gradientBytes,
    optimizerBytes: states.reduce((sum, { byteLength }) => sum + byteLength, 0),
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

function prune(trainer: Trainer, { ratio, kind, step }: PruneOptions): Pruning {
  const batches = trainer.lastBatches();
  const loss = () => meanOver(trainer.team, trainer.evaluate(batches));
  const before = loss();
  const prunedCount = trainer.prune(ratio, kind);
  const after = loss();
  return () => {
    const losses = { before, after, fineTuned: loss() };
    return { kind, ratio, step, prunedCount, losses };
  };
}

/**
 * Over all ranks that have a loss, which are those of the last stage. Each rank's reaches the
 * others in a collective that is counted, as all else.
 */
function meanOver({ world, degrees }: Team, own: number | undefined): number {
  const all = new Float64Array(world.rankCount);
  world.allGather(Float64Array.of(own ?? 0), all);
  return all.reduce((sum, loss) => sum + loss, 0) / (world.rankCount / degrees.pipeline);
}
