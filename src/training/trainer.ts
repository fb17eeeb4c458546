/**
 * A model in training, step by step: gradients of this rank's share of a batch, added up over
 * all ranks, then the update. One process alone is a team of one.
 */
import { present } from "../base/assert.ts";
import { seeded } from "../base/random.ts";
import type { Batch, Model } from "../models/model.ts";
import { createModel } from "../models/model.ts";
import type { Training } from "../records/job.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import type { SquaredNorm } from "../tensor/clip.ts";
import type { Device, NativeDevice } from "../tensor/device.ts";
import { createNativeDevice } from "../tensor/device.ts";
import type { Optimizer } from "../tensor/optimizer.ts";
import type { Tape } from "../tensor/tape.ts";
import type { BatchSource } from "./batches.ts";
import { batchSource } from "./batches.ts";
import { refuseCount } from "./counts.ts";
import type { Parallel } from "./parallel.ts";
import { layoutOf, microBatchesOf, ONE_PROCESS, refuseSchedule } from "./parallel.ts";
import { Runner } from "./pipeline/runner.ts";
import type { PruneKind } from "./prune.ts";
import { applyMask, prunedMask, refusePruning } from "./prune.ts";
import { replicated } from "./sync/replicated.ts";
import { Sharded } from "./sync/sharded.ts";
import type { Sync } from "./sync/sync.ts";
import type { Team } from "./team.ts";
import { teamOfOne } from "./team.ts";
import { createOptimizer, updateParameters } from "./update.ts";

export interface TrainerOptions {
  readonly backend: Backend;
  /** Seconds, monotonic; without it ops are not timed. */
  readonly clock?: () => number;
  readonly team?: Team;
  readonly parallel?: Parallel;
  /** Before each operation: a sign of life. */
  readonly beat?: (() => void) | undefined;
}

export class Trainer {
  readonly training: Training;
  readonly parallel: Parallel;
  readonly team: Team;
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly device: NativeDevice;
  readonly sync: Sync;
  /** Totals of this process since it started. */
  readonly totals = { sequences: 0, matmulFlop: 0 };
  readonly overlap = { exchangeS: 0, waitedS: 0 };
  /** 0 where a weight is pruned; undefined before any is. */
  kept: Uint8Array | undefined;
  readonly microBatches: number;
  readonly #nextBatches: BatchSource;
  readonly #runner: Runner;
  #batches: readonly Batch[] = [];
  #tape: Tape | undefined;

  constructor(training: Training, options: TrainerOptions) {
    const { backend, clock, beat, team = teamOfOne(), parallel = ONE_PROCESS } = options;
    refuseCount("steps", training.steps);
    refuseCount("batch", training.batch);
    refuseSchedule(training, parallel);
    this.training = training;
    this.parallel = parallel;
    this.team = team;
    this.microBatches = microBatchesOf(training, parallel);
    const random = seeded(training.seed);
    this.model = createModel(
      training.model,
      layoutOf(training.model, parallel, team.rank, team.groups),
    );
    const parts = { ...training, accumulation: this.microBatches };
    this.#nextBatches = batchSource(parts, random, team.share);
    const { parameters } = this.model;
    parameters.allocate(random);
    this.sync =
      parallel.zero === 0
        ? replicated(parameters, team)
        : new Sharded(parameters, team, parallel.zero);
    this.optimizer = createOptimizer(training, this.sync.block);
    const { precision = "fp32" } = training;
    const createDevice = () => createNativeDevice({ backend, clock, precision, onKernel: beat });
    this.device = createDevice();
    this.#runner = new Runner(
      {
        ...{ model: this.model, team, microCount: this.microBatches },
        createDevice,
        touched: (parameter) => this.sync.touched(parameter),
      },
      this.device,
    );
  }

  /** Updates so far. */
  get step(): number {
    return this.optimizer.step;
  }

  /** Goes on after `step` updates made elsewhere: the same batches come as would have come. */
  resume(step: number): void {
    for (let i = 0; i < step; i++) this.#nextBatches();
    this.optimizer.resume(step);
  }

  /**
   * Forward and backward of the next batch, with the gradients added up over ranks; of the mean
   * loss of this rank's share, what its stages add.
   */
  computeGradients(): number | undefined {
    this.#batches = this.#nextBatches();
    this.sync.beginStep();
    const { loss, tape, matmulFlop } = this.#runner.run(this.#batches);
    const { exchangeS, waitedS } = this.sync.finish();
    this.overlap.exchangeS += exchangeS;
    this.overlap.waitedS += waitedS;
    for (const batch of this.#batches) this.totals.sequences += sampleCount(batch);
    this.totals.matmulFlop += matmulFlop;
    this.#tape = tape;
    return loss === undefined ? undefined : loss / this.#batches.length;
  }

  /** The update of the gradients, which add up those of all parts and ranks. */
  update(): Tape {
    const tape = present(this.#tape, "a tape that ran backwards");
    const { share, degrees } = this.team;
    const partCount = this.#batches.length * share.rankCount * degrees.context;
    const updated = { parameters: this.sync.block, optimizer: this.optimizer };
    const squaredNorm: SquaredNorm = (squares) => this.sync.squaredNorm(squares);
    updateParameters(tape, this.training, { ...updated, squaredNorm }, partCount);
    if (this.kept !== undefined) applyMask(this.sync.block, this.kept);
    this.sync.share();
    return tape;
  }

  /** Zeroes a share of the weights for good; the number of zeros. */
  prune(ratio: number, kind: PruneKind): number {
    refusePruning(this.parallel);
    this.kept = prunedMask(this.model.parameters, ratio, kind);
    applyMask(this.sync.block, this.kept);
    return this.kept.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
  }

  /** A copy of the last step's batches, to be evaluated again later. */
  lastBatches(): readonly Batch[] {
    return structuredClone(this.#batches);
  }

  /** The mean loss of some batches, without training on them; on ranks of the last stage. */
  evaluate(batches: readonly Batch[], device: Device = this.device): number | undefined {
    const loss = this.#runner.evaluate(batches, device);
    return loss === undefined ? undefined : loss / batches.length;
  }
}

function sampleCount(batch: Batch): number {
  return batch.inputs.shape[0] ?? 0;
}
