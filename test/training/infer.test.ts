import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { join } from "node:path";
import { test } from "vitest";
import { present } from "../../src/base/assert.ts";
import { seeded } from "../../src/base/random.ts";
import { readCheckpoint, writeCheckpoint } from "../../src/files/checkpoint.ts";
import { readTraining } from "../../src/files/training.ts";
import { maskToken } from "../../src/models/bert.ts";
import { createGpt, gptLogits } from "../../src/models/gpt.ts";
import { DecoderCache } from "../../src/models/cache.ts";
import { gptDecoder } from "../../src/models/decoders.ts";
import type { Model } from "../../src/models/model.ts";
import type { Training } from "../../src/records/job.ts";
import type { BertSpec, GptSpec } from "../../src/records/trace.ts";
import { createNativeDevice } from "../../src/tensor/device.ts";
import { Parameters } from "../../src/tensor/parameters.ts";
import { Tape } from "../../src/tensor/tape.ts";
import { constantTensor } from "../../src/tensor/tensor.ts";
import { checkpointOf } from "../../src/training/checkpoint.ts";
import { continueText, fillMasks, mapRows } from "../../src/training/infer.ts";
import type { Saved } from "../../src/training/infer.ts";
import { Trainer } from "../../src/training/trainer.ts";
import { freshFolder } from "../support/cli.ts";
import { backends, drawn, relativeError } from "../tensor/backends.ts";

const backend = backends[0]!;
const device = () => createNativeDevice({ backend });

/** A short training, its model in memory, and the same from a file. */
async function saved(id: string, steps: number): Promise<{ model: Model; file: Saved }> {
  const training: Training = { ...(await readTraining(id)), steps };
  const trainer = new Trainer(training, { backend });
  while (trainer.step < steps) {
    trainer.computeGradients();
    trainer.update();
  }
  const path = join(freshFolder(), `${id}.safetensors`);
  await writeCheckpoint(path, present(checkpointOf(trainer), "a checkpoint"));
  return { model: trainer.model, file: { checkpoint: await readCheckpoint(path), path } };
}

const SPEC: GptSpec = {
  ...{ family: "gpt", id: "g", name: "G", layerCount: 2, hiddenSize: 24, headCount: 3 },
  ...{ vocabularySize: 40, contextTokens: 12 },
};

for (const one of backends) {
  test(`the cache gives the logits of reading all tokens anew, ${one.name}`, () => {
    const parameters = new Parameters();
    const gpt = createGpt(parameters, SPEC);
    parameters.allocate(seeded(5));
    // Larger weights than a new model's, so that attention is far from uniform.
    one.scale(parameters.data, 8);
    const cache = new DecoderCache(gptDecoder(gpt, SPEC), createNativeDevice({ backend: one }));
    const tokens = Array.from({ length: 12 }, (_, i) => (7 * i + 3) % 40);
    for (const [i, token] of tokens.entries()) {
      const cached = cache.read(token).slice();
      const ids = { shape: [1, i + 1], data: Int32Array.from(tokens.slice(0, i + 1)) };
      const all = gptLogits(new Tape(createNativeDevice({ backend: one })), gpt, ids);
      const wanted = all.data.subarray(i * 40, (i + 1) * 40);
      ok(relativeError(cached, wanted) < 1e-5, `token ${i}`);
    }
    throws(() => cache.read(1), /fits into the context/);
  });
}

test("a saved GPT continues a text as the model in memory does, past its context", async () => {
  const { model, file } = await saved("gpt", 40);
  const spec = model.spec as GptSpec;
  const prompt = "Four score and seven years ago our fathers brought forth";
  const found = continueText(file, prompt, 30);
  ok(found.kind === "text");
  // By hand: the likeliest byte, all tokens read anew; where the context of 64 is full, the
  // window becomes the last 32 tokens and grows again.
  const tokens = [...new TextEncoder().encode(prompt)];
  let start = 0;
  for (let i = 0; i < 30; i++) {
    if (tokens.length - start > spec.contextTokens) start = tokens.length - 32;
    const ids = { shape: [1, tokens.length - start], data: Int32Array.from(tokens.slice(start)) };
    const logits = model.output(new Tape(device()), { kind: "tokens", inputs: ids }).data;
    const row = [...logits.subarray(-spec.vocabularySize)];
    tokens.push(row.indexOf(Math.max(...row)));
  }
  equal(prompt + found.text, new TextDecoder().decode(Uint8Array.from(tokens)));
});

test("a saved BERT gives the five likeliest bytes of each mask, as in memory", async () => {
  const { model, file } = await saved("bert", 40);
  const spec = model.spec as BertSpec;
  const found = fillMasks(file, "our fa[MASK]hers br[MASK]ught");
  ok(found.kind === "masked");
  const ids = [...new TextEncoder().encode("our fa_hers br_ught")].map((byte) =>
    byte === 95 ? maskToken(spec) : byte,
  );
  const logits = model.output(new Tape(device()), {
    kind: "masked",
    inputs: { shape: [1, ids.length], data: Int32Array.from(ids) },
    places: { shape: [2], data: Int32Array.of(6, 14) },
  }).data;
  for (const mask of [0, 1]) {
    const row = [...logits.subarray(mask * 257, (mask + 1) * 257)];
    const sum = row.reduce((total, logit) => total + Math.exp(logit), 0);
    const wanted = row
      .slice(0, 256)
      .map((logit, byte) => ({ byte, probability: Math.exp(logit) / sum }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, 5);
    deepEqual(
      found.masks[mask]!.map(({ byte }) => byte),
      wanted.map(({ byte }) => byte),
    );
    const probabilities = Float64Array.from(found.masks[mask]!, (one) => one.probability);
    ok(
      relativeError(
        probabilities,
        wanted.map((one) => one.probability),
      ) < 1e-9,
    );
  }
  equal(found.text, `our fa${found.masks[0]![0]!.text}hers br${found.masks[1]![0]!.text}ught`);
});

test("a saved perceptron maps rows of 100 to rows of 10, bit for bit as in memory", async () => {
  const { model, file } = await saved("mlp", 20);
  const data = drawn(9, 300);
  const inputs = constantTensor([3, 100], data);
  const wanted = model.output(new Tape(device()), { kind: "vectors", inputs }).data;
  const rows = [0, 1, 2].map((i) => [...data.subarray(100 * i, 100 * (i + 1))]);
  const found = mapRows(file, rows);
  ok(found.kind === "values");
  deepEqual(found.values.flat(), [...wanted]);
  throws(() => mapRows(file, [rows[0]!, [1, 2]]), /2 numbers in row 2.*100.*\[wrong-width\]/);
});

test("prompts that a model cannot read are refused", async () => {
  const bert = (await saved("bert", 1)).file;
  throws(() => fillMasks(bert, "no mask"), /nothing-masked/);
  throws(() => fillMasks(bert, `${"x".repeat(40)}[MASK]`), /41 tokens.*at most 32/);
  const gpt = (await saved("gpt", 1)).file;
  throws(() => continueText(gpt, "", 3), /an empty prompt.*\[out-of-range\]/);
});
