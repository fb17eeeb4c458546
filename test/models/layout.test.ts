import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, test } from "vitest";
import { readModel } from "../../src/files/model.ts";
import { balancedStages, interleaved, listedStages } from "../../src/models/layout.ts";
import { createModel, parameterCount } from "../../src/models/model.ts";
import { shapeGroups, shapeLayout, traceClasses } from "../../src/models/shape-layout.ts";
import { traceShapes } from "../../src/models/shape-trace.ts";
import type { ModelSpec, Trace } from "../../src/records/trace.ts";

const counts = (layerCount: number, stageCount: number) =>
  balancedStages(layerCount, stageCount).map((stage) => stage.layerCount);

test("126 layers on 16 stages are 8 each, embedding and head counted as a layer each", () => {
  // 126 + 2 = 128 = 16 · 8; the first and the last have 7 layers and an end.
  deepEqual(counts(126, 16), [7, ...Array.from({ length: 14 }, () => 8), 7]);
});

test("stages hold every layer once, in order, and differ by at most one", () => {
  const layers = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(layers, fc.integer({ min: 1, max: 16 }), (layerCount, stageCount) => {
      fc.pre(stageCount <= layerCount);
      const stages = balancedStages(layerCount, stageCount);
      let next = 0;
      for (const [i, stage] of stages.entries()) {
        equal(stage.firstLayerIndex, next);
        next += stage.layerCount;
        equal(stage.isFirst, i === 0);
        equal(stage.isLast, i === stageCount - 1);
      }
      equal(next, layerCount);
      const work = stages.map(
        (stage) => stage.layerCount + (stage.isFirst ? 1 : 0) + (stage.isLast ? 1 : 0),
      );
      ok(Math.max(...work) - Math.min(...work) <= 1);
    }),
    { seed: 20, numRuns: 300 },
  );
});

test("more stages than layers and ends are refused", () => {
  throws(() => balancedStages(2, 5), { name: "Refusal", code: "does-not-divide" });
});

test("stages dealt in turn: the second of two ranks has the second and the last of four", () => {
  const stages = interleaved(listedStages([1, 2, 2, 1]), 1, 2);
  deepEqual(
    stages.map(({ firstLayerIndex, layerCount, isLast }) => [firstLayerIndex, layerCount, isLast]),
    [
      [1, 2, false],
      [5, 1, true],
    ],
  );
});

/** Of published checkpoints, by their index files; GPT-3's is the paper's round figure. */
const PUBLISHED: Record<string, number> = {
  "bert-base": 109_514_298,
  "bert-large": 335_174_458,
  "gpt-2": 124_439_808,
  "gpt-2-xl": 1_557_611_200,
  "gpt-3-175b": 175e9,
  "llama-2-7b": 6_738_415_616,
  "llama-2-70b": 68_976_648_192,
  "llama-3-8b": 8_030_261_248,
  "llama-3-70b": 70_553_706_496,
  "llama-3-405b": 405_853_388_800,
  "llama-3.2-1b": 1_235_814_400,
  "mistral-7b": 7_241_732_096,
  "mixtral-8x7b": 46_702_792_704,
  "mixtral-8x22b": 140_620_634_112,
};

for (const [id, published] of Object.entries(PUBLISHED)) {
  test(`${id} has the published number of parameters within half a per cent`, async () => {
    const count = parameterCount(await readModel(id));
    ok(Math.abs(count / published - 1) < 0.005, `${count} instead of ${published}`);
  });
}

test("the closed form of parameters is what each shipped model declares", async () => {
  for (const file of readdirSync("scenarios/models").filter((name) => name.endsWith(".yaml"))) {
    const spec = await readModel(file.replace(/\.yaml$/, ""));
    equal(parameterCount(spec), createModel(spec).parameters.elementCount, file);
  }
});

const sum = (trace: Trace, of: (op: Trace["ops"][number]) => number) =>
  trace.ops.reduce((total, op) => total + of(op), 0);

describe("Llama 3 405B, tensor 8, pipeline 16, data 128", () => {
  const how = { degrees: { tensor: 8, pipeline: 16, data: 128 }, sequenceParallel: true };
  const options = { batch: 1, tokens: 8192, elementBytes: 2 };

  test("three classes of rank, with the parameters of all ranks together", async () => {
    const spec = await readModel("llama-3-405b");
    const traces = traceClasses(spec, how, options);
    deepEqual(
      traces.map(({ places }) => places.length),
      [1, 14, 1],
    );
    const held = traces.reduce(
      (total, { places, trace }) => total + places.length * 8 * trace.parameterCount,
      0,
    );
    // Norms are held by each of the 8 ranks of a tensor group: 2 · 126 + 1 norms of 16,384.
    equal(held, parameterCount(spec) + 7 * 253 * 16384);
  });

  test("products of all ranks are those of the whole model", async () => {
    const spec = await readModel("llama-3-405b");
    const matmul = (trace: Trace) => sum(trace, (op) => (op.kind === "matmul" ? op.flop : 0));
    const ranks = traceClasses(spec, how, options).reduce(
      (total, { places, trace }) => total + places.length * 8 * matmul(trace),
      0,
    );
    // Three products of 2 flop a parameter and token, of all matrices but the token table.
    const h = 16384;
    const matrices = parameterCount(spec) - 128256 * h - 253 * h;
    equal(ranks, 6 * 8192 * matrices);
  });

  test("exchanges of a stage: two gathers and two scatters a layer and pass", async () => {
    // Each half of a layer gathers rows going in and scatters them coming out, forward and
    // backward: 4 gathers and 4 scatters a layer, each of 8192 · 16384 numbers of 2 bytes.
    const spec = await readModel("llama-3-405b");
    const [, middle] = traceClasses(spec, how, options);
    const found = new Map<string, number>();
    for (const { kind, bytes } of middle!.trace.collectives ?? []) {
      found.set(kind, (found.get(kind) ?? 0) + bytes);
    }
    const layer = 8192 * 16384 * 2;
    equal(found.get("all-gather"), 8 * 4 * layer);
    equal(found.get("reduce-scatter"), 8 * 4 * layer);
    // A stage hands on this rank's rows, an eighth, and gets as much, forward and backward.
    equal(found.get("send"), (2 * layer) / 8);
    equal(found.get("receive"), (2 * layer) / 8);
  });
});

const llama: ModelSpec = {
  ...{ family: "llama", id: "l", name: "L", layerCount: 4, hiddenSize: 24, headCount: 6 },
  ...{ vocabularySize: 40, contextTokens: 16, keyValueHeadCount: 2, feedForwardSize: 20 },
  ...{ ropeBase: 100, tiesEmbedding: false },
};

test("degrees that do not divide heads, widths, experts or sequences are refused by name", () => {
  const make = (spec: ModelSpec, degrees: Parameters<typeof shapeGroups>[0]) => () =>
    createModel(spec, { groups: shapeGroups(degrees) });
  const refusal = (found: RegExp, code = "does-not-divide") => ({ name: "Refusal", code, found });
  throws(make(llama, { tensor: 4 }), refusal(/4 tensor-parallel ranks for the 6 heads of l/));
  throws(make(llama, { tensor: 3 }), refusal(/the 2 key-value heads of l/));
  throws(make({ ...llama, feedForwardSize: 21 }, { tensor: 2 }), refusal(/feed-forward width 21/));
  throws(make(llama, { expert: 2 }), refusal(/which has no experts/, "cannot-be-split"));
  const moe = { ...llama, expertCount: 3, expertsPerToken: 2, routing: "learned" } as const;
  throws(make({ ...moe, family: "moe" }, { expert: 2 }), refusal(/the 3 experts of l/));
  const mlp = { family: "mlp", id: "m", name: "M", widths: [2, 2] } as const;
  throws(make(mlp, { context: 2 }), refusal(/which reads vectors/, "cannot-be-split"));
  throws(make(mlp, { tensor: 3 }), refusal(/3 tensor-parallel ranks for layers of 2 columns/));
  throws(() => shapeLayout(mlp, { degrees: { pipeline: 2 } }), refusal(/2 stages for 1 layers/));
  const layout = { groups: shapeGroups({ context: 3 }) };
  const options = { batch: 1, tokens: 16, elementBytes: 4, layout };
  throws(() => traceShapes(llama, options), refusal(/16 tokens for 3 context-parallel ranks/));
  const split = { groups: shapeGroups({ tensor: 2 }), sequenceParallel: true };
  const odd = { batch: 1, tokens: 15, elementBytes: 4, layout: split };
  throws(() => traceShapes(llama, odd), refusal(/15 rows/));
});
