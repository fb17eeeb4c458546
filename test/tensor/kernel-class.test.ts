import { deepEqual, equal } from "node:assert/strict";
import { test } from "vitest";
import { readTraining } from "../../src/files/training.ts";
import type { TraceOp } from "../../src/records/trace.ts";
import { kernelCall, kernelCalls } from "../../src/tensor/kernel-class.ts";
import { recordedShapes } from "../../src/training/recorded-shapes.ts";

const mlp = await readTraining("mlp");

const op = (part: Partial<TraceOp>): TraceOp => ({
  ...{ kind: "matmul", phase: "forward", name: "layer", shape: [1, 2, 3, 4] },
  ...{ flop: 48, readBytes: 4 * (8 + 12), writtenBytes: 24 },
  ...part,
});

test("the three products of a linear layer are three kernels, one of them with column sums", () => {
  const calls = kernelCalls(recordedShapes(mlp));
  deepEqual(
    calls.filter(({ kernel }) => kernel.startsWith("matmul")).map(({ kernel }) => kernel),
    // Two layers; the first one's input needs no gradient. All have a bias.
    [
      ...["matmul forward", "matmul forward"],
      ...["matmul dgrad", "matmul wgrad bias", "matmul wgrad bias"],
    ],
  );
});

test("products of several experts show in the bytes that they read and write", () => {
  // Three experts of 4 × 3, twelve rows among them: 12·4 + 3·4·3 numbers read.
  const grouped = op({ shape: [1, 12, 3, 4], readBytes: 4 * (48 + 36), writtenBytes: 4 * 36 });
  deepEqual(kernelCall(grouped, 4).shape, [3, 4, 3, 4]);
  // Their weights' gradients: three of 4 × 3, each over four rows.
  const wgrad = op({ name: "experts wgrad", shape: [1, 4, 3, 12], writtenBytes: 4 * 36 });
  deepEqual(kernelCall(wgrad, 4).shape, [3, 4, 3, 4]);
  deepEqual(kernelCall(op({}), 4).shape, [1, 2, 3, 4]);
});

test("attention is told with and without a mask, forward and back", () => {
  const shape = [2, 3, 8, 4];
  const pairs = 2 * 3 * 8 * 8 * 4;
  const kernel = (phase: "forward" | "backward", flop: number) =>
    kernelCall(op({ kind: "attention", phase, shape, flop }), 4).kernel;
  equal(kernel("forward", 2 * pairs), "attention forward 2");
  equal(kernel("backward", 10 * pairs), "attention backward 10");
});

test("turned queries and keys are told from sums, with how wide each is", () => {
  // 6 rows of 4 columns of queries and 2 of keys and of values each: q + k are read and written.
  const bytes = 4 * 6 * (4 + 2);
  const turned = { kind: "element-wise", shape: [2, 3, 8], flop: 3 * 36 } as const;
  deepEqual(kernelCall(op({ ...turned, readBytes: bytes, writtenBytes: bytes }), 4), {
    kernel: "rotary forward",
    shape: [6, 4, 2],
  });
  equal(kernelCall(op({ ...turned, flop: 48 }), 4).kernel, "element-wise forward 1");
});

test("a loss knows its sizes: of squares all elements, of entropies rows and columns", () => {
  const squares = op({ kind: "loss", shape: [1], flop: 30, readBytes: 80 });
  deepEqual(kernelCall(squares, 4), { kernel: "loss forward squares", shape: [1, 10] });
  const entropy = op({ kind: "loss", shape: [5], flop: 4 * 35, readBytes: 4 * 40 });
  deepEqual(kernelCall(entropy, 4), { kernel: "loss forward entropy", shape: [5, 7] });
});
