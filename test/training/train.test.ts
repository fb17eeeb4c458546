import { deepEqual, equal, notDeepEqual, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { readTraining } from "../../src/files/training.ts";
import type { Training } from "../../src/records/job.ts";
import type { Backend } from "../../src/tensor/arithmetic.ts";
import { tensorBackend } from "../../src/training/backend.ts";
import { recordedShapes } from "../../src/training/recorded-shapes.ts";
import { TEXT_VOCABULARY, textBytes } from "../../src/training/text.ts";
import { train } from "../../src/training/train.ts";
import { backends, relativeError } from "../tensor/backends.ts";

const smallGpt = await readTraining("small-gpt");
const referenceMlp = await readTraining("mlp-100-50-10");
const trainings = [smallGpt, referenceMlp];

const steps = (training: Training, count: number): Training => ({ ...training, steps: count });
const losses = (training: Training, backend: Backend) =>
  train(training, { backend, clock: () => 0 }).measurement.losses;

test("the small GPT learns: from knowing nothing to better than counting bytes", () => {
  // At the start each of 256 bytes is about equally likely: log 256 = 5.545. Whoever knows only
  // how often each byte occurs in the text reaches its entropy, about 2.9: less takes context.
  const found = losses(smallGpt, backends[0]!);
  equal(found.length, smallGpt.steps);
  ok(Math.abs(found[0]! - Math.log(256)) < 0.1, `starts at ${found[0]}`);
  const last = found.slice(-5).reduce((sum, loss) => sum + loss / 5, 0);
  ok(last < byteEntropy() - 0.3, `ends at ${last}, bytes alone give ${byteEntropy()}`);
});

function byteEntropy(): number {
  const text = textBytes();
  const counts = new Map<number, number>();
  for (const byte of text) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) {
    entropy -= (count / text.length) * Math.log(count / text.length);
  }
  return entropy;
}

for (const backend of backends) {
  test(`the reference perceptron learns its batch by heart, ${backend.name}`, () => {
    // Standard normal targets and small outputs at first: the mean square is about 1 + the
    // outputs' own. 5,560 parameters for 320 targets: the loss can vanish.
    const found = losses(referenceMlp, backend);
    equal(found.length, 1000);
    ok(found[0]! > 0.8 && found[0]! < 2, `starts at ${found[0]}`);
    // Once all is rounding, single steps of Adam jump to 1e-3, elsewhere on each processor; the
    // median of the last hundred is below 1e-5 for all seeds and backends tried.
    const last = found.slice(-101).toSorted((a, b) => a - b)[50]!;
    ok(last < found[0]! / 10_000, `ends around ${last}`);
    for (const [before, after] of [
      [0, 4],
      [4, 19],
      [19, 49],
      [49, 99],
    ] as const) {
      ok(found[after]! < found[before]! / 1.5, `step ${after + 1} is below step ${before + 1}`);
    }
  });

  for (const training of trainings) {
    test(`${training.id}: the seed decides the losses, ${backend.name}`, () => {
      const first = losses(steps(training, 3), backend);
      deepEqual(losses(steps(training, 3), backend), first);
      notDeepEqual(losses({ ...steps(training, 3), seed: 2 }, backend), first);
    });

    test(`${training.id}: the recorded step is what the shapes alone give, ${backend.name}`, () => {
      const { trace } = train(steps(training, 2), { backend, clock: () => 0 });
      equal(trace.device, "native");
      deepEqual({ ...trace, device: "shape-only" }, recordedShapes(training));
    });
  }
}

test("both backends see the same losses at first", () => {
  // Differences of 1e-7 an op grow along the way; ten steps keep them below 1e-4.
  for (const training of trainings) {
    const [found, wanted] = [backends[0]!, backends.at(-1)!].map((backend) =>
      Float64Array.from(losses(steps(training, 10), backend)),
    );
    ok(relativeError(found!, wanted!) < 1e-4, training.id);
  }
});

test("durations are the clock's, summed by kind of op", () => {
  // The clock moves 1 s at each reading and is read before and after each op: 1 s an op. A
  // step of the perceptron has 2 products forward, 1 input gradient and 2 weight gradients.
  let now = 0;
  const options = { backend: backends[0]!, clock: () => now++ };
  const { measurement } = train(steps(referenceMlp, 3), options);
  deepEqual(measurement.ops, [
    { kind: "matmul", calls: 15, durationS: 15 },
    { kind: "activation", calls: 6, durationS: 6 },
    { kind: "loss", calls: 6, durationS: 6 },
    { kind: "optimizer", calls: 3, durationS: 3 },
  ]);
  equal(measurement.backend, backends[0]!.name);
  equal(measurement.model, "mlp-100-50-10");
  equal(measurement.steps, 3);
});

test("without options it trains on the best backend and reads the clock", () => {
  const { measurement } = train(steps(referenceMlp, 2));
  equal(measurement.backend, tensorBackend().name);
  ok(measurement.ops.every(({ durationS }) => durationS > 0));
});

test("a single step is recorded, too", () => {
  const { trace } = train(steps(referenceMlp, 1), { backend: backends[0]!, clock: () => 0 });
  deepEqual(trace.ops, recordedShapes(referenceMlp).ops);
});

test("every byte of the text fits the smallest vocabulary", () => {
  ok(textBytes().every((byte) => byte > 0 && byte < TEXT_VOCABULARY));
});

test("what cannot be trained is refused, with its place in the file", () => {
  const refused = (training: Training, pointer: string) =>
    throws(() => train(training, { backend: backends[0]!, clock: () => 0 }), {
      ...{ name: "Refusal", pointer },
    });
  const gpt = smallGpt.model;
  ok(gpt.family === "gpt");
  refused({ ...smallGpt, steps: 0 }, "/steps");
  refused({ ...smallGpt, batch: 2.5 }, "/batch");
  refused({ ...smallGpt, model: { ...gpt, vocabularySize: 127 } }, "/model/vocabularySize");
  refused({ ...smallGpt, model: { ...gpt, contextTokens: 5000 } }, "/model/contextTokens");
  refused({ ...smallGpt, model: { ...gpt, headCount: 3 } }, "/model/headCount");
});

test("a training that diverges is refused, not reported as numbers", () => {
  // Adam moves each weight by about the learning rate: at 1e30 the products overflow.
  throws(() => train({ ...referenceMlp, learningRate: 1e30 }, { backend: backends[0]! }), {
    ...{ name: "Refusal", code: "training-diverged", pointer: "/learningRate" },
  });
});
