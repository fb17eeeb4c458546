import { deepEqual, rejects } from "node:assert/strict";
import { test } from "vitest";
import { documentOf } from "../../src/files/document.ts";
import { readTraining, trainingFileOf, trainingFrom } from "../../src/files/training.ts";

const MLP = { family: "mlp", id: "m", name: "M", widths: [2, 1] };
const BASE = { id: "t", model: MLP, steps: 5, batch: 2, learningRate: 0.1, seed: 1 };
const read = (more: Readonly<Record<string, unknown>>) =>
  trainingFrom(documentOf({ ...BASE, ...more }, "t.yaml"), "t.yaml");

test("a training keeps its settings, and none that were not given", async () => {
  deepEqual(await read({}), BASE);
  const settings = {
    ...{ optimizer: "sgd", momentum: 0.9, clipNorm: 2, accumulation: 2, warmupSteps: 5 },
    schedule: "cosine",
  };
  deepEqual(await read(settings), { ...BASE, ...settings });
});

test("settings that would do nothing are refused, all at once", async () => {
  await rejects(
    read({ momentum: 0.9, weightDecay: 0.1 }),
    /momentum with sgd only[^]*weightDecay with adamw only/,
  );
  await rejects(read({ optimizer: "adagrad" }), /not-allowed-value/);
  await rejects(read({ clipNorm: 0 }), /out-of-range/);
});

test("every shipped training comes back from the file that a checkpoint keeps of it", async () => {
  for (const id of ["mlp", "gpt", "bert", "small-gpt"]) {
    const training = await readTraining(id);
    deepEqual(await trainingFrom(documentOf(trainingFileOf(training), id), id), training);
  }
});
