import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { seeded } from "../../src/base/random.ts";
import { createModel, parameterCount } from "../../src/models/model.ts";
import { traceShapes } from "../../src/models/shape-trace.ts";
import type { GptSpec, MlpSpec, OpKind, Phase, Trace } from "../../src/records/trace.ts";
import { Adam } from "../../src/tensor/adam.ts";
import { createNativeDevice } from "../../src/tensor/device.ts";
import { Tape } from "../../src/tensor/tape.ts";
import { constantTensor } from "../../src/tensor/tensor.ts";
import { backends, drawn } from "../tensor/backends.ts";

const gpt: GptSpec = {
  ...{ family: "gpt", id: "g", name: "G", layerCount: 3, hiddenSize: 12, headCount: 2 },
  ...{ vocabularySize: 11, contextTokens: 8 },
};
const mlp: MlpSpec = { family: "mlp", id: "m", name: "M", widths: [7, 5, 4, 3] };
const gpt13: GptSpec = {
  ...{ family: "gpt", id: "gpt-1.3b", name: "GPT-1.3B", layerCount: 24, hiddenSize: 2048 },
  ...{ headCount: 16, vocabularySize: 50257, contextTokens: 2048 },
};

/** The same step as traceShapes walks, with real numbers. */
function traceReally(
  spec: GptSpec | MlpSpec,
  batch: number,
  tokens: number,
  backend = backends[0]!,
) {
  const model = createModel(spec);
  model.parameters.allocate(seeded(1));
  const tape = new Tape(createNativeDevice({ backend }));
  const ids = { shape: [batch, tokens], data: new Int32Array(batch * tokens).fill(2) };
  const vectors = (width: number) => constantTensor([batch, width], drawn(3, batch * width));
  const loss =
    spec.family === "gpt"
      ? model.loss(tape, { kind: "tokens", inputs: ids, targets: ids })
      : model.loss(tape, { kind: "vectors", inputs: vectors(7), targets: vectors(3) });
  ok(Number.isFinite(loss), "the loss is a number");
  tape.backward();
  new Adam(model.parameters).update(tape, 0.01);
  const count = model.parameters.elementCount;
  const head = { model: spec.id, sampleCount: batch, tokensPerSample: tokens };
  return tape.trace({ ...head, parameterCount: count });
}

for (const backend of backends) {
  test(`both devices record the same step of a GPT, ${backend.name}`, () => {
    const real = traceReally(gpt, 4, 6, backend);
    equal(real.device, "native");
    deepEqual(traceShapes(gpt, { batch: 4, tokens: 6, elementBytes: 4 }), {
      ...real,
      device: "shape-only",
    });
  });

  test(`both devices record the same step of a perceptron, ${backend.name}`, () => {
    deepEqual(traceShapes(mlp, { batch: 4, tokens: 1, elementBytes: 4 }), {
      ...traceReally(mlp, 4, 1, backend),
      device: "shape-only",
    });
  });
}

const sum = (
  { ops }: Trace,
  of: "flop" | "readBytes" | "writtenBytes",
  kind: OpKind,
  phase: Phase,
) => ops.filter((op) => op.kind === kind && op.phase === phase).reduce((s, op) => s + op[of], 0);

test("GPT-1.3B has 1,315,723,264 parameters: V·h + T·h + L·(12h² + 13h) + 2h", () => {
  // (50257 + 2048)·2048 = 107,120,640; 12·2048² + 13·2048 = 50,358,272, times 24 layers
  // = 1,208,598,528; 2·2048 = 4,096.
  equal(parameterCount(gpt13), 107_120_640 + 1_208_598_528 + 4_096);
  const trace = traceShapes(gpt13, { batch: 8, tokens: 2048, elementBytes: 2 });
  equal(trace.parameterCount, parameterCount(gpt13));
});

test("the closed form counts what is built, for any model", () => {
  const small = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(small, small, small, small, small, (layers, heads, size, vocabulary, context) => {
      const spec: GptSpec = {
        ...{ family: "gpt", id: "g", name: "g", layerCount: layers, headCount: heads },
        ...{ hiddenSize: heads * size, vocabularySize: vocabulary, contextTokens: context },
      };
      equal(createModel(spec).parameters.elementCount, parameterCount(spec));
    }),
    { seed: 20, numRuns: 50 },
  );
  // 7·5 + 5 + 5·4 + 4 + 4·3 + 3
  equal(parameterCount(mlp), 79);
  equal(createModel(mlp).parameters.elementCount, 79);
});

test("flop of GPT-1.3B: 2 per token and weight forward, twice that backward", () => {
  // Forward products: N tokens through L·12h² weights of the layers and V·h of the logits.
  const trace = traceShapes(gpt13, { batch: 8, tokens: 2048, elementBytes: 2 });
  const weights = 24 * 12 * 2048 ** 2 + 50257 * 2048;
  equal(sum(trace, "flop", "matmul", "forward"), 2 * 8 * 2048 * weights);
  equal(sum(trace, "flop", "matmul", "backward"), 4 * 8 * 2048 * weights);
  // Attention: causal, so half of the 4·b·T²·h of the two products; backward 2.5 times that.
  const attention = 24 * 2 * 8 * 2048 ** 2 * 2048;
  equal(sum(trace, "flop", "attention", "forward"), attention);
  equal(sum(trace, "flop", "attention", "backward"), 2.5 * attention);
});

test("bytes of attention in bf16: q, k, v in and out, never the matrix of scores", () => {
  const trace = traceShapes(gpt13, { batch: 8, tokens: 2048, elementBytes: 2 });
  const matrix = 24 * 8 * 2048 * 2048 * 2; // one [batch, tokens, hidden] of each layer
  const statistics = 24 * 8 * 16 * 2048 * 4;
  equal(sum(trace, "readBytes", "attention", "forward"), 3 * matrix);
  equal(sum(trace, "writtenBytes", "attention", "forward"), matrix + statistics);
  equal(sum(trace, "readBytes", "attention", "backward"), 5 * matrix + statistics);
  equal(sum(trace, "writtenBytes", "attention", "backward"), 3 * matrix);
});

test("activations of GPT-1.3B: 16 hidden sizes a token and layer, and the logits", () => {
  // A layer keeps its input, the normed input, q, k and v, the attention's output, the middle,
  // the normed middle, 4h before and 4h after GELU: 1+1+3+1+1+1+4+4 = 16 h (the 34·s·b·h bytes
  // of Korthikanti et al. 2022, arXiv:2205.05198, less 2 for dropout masks). Then the last
  // norm's input and output, 2h, and the logits, V. In fp32: two statistics of each of 2L + 1
  // norms, one for each head and layer, three words for ids, targets and loss.
  const trace = traceShapes(gpt13, { batch: 8, tokens: 2048, elementBytes: 2 });
  const perToken = 2 * ((24 * 16 + 2) * 2048 + 50257) + 4 * (2 * 49 + 24 * 16 + 3);
  equal(trace.activationBytes, 8 * 2048 * perToken);
});

test("gradients are ready from the last layer to the first, the shared token table at last", () => {
  const { gradients, ops } = traceShapes(gpt, { batch: 4, tokens: 6, elementBytes: 2 });
  equal(gradients.length, createModel(gpt).parameters.list.length);
  const names = gradients.map(({ parameter }) => parameter);
  deepEqual(names.slice(0, 3), ["norm.scale", "norm.shift", "layers.2.mlp.down.weight"]);
  deepEqual(names.slice(-2), ["embedding.positions", "embedding.tokens"]);
  const places = gradients.map(({ op }) => op);
  deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
  const last = ops.findLastIndex((op) => op.phase === "backward");
  equal(places.at(-1), last);
  equal(ops[last]?.kind, "embedding");
});

test("phases come in order, and the optimizer is one op over all parameters", () => {
  const { ops, parameterCount: count } = traceShapes(gpt, { batch: 1, tokens: 8, elementBytes: 2 });
  const phases = ops.map(({ phase }) => phase).filter((phase, i, all) => phase !== all[i - 1]);
  deepEqual(phases, ["forward", "backward", "optimizer"]);
  deepEqual(ops.at(-1)?.shape, [count]);
});

test("twice the samples: the same ops with the same names, twice the flop but Adam's", () => {
  const [one, two] = [1, 2].map((batch) => traceShapes(gpt, { batch, tokens: 8, elementBytes: 2 }));
  for (const [i, op] of two!.ops.entries()) {
    equal(op.name, one!.ops[i]?.name);
    const times = op.kind === "optimizer" ? 1 : 2;
    equal(op.flop, times * one!.ops[i]!.flop);
  }
});

test("a batch that is no number of samples is refused", () => {
  for (const batch of [0, -1, 1.5, NaN]) {
    throws(() => traceShapes(gpt, { batch, tokens: 8, elementBytes: 2 }), {
      ...{ name: "Refusal", code: "out-of-range", pointer: "/batch" },
    });
  }
});

test("more tokens than the context are refused, and more than one for vectors", () => {
  const refusal = { name: "Refusal", code: "out-of-range", pointer: "/job/tokensPerSample" };
  throws(() => traceShapes(gpt, { batch: 1, tokens: 9, elementBytes: 2 }), refusal);
  throws(() => traceShapes(mlp, { batch: 1, tokens: 2, elementBytes: 2 }), refusal);
});

test("heads that do not divide the hidden size are refused", () => {
  const refusal = { name: "Refusal", code: "does-not-divide", pointer: "/model/headCount" };
  throws(() => createModel({ ...gpt, headCount: 5 }), refusal);
});
