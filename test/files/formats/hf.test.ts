/** Public configurations: what they hold, where each figure comes from, what is refused. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { documentOf, parseDocument } from "../../../src/files/document.ts";
import { largeModelFrom, largeModelIds, readLargeModel } from "../../../src/files/large-model.ts";
import { activeParameterCount } from "../../../src/workload/dense/model-size.ts";
import { modelParameterCount } from "../../../src/workload/dense/model-size.ts";

const LLAMA = {
  ...{ model_type: "llama", num_hidden_layers: 2, hidden_size: 64, num_attention_heads: 4 },
  ...{ intermediate_size: 128, vocab_size: 1000, max_position_embeddings: 512 },
};

const read = (config: object) => largeModelFrom(documentOf(config, "config.json"), "config.json");

test("every shipped configuration counts its published parameters to 0.5 %", async () => {
  const ids = await largeModelIds();
  equal(ids.length >= 27, true);
  for (const id of ids) {
    const text = readFileSync(`scenarios/models/configs/${id}.json`, "utf8");
    const { publishedParameters } = JSON.parse(text) as { publishedParameters: number };
    const count = modelParameterCount(await readLargeModel(id));
    ok(Math.abs(count / publishedParameters - 1) <= 0.005, `${id}: ${count}`);
  }
});

test("a small Llama is counted by hand", () => {
  // Layer: 4 · 64² around attention, 3 · 64 · 128 in the gate, up and down, 2 · 64 norms;
  // two tables of 1000 · 64 and the last norm.
  equal(modelParameterCount(read(LLAMA)), 2 * (4 * 4096 + 3 * 8192 + 128) + 128_000 + 64);
});

test("one token of DeepSeek-V3 meets 37 billion parameters", async () => {
  // The technical report says 37 B activated of 671 B.
  const active = activeParameterCount(await readLargeModel("deepseek-v3"));
  ok(Math.abs(active / 37e9 - 1) < 0.02, String(active));
});

test("each figure says which key it was read from, or that it is a default", () => {
  const { fields } = read(LLAMA);
  const of = (name: string) => fields.find((field) => field.name === name);
  deepEqual(of("layers"), {
    ...{ name: "layers", figure: "2", origin: "file", from: "num_hidden_layers" },
  });
  equal(of("kvHeads")?.origin, "format default");
  equal(fields.filter(({ origin }) => origin === "assumed").length, 0);
});

test("a type that no rule knows lists what it assumes", () => {
  const { fields } = read({ ...LLAMA, model_type: "novel" });
  const assumed = fields.filter(({ origin }) => origin === "assumed");
  deepEqual(
    assumed.map(({ name }) => name),
    ["isGated", "biases", "normsPerLayer", "positionTokens", "vocabularyTables"],
  );
  ok(assumed[0]?.from.includes('"novel"'));
});

test("the language part of a model that also sees is read from its block", () => {
  const model = read({ model_type: "gemma3", text_config: { ...LLAMA, head_dim: 32 } });
  deepEqual([model.shape.hiddenSize, model.shape.headSize], [64, 32]);
});

test("keys that are missing and figures that cannot be are named, with their places", async () => {
  const text = '{\n "model_type": "llama",\n "hidden_size": -4,\n "num_attention_heads": 4\n}';
  const document = await parseDocument(text, "c.json");
  throws(
    () => largeModelFrom(document, "c.json"),
    (error: unknown) => {
      ok(error instanceof InputError);
      const lines = error.issues.map(({ code, line, found }) => `${line} ${code} ${found}`);
      ok(lines.includes("3 out-of-range -4"), lines.join("\n"));
      ok(lines.some((line) => line.includes("missing-key no num_hidden_layers")));
      ok(lines.some((line) => line.includes("missing-key no vocab_size")));
      return true;
    },
  );
});

test("heads that do not divide are refused", () => {
  throws(() => read({ ...LLAMA, num_attention_heads: 5 }), /5 for 64/);
  throws(() => read({ ...LLAMA, num_key_value_heads: 3 }), /3 for 4/);
});

test("an id that is not shipped names the nearest one", async () => {
  const error: unknown = await readLargeModel("lama-3-70b").catch((caught: unknown) => caught);
  ok(error instanceof InputError);
  ok(error.message.includes('did you mean "llama-3-70b"'), error.message);
});

test("a GPT that is replayed can be laid out too", async () => {
  const model = await readLargeModel("gpt-1.3b");
  // 24 layers of 12 · 2048² and one table; GPT-3 XL is called 1.3 B.
  ok(Math.abs(modelParameterCount(model) / 1.3e9 - 1) < 0.05);
  equal(model.shape.isGated, false);
});
