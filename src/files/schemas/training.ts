/** scenarios/training/*.yaml: what to train for real on this machine. */
import { modelBody } from "./model.ts";
import { count, file, group, id, number, reference } from "./schema.ts";

export const training = file(
  "training",
  "A small model to train on this machine",
  group("A training run", {
    id: id("Names the run in questions", "small-gpt"),
    model: reference("The model, in place or by id", "gpt-125m", modelBody),
    steps: count("Optimizer steps", 20, { maximum: 1_000_000 }),
    batch: count("Samples per step", 8, { maximum: 1_000_000 }),
    learningRate: number("Step size of Adam", 0.001, { exclusiveMinimum: 0, maximum: 10 }),
    seed: count("Seed of weights and data", 1, { minimum: 0, maximum: 2 ** 32 - 1 }),
  }),
);
