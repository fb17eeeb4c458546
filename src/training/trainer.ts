/**
 * A model in training, step by step: gradients of this process's share of a batch, then the
 * update. What lies between, adding up the gradients of all processes, is the caller's.
 */
import { present } from "../base/assert.ts";
import { seeded } from "../base/random.ts";
import type { Batch, Model } from "../models/model.ts";
import { createModel } from "../models/model.ts";
import type { Training } from "../records/job.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import type { NativeDevice } from "../tensor/device.ts";
import { createNativeDevice } from "../tensor/device.ts";
import type { Optimizer } from "../tensor/optimizer.ts";
import { Tape } from "../tensor/tape.ts";
import type { BatchSource, Share } from "./batches.ts";
import { batchSource, WHOLE } from "./batches.ts";
import { refuseCount, refuseDivergence } from "./divergence.ts";
import type { PruneKind } from "./prune.ts";
import { applyMask, prunedMask } from "./prune.ts";
import { createOptimizer, updateParameters } from "./update.ts";

export interface TrainerOptions {
  readonly backend: Backend;
  /** Seconds, monotonic; without it ops are not timed. */
  readonly clock?: () => number;
  readonly share?: Share;
}

export class Trainer {
  readonly training: Training;
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly device: NativeDevice;
  readonly share: Share;
  /** Totals of this process since it started. */
  readonly totals = { sequences: 0, matmulFlop: 0 };
  /** 0 where a weight is pruned; undefined before any is. */
  kept: Uint8Array | undefined;
  readonly #nextBatches: BatchSource;
  #batches: readonly Batch[] = [];
  #tape: Tape | undefined;

  constructor(training: Training, { backend, clock, share = WHOLE }: TrainerOptions) {
    refuseCount("steps", training.steps);
    refuseCount("batch", training.batch);
    this.training = training;
    this.share = share;
    const random = seeded(training.seed);
    this.model = createModel(training.model);
    this.#nextBatches = batchSource(training, random, share);
    this.model.parameters.allocate(random);
    this.optimizer = createOptimizer(training, this.model.parameters);
    const { precision = "fp32" } = training;
    this.device = createNativeDevice({ backend, clock, precision });
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

  /** Forward and backward of the next batch; the mean loss of this process's share. */
  computeGradients(): number {
    const { parameters } = this.model;
    this.#batches = this.#nextBatches();
    parameters.clearGradients();
    let sum = 0;
    for (const batch of this.#batches) {
      const tape = new Tape(this.device);
      const loss = present(this.model.loss(tape, batch), "a loss");
      if (!Number.isFinite(loss)) this.#refuse(loss, batch);
      sum += loss;
      tape.backward();
      this.totals.sequences += sampleCount(batch);
      this.totals.matmulFlop += tape.matmulFlop;
      this.#tape = tape;
    }
    return sum / this.#batches.length;
  }

  /** The update of the gradients, which add up those of all parts and processes. */
  update(): Tape {
    const tape = present(this.#tape, "a tape that ran backwards");
    const { parameters } = this.model;
    const partCount = this.#batches.length * this.share.rankCount;
    updateParameters(tape, this.training, { parameters, optimizer: this.optimizer }, partCount);
    if (this.kept !== undefined) applyMask(parameters, this.kept);
    return tape;
  }

  /** Zeroes a share of the weights for good; the number of zeros. */
  prune(ratio: number, kind: PruneKind): number {
    this.kept = prunedMask(this.model.parameters, ratio, kind);
    applyMask(this.model.parameters, this.kept);
    return this.kept.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
  }

  /** A copy of the last step's batches, to be evaluated again later. */
  lastBatches(): readonly Batch[] {
    return structuredClone(this.#batches);
  }

  /** The mean loss of some batches, without training on them. */
  evaluate(batches: readonly Batch[]): number {
    const losses = batches.map((batch) =>
      present(this.model.loss(new Tape(this.device), batch), "a loss"),
    );
    return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  }

  #refuse(loss: number, batch: Batch): never {
    return refuseDivergence(this.training, this.step + 1, loss, (device) => {
      this.model.loss(new Tape(device), batch);
    });
  }
}

function sampleCount(batch: Batch): number {
  return batch.inputs.shape[0] ?? 0;
}
