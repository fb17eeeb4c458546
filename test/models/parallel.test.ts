/**
 * Any layout gives the loss and the gradients of one process: in fp64, where rounding leaves
 * twelve digits, so a term that is missing or counted twice cannot hide.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, test } from "vitest";
import { seeded } from "../../src/base/random.ts";
import type { Layout } from "../../src/models/layout.ts";
import { balancedStages } from "../../src/models/layout.ts";
import type { Batch } from "../../src/models/model.ts";
import { createModel } from "../../src/models/model.ts";
import { shapeLayout } from "../../src/models/shape-layout.ts";
import { traceShapes } from "../../src/models/shape-trace.ts";
import type { ModelSpec, Trace } from "../../src/records/trace.ts";
import type { Groups } from "../../src/tensor/communicator.ts";
import { createNativeDevice } from "../../src/tensor/device.ts";
import { receiveGradient, receiveHidden, sendNumbers } from "../../src/tensor/ops/pipeline.ts";
import { putSlice } from "../../src/tensor/slice.ts";
import { Tape } from "../../src/tensor/tape.ts";
import type { Ids, Parameter } from "../../src/tensor/tensor.ts";
import { elementCount } from "../../src/tensor/tensor.ts";
import { reference, relativeError } from "../tensor/backends.ts";
import type { Degrees } from "./ranks.ts";
import { runRanks } from "./ranks.ts";

const sizes = {
  ...{ id: "m", name: "M", layerCount: 2, hiddenSize: 16, headCount: 4 },
  ...{ vocabularySize: 13, contextTokens: 8 },
};
const llama = {
  ...sizes,
  ...{ keyValueHeadCount: 2, feedForwardSize: 12, ropeBase: 100, tiesEmbedding: false },
};
const moe = { ...llama, expertCount: 4, expertsPerToken: 2 };
const MODELS: Record<string, ModelSpec> = {
  gpt: { family: "gpt", ...sizes },
  bert: { family: "bert", ...sizes },
  llama: { family: "llama", ...llama },
  "llama, tied": { family: "llama", ...llama, tiesEmbedding: true },
  moe: { family: "moe", ...moe, routing: "learned" },
  "moe, balanced": { family: "moe", ...moe, routing: "balanced" },
  "moe, skewed": { family: "moe", ...moe, routing: "skewed" },
};

const SAMPLES = 4;
const TOKENS = 8;
/** As many as a BERT of so few tokens masks. */
const MASKED = 1;

/** Samples `from` to `from + count` of one batch that all layouts share. */
function batchOf(
  { family, vocabularySize }: typeof sizes & { family: string },
  from: number,
  count: number,
): Batch {
  const random = seeded(9);
  const draw = (limit: number) => Math.floor(random() * limit);
  const all = Array.from({ length: SAMPLES * TOKENS }, () => draw(vocabularySize));
  const next = all.map(() => draw(vocabularySize));
  const ids = (data: readonly number[], each: number): Ids => {
    return {
      shape: [count, each],
      data: Int32Array.from(data.slice(from * each, (from + count) * each)),
    };
  };
  if (family !== "bert")
    return { kind: "tokens", inputs: ids(all, TOKENS), targets: ids(next, TOKENS) };
  const places = Array.from({ length: count }, (_, i) => i * TOKENS + 3 + ((from + i) % 3));
  const flat = (data: readonly number[]) => {
    return { shape: [count * MASKED], data: Int32Array.from(data) };
  };
  return {
    ...{ kind: "masked", inputs: ids(all, TOKENS), places: flat(places) },
    targets: flat(next.slice(from * MASKED, (from + count) * MASKED)),
  };
}

interface Result {
  readonly loss: number | undefined;
  readonly parameters: readonly Parameter[];
  readonly trace: Trace;
}

/** One step of one rank: forward, backward, and what a pipeline passes on between. */
function step(spec: ModelSpec, layout: Layout, share: { from: number; count: number }): Result {
  const model = createModel(spec, layout);
  model.parameters.allocate(seeded(3), Float64Array);
  const tape = new Tape(createNativeDevice({ backend: reference, precision: "fp64" }));
  const batch = batchOf(spec as never, share.from, share.count);
  const { pipeline } = layout.groups;
  const { rank } = pipeline;
  const hidden =
    rank === 0 ? undefined : receiveHidden(tape, model.hiddenShape(batch), pipeline, rank - 1);
  const result = model.forward(tape, { batch, hidden });
  if (result.kind === "hidden") {
    const { hidden: output } = result;
    sendNumbers(tape, output.data, output.elementCount, pipeline, rank + 1);
    tape.backward({ output, gradient: receiveGradient(tape, output, pipeline, rank + 1) });
  } else {
    tape.backward();
  }
  if (hidden !== undefined) {
    const gradient = tape.gradientOf(hidden);
    sendNumbers(tape, gradient, hidden.elementCount, pipeline, rank - 1);
  }
  const head = { model: "m", sampleCount: share.count, tokensPerSample: TOKENS, parameterCount: 0 };
  const loss = result.kind === "loss" ? result.loss : undefined;
  return { loss, parameters: model.parameters.list, trace: tape.trace(head) };
}

function layoutOf(spec: ModelSpec, groups: Groups, sequenceParallel: boolean): Layout {
  const { rank, rankCount } = groups.pipeline;
  if (rankCount === 1 || spec.family === "mlp") return { groups, sequenceParallel };
  return { groups, sequenceParallel, stages: [balancedStages(spec.layerCount, rankCount)[rank]!] };
}

function runLayout(spec: ModelSpec, degrees: Degrees, sequenceParallel = false): Result[] {
  const { data = 1, expert = 1 } = degrees;
  const count = SAMPLES / (data * expert);
  return runRanks(degrees, (groups) => {
    const share = (groups.data.rank * expert + groups.expert.rank) * count;
    return step(spec, layoutOf(spec, groups, sequenceParallel), { from: share, count });
  });
}

/** Gradients of whole tensors, added up as each parameter says of itself. */
function wholeGradients(results: readonly Result[], degrees: Degrees): Map<string, Float64Array> {
  const sums = new Map<string, Float64Array>();
  const size = (group: string) => (degrees as Record<string, number | undefined>)[group] ?? 1;
  const shares = size("data") * size("expert") * size("context");
  for (const { parameters } of results) {
    for (const { name, slice, gradient, sumOver, sameOver } of parameters) {
      const sum = sums.get(name) ?? new Float64Array(elementCount(slice.shape));
      const part = new Float64Array(sum.length);
      putSlice(slice, gradient, part);
      const copies = sameOver
        .filter((group) => !sumOver.includes(group))
        .reduce((product, group) => product * size(group), 1);
      part.forEach((value, i) => {
        sum[i]! += value / copies / shares;
      });
      sums.set(name, sum);
    }
  }
  return sums;
}

function lossOf(results: readonly Result[]): number {
  const losses = results.flatMap(({ loss }) => (loss === undefined ? [] : [loss]));
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

const LAYOUTS: readonly (readonly [string, Degrees, boolean?])[] = [
  ["2 tensor", { tensor: 2 }],
  ["2 tensor, rows split", { tensor: 2 }, true],
  ["2 data, 2 tensor, rows split", { tensor: 2, data: 2 }, true],
  ["2 stages", { pipeline: 2 }],
  ["2 tensor, rows split, 2 stages", { tensor: 2, pipeline: 2 }, true],
  ["2 context", { context: 2 }],
  ["4 context", { context: 4 }],
  ["2 context, 2 tensor, rows split", { context: 2, tensor: 2 }, true],
  ["2 expert", { expert: 2 }],
  ["2 expert, 2 tensor, rows split", { expert: 2, tensor: 2 }, true],
  ["2 expert, 2 data", { expert: 2, data: 2 }],
];

/** What a model has, and what it has differently from the one before it. */
function isWorthwhile(name: string, { context, expert, pipeline }: Degrees): boolean {
  if (name === "bert") return context === undefined && expert === undefined;
  if (name === "llama, tied") return pipeline !== undefined;
  if (name.startsWith("moe, ")) return expert !== undefined;
  return name === "moe" || expert === undefined;
}

for (const [name, spec] of Object.entries(MODELS)) {
  describe(`of a ${name}`, () => {
    const whole = runLayout(spec, {});
    const wanted = wholeGradients(whole, {});
    for (const [layout, degrees, splitsRows] of LAYOUTS) {
      if (!isWorthwhile(name, degrees)) continue;
      test(`${layout}: loss and gradients are those of one process`, () => {
        const results = runLayout(spec, degrees, splitsRows);
        ok(Math.abs(lossOf(results) / lossOf(whole) - 1) < 1e-12, `${lossOf(results)}`);
        const found = wholeGradients(results, degrees);
        deepEqual([...found.keys()].sort(), [...wanted.keys()].sort());
        for (const [parameter, gradient] of found) {
          const error = relativeError(gradient, wanted.get(parameter)!);
          ok(error < 1e-10, `${parameter} differs by ${error}`);
        }
      });
    }
  });
}
/** The same step without numbers. */
function walked(spec: ModelSpec, degrees: Degrees, rank: number, sequenceParallel: boolean) {
  const { tensor = 1, context = 1, expert = 1, data = 1 } = degrees;
  const stage = Math.floor(rank / (tensor * context * expert * data));
  const place = { pipelineRank: stage, expertRank: Math.floor(rank / (tensor * context)) % expert };
  const layout = shapeLayout(spec, { degrees, sequenceParallel }, place);
  const batch = SAMPLES / (data * expert);
  const update = () => undefined;
  return traceShapes(spec, { batch, tokens: TOKENS, elementBytes: 8, layout, update });
}

/** Ranks of an expert group have experts of different names. */
const nameless = ({ gradients }: Trace) =>
  gradients.map(({ parameter, ...rest }) => {
    return { ...rest, parameter: parameter.replace(/experts\.\d+/, "experts") };
  });

const RECORDED: readonly (readonly [string, Degrees, boolean])[] = [
  ["gpt", { tensor: 2, pipeline: 2 }, true],
  ["gpt", { tensor: 2, pipeline: 3 }, false],
  ["gpt", { context: 2, data: 2 }, false],
  ["bert", { tensor: 2, pipeline: 2 }, true],
  ["llama", { tensor: 2, context: 2 }, true],
  ["llama, tied", { pipeline: 2, data: 2 }, false],
  ["moe, skewed", { expert: 2, tensor: 2 }, true],
  ["moe, balanced", { expert: 4 }, false],
];

for (const [name, degrees, splitsRows] of RECORDED) {
  test(`both devices record the same step: ${name}, ${JSON.stringify(degrees)}`, () => {
    const spec = { ...MODELS[name]!, vocabularySize: 14 }; // divides: ranks record alike
    for (const [rank, { trace }] of runLayout(spec, degrees, splitsRows).entries()) {
      const shapes = walked(spec, degrees, rank, splitsRows);
      ok((trace.collectives ?? []).length > 0 || degrees.data === 2, "ranks talk to each other");
      deepEqual(shapes.ops, trace.ops, `rank ${rank}`);
      deepEqual(shapes.collectives, trace.collectives, `rank ${rank}`);
      deepEqual(nameless(shapes), nameless(trace), `rank ${rank}`);
      equal(shapes.activationBytes, trace.activationBytes);
    }
  });
}
