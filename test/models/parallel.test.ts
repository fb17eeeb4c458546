/**
 * Any layout gives the loss and the gradients of one process: in fp64, where rounding leaves
 * twelve digits, so a term that is missing or counted twice cannot hide.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, test } from "vitest";
import { seeded } from "../../src/base/random.ts";
import type { Layout } from "../../src/models/layout.ts";
import type { Batch, Model } from "../../src/models/model.ts";
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
import { constantTensor, elementCount } from "../../src/tensor/tensor.ts";
import { drawn, reference, relativeError } from "../tensor/backends.ts";
import { checkClaims } from "./claims.ts";
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
  mlp: { family: "mlp", id: "m", name: "M", widths: [6, 5, 4, 3] },
  "moe, balanced": { family: "moe", ...moe, routing: "balanced" },
  "moe, skewed": { family: "moe", ...moe, routing: "skewed" },
  "moe with a balancing loss": {
    ...{ family: "moe", ...moe, routing: "learned", balanceWeight: 0.5 },
  },
};

const SAMPLES = 4;
const TOKENS = 8;
/** As many as a BERT of so few tokens masks. */
const MASKED = 1;

/** Samples `from` to `from + count` of one batch that all layouts share. */
function batchOf(spec: ModelSpec, { from, count }: Share): Batch {
  if (spec.family === "mlp") return vectorsOf(spec.widths, { from, count });
  const random = seeded(9);
  const draw = (limit: number) => Math.floor(random() * limit);
  const all = Array.from({ length: SAMPLES * TOKENS }, () => draw(spec.vocabularySize));
  const next = all.map(() => draw(spec.vocabularySize));
  const part = (data: readonly number[], each: number) =>
    Int32Array.from(data.slice(from * each, (from + count) * each));
  const ids = (data: readonly number[]): Ids => {
    return { shape: [count, TOKENS], data: part(data, TOKENS) };
  };
  if (spec.family !== "bert") return { kind: "tokens", inputs: ids(all), targets: ids(next) };
  const places = Int32Array.from({ length: count }, (_, i) => i * TOKENS + 3 + ((from + i) % 3));
  const shape = [count * MASKED];
  const masked = { places: { shape, data: places }, targets: { shape, data: part(next, MASKED) } };
  return { kind: "masked", inputs: ids(all), ...masked };
}

function vectorsOf(widths: readonly number[], { from, count }: Share): Batch {
  const vectors = (seed: number, width: number) => {
    const data = Float64Array.from(drawn(seed, SAMPLES * width));
    return constantTensor([count, width], data.slice(from * width, (from + count) * width));
  };
  return { kind: "vectors", inputs: vectors(1, widths[0]!), targets: vectors(2, widths.at(-1)!) };
}

interface Result {
  /** What the rank's stages add to it. */
  readonly loss: number | undefined;
  readonly parameters: readonly Parameter[];
  /** One for each stage of the rank. */
  readonly traces: readonly Trace[];
}

interface Share {
  readonly from: number;
  readonly count: number;
}

/** Made once for each rank, which runs again and again. */
const models = new WeakMap<Groups, Model>();

function modelOf(spec: ModelSpec, layout: Layout): Model {
  const known = models.get(layout.groups);
  if (known !== undefined) return known;
  const model = createModel(spec, layout);
  model.parameters.allocate(seeded(3), Float64Array);
  models.set(layout.groups, model);
  return model;
}

/** One step of one rank: its stages forward and then back, and what they pass on between. */
function step(spec: ModelSpec, layout: Layout, share: Share): Result {
  const model = modelOf(spec, layout);
  model.parameters.clearGradients();
  const batch = batchOf(spec, share);
  const { pipeline } = layout.groups;
  const { rank, rankCount } = pipeline;
  const [before, after] = [(rank + rankCount - 1) % rankCount, (rank + 1) % rankCount];
  let loss: number | undefined;
  const passes = (layout.stages ?? [{ isFirst: true }]).map(({ isFirst }, chunkIndex) => {
    const tape = new Tape(createNativeDevice({ backend: reference, precision: "fp64" }));
    const hidden = isFirst
      ? undefined
      : receiveHidden(tape, model.hiddenShape(batch), pipeline, before);
    const result = model.forward(tape, { batch, hidden, chunkIndex });
    if (result.loss !== undefined) loss = (loss ?? 0) + result.loss;
    if (result.kind === "hidden")
      sendNumbers(tape, result.hidden.data, result.hidden.elementCount, pipeline, after);
    return { tape, hidden, result };
  });
  for (const { tape, hidden, result } of passes.toReversed()) {
    if (result.kind === "loss") {
      tape.backward();
    } else {
      const { hidden: output } = result;
      tape.backward({ output, gradient: receiveGradient(tape, output, pipeline, after) });
    }
    if (hidden === undefined) continue;
    sendNumbers(tape, tape.gradientOf(hidden), hidden.elementCount, pipeline, before);
  }
  const head = { model: "m", sampleCount: share.count, tokensPerSample: TOKENS, parameterCount: 0 };
  const traces = passes.map(({ tape }) => tape.trace(head));
  return { loss, parameters: model.parameters.list, traces };
}

function layoutOf(spec: ModelSpec, degrees: Degrees, groups: Groups, how: Way): Layout {
  const place = { pipelineRank: groups.pipeline.rank, expertRank: groups.expert.rank };
  return { ...shapeLayout(spec, { degrees, ...how }, place), groups };
}

interface Way {
  readonly sequenceParallel?: boolean;
  readonly stagesPerRank?: number;
}

function runLayout(spec: ModelSpec, degrees: Degrees, how: Way = {}): Result[] {
  const { data = 1, expert = 1 } = degrees;
  const count = SAMPLES / (data * expert);
  return runRanks(degrees, (groups) => {
    const share = (groups.data.rank * expert + groups.expert.rank) * count;
    return step(spec, layoutOf(spec, degrees, groups, how), { from: share, count });
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

/** Added up over stages, and the mean of the ranks of a stage. */
function lossOf(results: readonly Result[], { pipeline = 1 }: Degrees = {}): number {
  const sum = results.reduce((total, { loss = 0 }) => total + loss, 0);
  return sum / (results.length / pipeline);
}

const SPLIT: Way = { sequenceParallel: true };

const LAYOUTS: readonly (readonly [string, Degrees, Way?])[] = [
  ["2 tensor", { tensor: 2 }],
  ["2 tensor, rows split", { tensor: 2 }, SPLIT],
  ["2 data, 2 tensor, rows split", { tensor: 2, data: 2 }, SPLIT],
  ["2 tensor, 3 stages", { tensor: 2, pipeline: 3 }],
  ["2 stages", { pipeline: 2 }],
  ["2 tensor, rows split, 2 stages", { tensor: 2, pipeline: 2 }, SPLIT],
  ["2 ranks with 2 stages each", { pipeline: 2 }, { stagesPerRank: 2 }],
  ["2 context", { context: 2 }],
  ["4 context", { context: 4 }],
  ["2 context, 2 tensor, rows split", { context: 2, tensor: 2 }, SPLIT],
  ["2 expert", { expert: 2 }],
  ["2 expert, 2 tensor, rows split", { expert: 2, tensor: 2 }, SPLIT],
  ["2 expert, 2 data", { expert: 2, data: 2 }],
];

/** What a model has, and what it has differently from the one before it. */
function isWorthwhile(name: string, { context, expert, pipeline }: Degrees, how?: Way): boolean {
  if (name === "mlp") return (context ?? expert ?? how) === undefined;
  if (pipeline === 3) return false;
  if (name === "llama, tied") return pipeline !== undefined;
  if (name.startsWith("moe, ")) return expert !== undefined;
  return name.startsWith("moe") || expert === undefined;
}

for (const [name, spec] of Object.entries(MODELS)) {
  describe(`of a ${name}`, () => {
    const whole = runLayout(spec, {});
    const wanted = wholeGradients(whole, {});
    for (const [layout, degrees, how] of LAYOUTS) {
      if (!isWorthwhile(name, degrees, how)) continue;
      test(`${layout}: loss and gradients are those of one process`, () => {
        const results = runLayout(spec, degrees, how);
        const loss = lossOf(results, degrees);
        ok(Math.abs(loss / lossOf(whole) - 1) < 1e-12, `${loss}`);
        checkClaims(
          results.map(({ parameters }) => parameters),
          degrees,
        );
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
function walked(spec: ModelSpec, degrees: Degrees, rank: number, how: Way) {
  const { tensor = 1, context = 1, expert = 1, data = 1 } = degrees;
  const stage = Math.floor(rank / (tensor * context * expert * data));
  const place = { pipelineRank: stage, expertRank: Math.floor(rank / (tensor * context)) % expert };
  const layout = shapeLayout(spec, { degrees, ...how }, place);
  const batch = SAMPLES / (data * expert);
  const update = () => undefined;
  return traceShapes(spec, {
    batch,
    tokens: spec.family === "mlp" ? 1 : TOKENS,
    elementBytes: 8,
    layout,
    update,
  });
}

/** Ranks of an expert group have experts of different names. */
const nameless = ({ gradients }: Trace) =>
  gradients.map(({ parameter, ...rest }) => {
    return { ...rest, parameter: parameter.replace(/experts\.\d+/, "experts") };
  });

const RECORDED: readonly (readonly [string, Degrees, Way])[] = [
  ["gpt", { tensor: 2, pipeline: 2 }, SPLIT],
  ["gpt", { tensor: 2, pipeline: 3 }, {}],
  ["gpt", { context: 2, data: 2 }, {}],
  ["bert", { tensor: 2, pipeline: 2 }, SPLIT],
  ["bert", { context: 2, tensor: 2 }, SPLIT],
  ["mlp", { tensor: 2, pipeline: 2 }, {}],
  ["llama", { tensor: 2, context: 2 }, SPLIT],
  ["llama, tied", { pipeline: 2, data: 2 }, {}],
  ["moe, skewed", { expert: 2, tensor: 2 }, SPLIT],
  ["moe, balanced", { expert: 4 }, {}],
  ["moe with a balancing loss", { context: 2, tensor: 2 }, SPLIT],
  ["moe with a balancing loss", { pipeline: 2, tensor: 2 }, {}],
];

for (const [name, degrees, how] of RECORDED) {
  test(`both devices record the same step: ${name}, ${JSON.stringify(degrees)}`, () => {
    const even = { vocabularySize: 14, widths: [6, 4, 4] }; // divide: ranks record alike
    const spec = { ...MODELS[name]!, ...even };
    for (const [rank, { traces }] of runLayout(spec, degrees, how).entries()) {
      const trace = traces[0]!;
      const shapes = walked(spec, degrees, rank, how);
      ok((trace.collectives ?? []).length > 0 || degrees.data === 2, "ranks talk to each other");
      deepEqual(shapes.ops, trace.ops, `rank ${rank}`);
      deepEqual(shapes.collectives, trace.collectives, `rank ${rank}`);
      deepEqual(nameless(shapes), nameless(trace), `rank ${rank}`);
      equal(shapes.activationBytes, trace.activationBytes);
    }
  });
}
