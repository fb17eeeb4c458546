/** scenarios/training/*.yaml: what to train for real on this machine. */
import { modelBody } from "./model.ts";
import { choice, count, file, group, id, number, reference } from "./schema.ts";

export const training = file(
  "training",
  "A small model to train on this machine",
  group(
    "A training run",
    {
      id: id("Names the run in questions", "small-gpt"),
      model: reference("The model, in place or by id", "gpt-125m", modelBody),
      steps: count("Optimizer steps", 20, { maximum: 1_000_000 }),
      batch: count("Samples per step", 8, { maximum: 1_000_000 }),
      learningRate: number("Step size of the optimizer", 0.001, {
        exclusiveMinimum: 0,
        maximum: 10,
      }),
      seed: count("Seed of weights and data", 1, { minimum: 0, maximum: 2 ** 32 - 1 }),
      optimizer: choice("What updates the weights", ["adam", "adamw", "sgd"], "adam"),
      momentum: number("Share of SGD's velocity kept", 0.9, { minimum: 0, maximum: 1 }),
      weightDecay: number("AdamW's decay of all weights", 0.01, { minimum: 0, maximum: 1 }),
      clipNorm: number("Longest gradient, by its norm", 1, { exclusiveMinimum: 0 }),
      accumulation: count("Parts of a batch before an update", 4, { maximum: 1_000_000 }),
      warmupSteps: count("Steps of rising learning rate", 10, { minimum: 0, maximum: 1_000_000 }),
      precision: choice("What products round their operands to", ["fp32", "bf16"], "fp32"),
      schedule: choice("Learning rate after warm-up", ["constant", "cosine"], "constant"),
    },
    [
      ...["optimizer", "momentum", "weightDecay", "clipNorm", "accumulation", "warmupSteps"],
      ...["schedule", "precision"],
    ],
  ),
);
