import { deepEqual } from "node:assert/strict";
import { afterAll, describe, test } from "vitest";
import type { Backend } from "../../src/tensor/arithmetic.ts";
import { loadAddon, loadBackend } from "../../src/tensor/backend.ts";
import { drawn, nativeIsBuilt } from "./backends.ts";

const addon = nativeIsBuilt ? loadAddon().addon : undefined;

/** Odd sizes, large enough for several threads; each returns all that was computed. */
const works: Record<string, (backend: Backend) => Float32Array[]> = {
  "a product wider than high": (b) => product(b, 1, [131, 517, 333]),
  "a product higher than wide": (b) => product(b, 1, [1031, 47, 129]),
  "a product deeper than a panel": (b) => product(b, 1, [97, 101, 777]),
  "a batch of products": (b) => product(b, 7, [65, 70, 131]),
  "ops on single elements": (b) => {
    const [x, d, y] = [drawn(1, 300_007), drawn(2, 300_007), new Float32Array(300_007)];
    const outputs = [x.slice(), x.slice(), x.slice(), x.slice()];
    const [gelu, backward, parameters, moments] = outputs as [
      ...[Float32Array, Float32Array, Float32Array, Float32Array],
    ];
    b.gelu(x, gelu);
    b.geluBackward(x, d, backward);
    const second = y.slice();
    const step = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 1 };
    b.adam(parameters, d, { first: moments, second }, step);
    b.add(x, d, y);
    return [...outputs, second, y];
  },
  "sums over everything": (b) => {
    const [x, d] = [drawn(1, 300_007), drawn(2, 300_007)];
    const sums = drawn(3, 1009);
    b.columnSums(x.subarray(0, 1009 * 297), sums, { rows: 297, columns: 1009 });
    return [Float32Array.of(b.sumOfSquares(x), b.meanSquaredError(x, d)), sums];
  },
  "normalization and its gradients": (b) => {
    const shape = { rows: 1003, columns: 131 };
    const count = shape.rows * shape.columns;
    const [x, dy, y, dx] = [drawn(1, count), drawn(2, count), drawn(3, count), drawn(4, count)];
    const [scale, shift] = [drawn(5, 131), drawn(6, 131)];
    const [dscale, dshift, statistics] = [drawn(7, 131), drawn(8, 131), new Float32Array(2006)];
    b.layerNorm({ x, scale, shift, y, statistics }, shape);
    b.layerNormBackward({ x, scale, statistics, dy, dx, dscale, dshift }, shape);
    return [y, statistics, dx, dscale, dshift];
  },
  "attention and its gradients": (b) => {
    const shape = { batch: 2, tokens: 131, heads: 3, headSize: 24, isCausal: true };
    const count = 2 * 131 * 72;
    const [qkv, dout, out] = [drawn(1, 3 * count), drawn(2, count), drawn(3, count)];
    const [statistics, dqkv] = [new Float32Array(2 * 131 * 3), drawn(4, 3 * count)];
    b.attention(qkv, out, statistics, shape);
    b.attentionBackward({ qkv, out, statistics, dout, dqkv }, shape);
    return [out, statistics, dqkv];
  },
  "losses and lookups": (b) => {
    const [rows, columns] = [611, 257];
    const [logits, dlogits] = [drawn(1, rows * columns), drawn(2, rows * columns)];
    const targets = Int32Array.from({ length: rows }, (_, i) => (i * 7) % columns);
    const statistics = new Float32Array(rows);
    const loss = b.crossEntropy(logits, targets, statistics, { rows, columns });
    b.crossEntropyBackward(logits, targets, statistics, dlogits, { rows, columns });
    const shape = { batch: 13, tokens: 47, columns: 257, entries: 257 };
    const gradients = { rows: drawn(3, 257 * 257), positions: drawn(4, 47 * 257) };
    b.embeddingBackward(targets, logits, gradients, shape);
    return [Float32Array.of(loss), statistics, dlogits, gradients.rows, gradients.positions];
  },
};

function product(b: Backend, batch: number, [m, n, k]: [number, number, number]): Float32Array[] {
  const [left, right] = [drawn(1, batch * m * k), drawn(2, batch * k * n)];
  const plain = { batch, m, n, k, transposesA: false, transposesB: false, accumulates: false };
  return [
    { ...plain },
    { ...plain, transposesB: true },
    { ...plain, transposesA: true, accumulates: true },
  ].map((shape) => {
    const c = drawn(3, batch * m * n);
    b.matmul(left, right, c, shape.accumulates ? undefined : drawn(4, n), shape);
    return c;
  });
}

describe.skipIf(addon === undefined)("any number of threads computes the same bits", () => {
  const backend = addon === undefined ? undefined : loadBackend("native");
  afterAll(() => addon?.useInstructionSet(0));
  for (const [index, name] of (addon?.instructionSets() ?? []).entries()) {
    for (const [title, work] of Object.entries(works)) {
      test(`${title}, ${name}`, () => {
        addon?.useInstructionSet(index);
        addon?.useThreads(1);
        const wanted = work(backend!).map(bits);
        for (const threads of [2, 3, 8]) {
          addon?.useThreads(threads);
          deepEqual(work(backend!).map(bits), wanted, `${threads} threads`);
        }
      });
    }
  }
});

/** A digest of all bits: a difference in one shows, and a failure prints no million numbers. */
function bits(values: Float32Array): number {
  let hash = 17;
  for (const word of new Int32Array(values.buffer, values.byteOffset, values.length)) {
    hash = (Math.imul(hash, 31) + word) | 0;
  }
  return hash;
}
