/** From gradients to new weights, as a training asks: mean, clipping, schedule, optimizer. */
import type { Training } from "../records/job.ts";
import { Adam } from "../tensor/adam.ts";
import type { SquaredNorm } from "../tensor/clip.ts";
import { averageGradients, clipGradients } from "../tensor/clip.ts";
import type { Optimizer } from "../tensor/optimizer.ts";
import type { ParameterBlock } from "../tensor/parameters.ts";
import { Sgd } from "../tensor/sgd.ts";
import type { Tape } from "../tensor/tape.ts";

/** What AdamW's authors' code and the frameworks start from. */
const WEIGHT_DECAY = 0.01;

export function createOptimizer(training: Training, parameters: ParameterBlock): Optimizer {
  const { optimizer = "adam", momentum = 0, weightDecay = WEIGHT_DECAY } = training;
  if (optimizer === "sgd") return new Sgd(parameters, momentum);
  return new Adam(parameters, optimizer === "adamw" ? weightDecay : 0);
}

export interface Updated {
  readonly parameters: ParameterBlock;
  readonly optimizer: Optimizer;
  /** Of the gradients of the whole model, where other ranks hold some. */
  readonly squaredNorm?: SquaredNorm;
}

/** The gradients add up `partCount` parts of the batch. */
export function updateParameters(
  tape: Tape,
  training: Training,
  { parameters, optimizer, squaredNorm }: Updated,
  partCount: number,
): void {
  averageGradients(tape, parameters, partCount);
  if (training.clipNorm !== undefined) {
    clipGradients(tape, parameters, training.clipNorm, squaredNorm);
  }
  optimizer.update(tape, learningRateAt(training, optimizer.step + 1));
}

/**
 * Of step 1, 2, … With w warm-up steps of n in all:
 *
 *     rate · step / w                                     in the first w steps,
 *     rate · (1 + cos(π · (step − 1 − w) / (n − w))) / 2    afterwards, if a cosine is asked,
 *
 * which starts from the full rate and would be zero one step after the last. Loshchilov & Hutter
 * 2017, arXiv:1608.03983, equation 5.
 */
export function learningRateAt(training: Training, step: number): number {
  const { learningRate, steps, warmupSteps = 0, schedule = "constant" } = training;
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  if (schedule === "constant") return learningRate;
  const progress = (step - 1 - warmupSteps) / (steps - warmupSteps);
  return (learningRate * (1 + Math.cos(Math.PI * Math.min(1, progress)))) / 2;
}
