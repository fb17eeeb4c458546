import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { readTraining } from "../../src/files/training.ts";
import { seeded } from "../../src/base/random.ts";
import { maskedCount, maskToken } from "../../src/models/bert.ts";
import { createModel, parameterCount } from "../../src/models/model.ts";
import { traceShapes } from "../../src/models/shape-trace.ts";
import type { Training } from "../../src/records/job.ts";
import type { BertSpec } from "../../src/records/trace.ts";
import { batchSource, WHOLE } from "../../src/training/batches.ts";
import { recordedShapes } from "../../src/training/recorded-shapes.ts";
import { textBytes } from "../../src/training/text.ts";
import { train } from "../../src/training/train.ts";
import { backends, relativeError } from "../tensor/backends.ts";

const shipped = await readTraining("bert");
const SPEC: BertSpec = {
  ...{ family: "bert", id: "b", name: "B", layerCount: 2, hiddenSize: 12, headCount: 2 },
  ...{ vocabularySize: 130, contextTokens: 20 },
};
const SMALL: Training = {
  ...{ id: "b", model: SPEC, steps: 3, batch: 4, learningRate: 0.01, seed: 1 },
};

test("15 % of the tokens are masked, each once, and the target is what stood there", () => {
  const text = textBytes();
  const [batch] = batchSource(SMALL, seeded(1), WHOLE)();
  ok(batch?.kind === "masked");
  equal(maskedCount(20), 3);
  const mask = maskToken(SPEC);
  for (let sample = 0; sample < 4; sample++) {
    const ids: number[] = [...batch.inputs.data.subarray(sample * 20, sample * 20 + 20)];
    const places: number[] = [...batch.places.data.subarray(sample * 3, sample * 3 + 3)];
    const masked: number[] = ids.flatMap((id, i) => (id === mask ? [sample * 20 + i] : []));
    deepEqual(places, masked);
    for (const [i, place] of places.entries())
      ids[place % 20] = batch.targets.data[sample * 3 + i]!;
    ok(
      [...text].some((_, start) => ids.every((id, i) => id === text[start + i])),
      "it is the text",
    );
  }
});

for (const backend of backends) {
  test(`both devices record the same step of a BERT, ${backend.name}`, () => {
    const { trace } = train(SMALL, { backend, clock: () => 0 });
    deepEqual({ ...trace, device: "shape-only" }, recordedShapes(SMALL));
  });
}

test("both backends see the same losses", () => {
  const [a, b = a] = backends.map((backend) => train(SMALL, { backend }).measurement.losses);
  ok(relativeError(Float64Array.from(a!), b!) < 1e-5);
});

test("attention over all tokens costs twice the causal flop", () => {
  const sizes = { batch: 4, tokens: 20, elementBytes: 4 };
  const flop = (family: "gpt" | "bert") =>
    traceShapes({ ...SPEC, family }, sizes)
      .ops.filter((op) => op.kind === "attention")
      .reduce((sum, op) => sum + op.flop, 0);
  // 4·b·T²·h a layer forward and 2.5 times that backward, two layers.
  equal(flop("bert"), 3.5 * 2 * 4 * 4 * 20 ** 2 * 12);
  equal(flop("gpt"), flop("bert") / 2);
});

test("the closed form counts what is built: V·h + T·h + 2h + L(12h² + 13h) + h² + 3h + V", () => {
  // (130 + 20)·12 + 24 + 2·(1728 + 156) + 144 + 36 + 130 = 5,902.
  equal(parameterCount(SPEC), 5902);
  equal(createModel(SPEC).parameters.elementCount, 5902);
});

test("the shipped BERT learns more than how frequent each byte is", () => {
  // 257 tokens equally likely: log 257 = 5.549, and a little more for logits that differ. Who
  // knows only how frequent bytes are stays near their entropy, 2.9: less takes neighbors.
  const { losses } = train({ ...shipped, steps: 1200 }).measurement;
  ok(losses[0]! > 5.5 && losses[0]! < 6.5, `starts at ${losses[0]}`);
  const last = losses.slice(-100).reduce((sum, loss) => sum + loss / 100, 0);
  ok(last < 2.5, `ends at ${last}`);
});

test("a vocabulary without room for the mask is refused", () => {
  const model = { ...SPEC, vocabularySize: 128 };
  throws(() => train({ ...SMALL, model }), /vocabulary of 128.*at least 129.*\[out-of-range\]/);
});
