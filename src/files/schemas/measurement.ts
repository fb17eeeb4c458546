/** reports/out/*.measurement.json: what training on this machine measured. */
import type { Properties } from "./schema.ts";
import { file, group, list, number, text } from "./schema.ts";

const op = group("One kind of op over all steps", {
  kind: text("Kind of op", "matmul"),
  calls: { type: "integer", description: "How often it ran", examples: [480], minimum: 0 },
  durationS: number("Seconds in all", 1.25, { minimum: 0 }),
});

const run: Properties = {
  backend: text("What computed it", "native"),
  model: text("Id of what was trained", "small-gpt"),
  steps: { type: "integer", description: "Optimizer steps", examples: [20], minimum: 1 },
  losses: {
    ...list("Loss of each step", number("Loss", 4.2)),
    minItems: 1,
    maxItems: 1_000_000,
  },
  ops: { ...list("Time by kind of op", op), minItems: 0 },
};

const others = { ...list("Other models of the same run", group("A run", run)), minItems: 0 };

export const measurementBody = group("A measurement", { ...run, others }, ["others"]);

export const measurement = file(
  "measurement",
  "Losses and times of a training run on one machine",
  measurementBody,
);
