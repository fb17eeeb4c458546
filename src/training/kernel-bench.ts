/** One call of a kernel at given sizes, on arrays as a step would hand them. */
import { at } from "../base/assert.ts";
import { ADAM_DEFAULTS } from "../tensor/adam.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import type { KernelCall } from "../tensor/kernel-class.ts";
import type { BenchArrays } from "./bench-arrays.ts";
import { combining, combiningBackward, gated, gatedBackward, lookup } from "./llama-bench.ts";
import { lookupBackward, rootNorm, rootNormBackward, rotary } from "./llama-bench.ts";
import { rotaryBackward, routing, routingBackward } from "./llama-bench.ts";

export type Call = (backend: Backend) => void;

type Prepare = (arrays: BenchArrays, shape: readonly number[], kernel: string) => Call;

/** Too small a step to change what the benches compute. */
const LEARNING_RATE = 1e-9;

/** The kernels by the start of their names, the first that fits. */
const BENCHES: readonly (readonly [start: string, prepare: Prepare])[] = [
  ["matmul forward", product(false, false)],
  ["matmul dgrad", product(false, true)],
  ["matmul wgrad", weightGradient],
  ["attention forward", attention],
  ["attention backward", attentionBackward],
  ["norm forward 4", rootNorm],
  ["norm backward 11", rootNormBackward],
  ["norm forward", norm],
  ["norm backward", normBackward],
  ["softmax forward 5", rowwise((b, x, y, _, shape) => b.softmax(x, y, shape))],
  ["softmax backward 4", rowwise((b, x, y, dy, shape) => b.softmaxBackward(x, dy, y, shape))],
  ["softmax forward", routing],
  ["softmax backward", routingBackward],
  ["rotary forward", rotary],
  ["rotary backward", rotaryBackward],
  ["activation forward 5", gated],
  ["activation backward 11", gatedBackward],
  ["activation forward 1", unary((b, x, y) => b.relu(x, y))],
  ["activation backward 1", unary((b, x, y, dy) => b.reluBackward(x, dy, y))],
  ["activation forward", unary((b, x, y) => b.gelu(x, y))],
  ["activation backward", unary((b, x, y, dy) => b.geluBackward(x, dy, y))],
  ["embedding forward 0", lookup],
  ["embedding backward 1", lookupBackward],
  ["embedding forward", embedding],
  ["embedding backward", embeddingBackward],
  ["loss forward squares", squares],
  ["loss backward 2", unary((b, x, y, dy) => b.meanSquaredErrorBackward(x, dy, y))],
  ["loss forward", entropy],
  ["loss backward", entropyBackward],
  ["optimizer optimizer 14", adam(false)],
  ["optimizer optimizer 15", adam(true)],
  ["optimizer optimizer 4", momentum],
  ["optimizer optimizer 3", squaresSum],
  ["optimizer optimizer 1", rescale],
  ["clear", clear],
  ["element-wise forward 4", combining],
  ["element-wise backward 3", combiningBackward],
  ["", unary((b, x, y, dy) => b.add(x, dy, y))],
];

export function prepareCall({ kernel, shape }: KernelCall, arrays: BenchArrays): Call {
  const [, prepare] = BENCHES.find(([start]) => startsWith(kernel, start)) ?? at(BENCHES, 0);
  return prepare(arrays, shape, kernel);
}

/** By whole words: "activation forward 1" is not "activation forward 19". */
function startsWith(kernel: string, start: string): boolean {
  return start === "" || kernel === start || kernel.startsWith(`${start} `);
}

function product(transposesA: boolean, transposesB: boolean): Prepare {
  return (arrays, shape) => {
    const [batch, m, n, k] = [at(shape, 0), at(shape, 1), at(shape, 2), at(shape, 3)];
    const a = arrays.recent(batch * m * k);
    const b = arrays.weights(batch * k * n).data;
    const bias = transposesB ? undefined : arrays.weights(n).data;
    const c = arrays.output(batch * m * n);
    const sizes = { batch, m, n, k, transposesA, transposesB, accumulates: false };
    return (backend) => backend.matmul(a, b, c, bias, sizes);
  };
}

function weightGradient(arrays: BenchArrays, shape: readonly number[], kernel: string): Call {
  const [batch, m, n, k] = [at(shape, 0), at(shape, 1), at(shape, 2), at(shape, 3)];
  const x = arrays.saved(batch * k * m);
  const dy = arrays.recent(batch * k * n);
  const weights = arrays.weights(batch * m * n).gradient;
  const bias = kernel.endsWith("bias") ? arrays.weights(n).gradient : undefined;
  const transposes = { transposesA: true, transposesB: false, accumulates: true };
  const sizes = { batch, m, n, k, ...transposes };
  return (backend) => {
    backend.matmul(x, dy, weights, undefined, sizes);
    if (bias !== undefined) backend.columnSums(dy, bias, { rows: k, columns: n });
  };
}

/** A causal mask leaves half of the work: of 2 and 5 against 4 and 10 flop a pair. */
const isCausal = (kernel: string) => ["2", "5"].includes(kernel.split(" ").at(-1) ?? "");

function attentionSizes(shape: readonly number[], kernel: string) {
  const [batch, heads] = [at(shape, 0), at(shape, 1)];
  const [tokens, headSize] = [at(shape, 2), at(shape, 3)];
  return { batch, heads, tokens, headSize, isCausal: isCausal(kernel) };
}

function attention(arrays: BenchArrays, shape: readonly number[], kernel: string): Call {
  const sizes = attentionSizes(shape, kernel);
  const count = shape.reduce((product, length) => product * length, 1);
  const qkv = arrays.recent(3 * count);
  const out = arrays.output(count);
  const statistics = new Float32Array(count / sizes.headSize);
  return (backend) => backend.attention(qkv, out, statistics, sizes);
}

function attentionBackward(arrays: BenchArrays, shape: readonly number[], kernel: string): Call {
  const sizes = attentionSizes(shape, kernel);
  const count = shape.reduce((product, length) => product * length, 1);
  const [qkv, out] = [arrays.saved(3 * count), arrays.saved(count)];
  const dout = arrays.recent(count);
  const dqkv = arrays.output(3 * count);
  // The logarithm of a sum of so many exponentials of small numbers.
  const statistics = new Float32Array(count / sizes.headSize).fill(Math.log(sizes.tokens));
  return (backend) => backend.attentionBackward({ qkv, out, statistics, dout, dqkv }, sizes);
}

function norm(arrays: BenchArrays, shape: readonly number[]): Call {
  const [rows, columns] = [at(shape, 0), at(shape, 1)];
  const x = arrays.recent(rows * columns);
  const [scale, shift] = [arrays.weights(columns).data, arrays.weights(columns).data];
  const y = arrays.output(rows * columns);
  const statistics = new Float32Array(2 * rows);
  return (backend) => backend.layerNorm({ x, scale, shift, y, statistics }, { rows, columns });
}

function normBackward(arrays: BenchArrays, shape: readonly number[]): Call {
  const [rows, columns] = [at(shape, 0), at(shape, 1)];
  const [x, dy] = [arrays.saved(rows * columns), arrays.recent(rows * columns)];
  const { data: scale, gradient: dscale } = arrays.weights(columns);
  const dshift = arrays.weights(columns).gradient;
  const dx = arrays.output(rows * columns);
  const statistics = new Float32Array(2 * rows).fill(1);
  const all = { x, scale, statistics, dy, dx, dscale, dshift };
  return (backend) => backend.layerNormBackward(all, { rows, columns });
}

type Rows = { readonly rows: number; readonly columns: number };
type Floats = Float32Array;

/** Reads x and dy, writes y. */
function unary(run: (backend: Backend, x: Floats, y: Floats, dy: Floats) => void): Prepare {
  return (arrays, shape) => {
    const count = shape.reduce((product, length) => product * length, 1);
    const [x, dy] = [arrays.saved(count), arrays.recent(count)];
    const y = arrays.output(count);
    return (backend) => run(backend, x, y, dy);
  };
}

function rowwise(
  run: (backend: Backend, x: Floats, y: Floats, dy: Floats, shape: Rows) => void,
): Prepare {
  return (arrays, shape) => {
    const [rows, columns] = [at(shape, 0), at(shape, 1)];
    const [x, dy] = [arrays.saved(rows * columns), arrays.recent(rows * columns)];
    const y = arrays.output(rows * columns);
    return (backend) => run(backend, x, y, dy, { rows, columns });
  };
}

/** Rows of the table do not show in a record; 256 are those of bytes. */
const ENTRIES = 256;

function embedding(arrays: BenchArrays, shape: readonly number[]): Call {
  const [rowCount, columns] = [at(shape, 0), at(shape, 1)];
  const ids = arrays.ids(rowCount, ENTRIES);
  const rows = arrays.weights(ENTRIES * columns).data;
  const positions = arrays.weights(columns).data;
  const y = arrays.output(rowCount * columns);
  const sizes = { batch: rowCount, tokens: 1, columns, entries: ENTRIES };
  return (backend) => backend.embedding(ids, { rows, positions }, y, sizes);
}

function embeddingBackward(arrays: BenchArrays, shape: readonly number[]): Call {
  const [rowCount, columns] = [at(shape, 0), at(shape, 1)];
  const ids = arrays.ids(rowCount, ENTRIES);
  const dy = arrays.recent(rowCount * columns);
  const rows = arrays.weights(ENTRIES * columns).gradient;
  const positions = arrays.weights(columns).gradient;
  const sizes = { batch: rowCount, tokens: 1, columns, entries: ENTRIES };
  return (backend) => backend.embeddingBackward(ids, dy, { rows, positions }, sizes);
}

function squares(arrays: BenchArrays, shape: readonly number[]): Call {
  const count = at(shape, 1);
  const [x, target] = [arrays.recent(count), arrays.saved(count)];
  return (backend) => void backend.meanSquaredError(x, target);
}

function entropy(arrays: BenchArrays, shape: readonly number[]): Call {
  const [rows, columns] = [at(shape, 0), at(shape, 1)];
  const x = arrays.recent(rows * columns);
  const targets = arrays.ids(rows, columns);
  const statistics = new Float32Array(rows);
  return (backend) => void backend.crossEntropy(x, targets, statistics, { rows, columns });
}

function entropyBackward(arrays: BenchArrays, shape: readonly number[]): Call {
  const [rows, columns] = [at(shape, 0), at(shape, 1)];
  const x = arrays.recent(rows * columns);
  const targets = arrays.ids(rows, columns);
  const statistics = new Float32Array(rows).fill(Math.log(columns));
  const dx = arrays.output(rows * columns);
  const sizes = { rows, columns };
  return (backend) => backend.crossEntropyBackward(x, targets, statistics, dx, sizes);
}

function adam(decays: boolean): Prepare {
  return (arrays, shape) => {
    const count = at(shape, 0);
    const { data, gradient } = arrays.weights(count);
    const moments = { first: new Float32Array(count), second: new Float32Array(count) };
    const step = { ...ADAM_DEFAULTS, learningRate: LEARNING_RATE, step: 1000 };
    return (backend) => {
      if (decays) backend.scale(data, 1 - LEARNING_RATE);
      backend.adam(data, gradient, moments, step);
    };
  };
}

function momentum(arrays: BenchArrays, shape: readonly number[]): Call {
  const { data, gradient } = arrays.weights(at(shape, 0));
  const velocity = new Float32Array(data.length);
  const step = { learningRate: LEARNING_RATE, momentum: 0.9 };
  return (backend) => backend.momentum(data, gradient, velocity, step);
}

/** What clipping always does; shortening them as well depends on the numbers. */
function squaresSum(arrays: BenchArrays, shape: readonly number[]): Call {
  const { gradient } = arrays.weights(at(shape, 0));
  return (backend) => {
    const norm = Math.sqrt(backend.sumOfSquares(gradient));
    if (norm >= 0) backend.scale(gradient, 1);
  };
}

function rescale(arrays: BenchArrays, shape: readonly number[]): Call {
  const { gradient } = arrays.weights(at(shape, 0));
  return (backend) => backend.scale(gradient, 1);
}

function clear(arrays: BenchArrays, shape: readonly number[]): Call {
  const { gradient } = arrays.weights(at(shape, 0));
  return () => void gradient.fill(0);
}
