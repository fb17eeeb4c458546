/** What the twins of the arithmetic are compared by: one call each, on both, with the reference. */
import { ok } from "node:assert/strict";
import fc from "fast-check";
import type {
  AttentionShape,
  Backend,
  MatmulShape,
  Numbers,
  RowShape,
} from "../../src/tensor/arithmetic.ts";
import { drawn, reference, relativeError } from "./backends.ts";

/** What the twins may differ by, relative to the largest entry. */
const TOLERANCE = 1e-5;

/** Runs the same call on both; outputs are made by `outputs`, anew for each. */
function compare(
  native: Backend,
  outputs: () => readonly Numbers[],
  call: (backend: Backend, outputs: readonly Numbers[]) => number | void,
): void {
  const [found, expected] = [outputs(), outputs()];
  const result = call(native, found);
  const wanted = call(reference, expected);
  for (const [i, array] of found.entries()) {
    const error = relativeError(array, expected[i]!);
    ok(error < TOLERANCE, `output ${i} differs by ${error}`);
  }
  if (typeof wanted === "number") {
    ok(Math.abs(Number(result) - wanted) <= TOLERANCE * Math.abs(wanted), `it should be ${wanted}`);
  }
}

const filled = (length: number) => () => [new Float32Array(length).fill(3)];

/** Odd lengths leave a rest in vectors of 4, 8 and 16 numbers. */
const COUNT = 1003;

/** Each takes a backend and compares it with the reference. */
export const comparisons: Record<string, (backend: Backend) => void> = {
  "matrix products of any small shape": (native) => {
    const size = fc.integer({ min: 1, max: 40 });
    const shape = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      m: size,
      n: size,
      k: size,
      transposesA: fc.boolean(),
      transposesB: fc.boolean(),
      accumulates: fc.boolean(),
    });
    fc.assert(
      fc.property(shape, fc.boolean(), (s, hasBias) => {
        const bias = hasBias ? drawn(3, s.n) : undefined;
        compareMatmul(native, s, bias);
      }),
      { seed: 20, numRuns: 200 },
    );
  },
  "matrix products larger than every block": (native) => {
    // Blocks are at most 120 rows, 256 deep and 2048 columns.
    const plain = { batch: 1, transposesA: false, transposesB: false, accumulates: false };
    compareMatmul(native, { ...plain, m: 131, n: 70, k: 521 }, drawn(3, 70));
    compareMatmul(native, { ...plain, m: 9, n: 2100, k: 20, transposesB: true }, undefined);
    compareMatmul(native, { ...plain, m: 250, n: 33, k: 300, accumulates: true }, undefined);
  },
  "empty arrays and empty shapes": (native) => {
    const none = new Float32Array(0);
    const flags = { transposesA: false, transposesB: false, accumulates: false };
    for (const [batch, m, n, k] of [
      ...[
        [0, 3, 4, 5],
        [2, 0, 4, 5],
        [2, 3, 0, 5],
        [2, 3, 4, 0],
        [0, 0, 0, 0],
      ],
    ] as const) {
      // A product over nothing is its bias.
      compareMatmul(native, { batch, m, n, k, ...flags }, drawn(3, n));
      compareMatmul(native, { batch, m, n, k, ...flags, accumulates: true }, undefined);
    }
    compare(native, filled(0), (b, [y]) => b.gelu(none, y!));
    compare(native, filled(0), (b, [y]) => b.add(none, none, y!));
    compare(native, filled(1), (b) => b.sumOfSquares(none));
    for (const shape of [
      { rows: 0, columns: 7 },
      { rows: 5, columns: 0 },
    ]) {
      compare(native, filled(0), (b, [y]) => b.softmax(none, y!, shape));
      compare(native, filled(shape.columns), (b, [y]) => b.columnSums(none, y!, shape));
    }
    const heads = { batch: 2, tokens: 0, heads: 2, headSize: 4, isCausal: true };
    compare(native, filled(0), (b, [y]) => b.attention(none, y!, none, heads));
  },
  "a million numbers at once, and products deeper than they are wide": (native) => {
    const many = 1_000_003;
    const x = drawn(1, many);
    compare(native, filled(many), (b, [y]) => b.gelu(x, y!));
    compare(native, filled(many), (b, [y]) => b.softmax(x, y!, { rows: 1, columns: many }));
    compare(native, filled(1), (b) => b.sumOfSquares(x));
    compare(native, filled(1), (b) => b.meanSquaredError(x, drawn(2, many)));
    const narrow = { rows: 333_331, columns: 3 };
    compare(native, filled(3), (b, [y]) => b.columnSums(x.subarray(0, 999_993), y!, narrow));
    const flags = { transposesA: false, transposesB: false, accumulates: false };
    compareMatmul(native, { batch: 1, m: 3, n: 2, k: 100_003, ...flags }, undefined);
    compareMatmul(native, { batch: 300, m: 5, n: 3, k: 2, ...flags }, drawn(3, 3));
  },
  "ops on rows of any shape": (native) => {
    const size = fc.integer({ min: 1, max: 70 });
    fc.assert(
      fc.property(size, size, (rows, columns) => {
        compareRows(native, { rows, columns });
      }),
      { seed: 20, numRuns: 60 },
    );
  },
  "attention of any shape": (native) => {
    const size = (max: number) => fc.integer({ min: 1, max });
    const shape = [size(2), size(80), size(3), size(20), fc.boolean()] as const;
    fc.assert(
      fc.property(...shape, (batch, tokens, heads, headSize, isCausal) => {
        compareAttention(native, { batch, tokens, heads, headSize, isCausal });
      }),
      { seed: 20, numRuns: 25 },
    );
  },
  "ops on single elements": (native) => {
    const [x, d] = [drawn(1, COUNT).map((v) => 3 * v), drawn(2, COUNT)];
    compare(native, filled(COUNT), (b, [y]) => b.add(x, d, y!));
    compare(native, filled(COUNT), (b, [y]) => b.relu(x, y!));
    compare(native, filled(COUNT), (b, [y]) => b.reluBackward(x, d, y!));
    compare(native, filled(COUNT), (b, [y]) => b.gelu(x, y!));
    compare(native, filled(COUNT), (b, [y]) => b.geluBackward(x, d, y!));
    compare(native, filled(COUNT), (b, [y]) => b.meanSquaredErrorBackward(x, d, y!));
    compare(native, filled(1), (b) => b.meanSquaredError(x, d));
    const columns = { rows: 17, columns: 59 };
    compare(native, filled(59), (b, [y]) => b.columnSums(x, y!, columns));
  },
  "Adam, three steps": (native) => {
    const state = () => [drawn(1, COUNT), new Float32Array(COUNT), new Float32Array(COUNT)];
    compare(native, state, (b, [p, first, second]) => {
      for (let step = 1; step <= 3; step++) {
        const how = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step };
        b.adam(p!, drawn(step, COUNT), { first: first!, second: second! }, how);
      }
    });
  },
  "ops on rows": (native) => {
    compareRows(native, { rows: 17, columns: 59 });
  },
  "causal attention over more rows than one block": (native) => {
    compareAttention(native, { ...LONG, isCausal: true });
  },
  "attention over all tokens, more than one block": (native) => {
    compareAttention(native, { ...LONG, isCausal: false });
  },
  "SGD with momentum, scaling and sums of squares": (native) => {
    const state = () => [drawn(1, COUNT), drawn(2, COUNT)];
    compare(native, state, (b, [p, velocity]) => {
      b.momentum(p!, drawn(3, COUNT), velocity!, { learningRate: 0.1, momentum: 0.9 });
    });
    compare(native, state, (b, [p]) => b.scale(p!, 0.3));
    compare(native, filled(1), (b) => b.sumOfSquares(drawn(4, COUNT)));
  },
  "embedding and cross-entropy": (native) => {
    const ids = Int32Array.of(4, 0, 4, 2, 4, 1, 3, 3);
    const shape = { batch: 2, tokens: 4, columns: 19, entries: 5 };
    const tables = { rows: drawn(1, 95), positions: drawn(2, 76) };
    compare(native, filled(152), (b, [y]) => b.embedding(ids, tables, y!, shape));
    const dy = drawn(3, 152);
    const gradients = () => [drawn(4, 95), drawn(5, 76)];
    compare(native, gradients, (b, [rows, positions]) =>
      b.embeddingBackward(ids, dy, { rows: rows!, positions: positions! }, shape),
    );
    const logits = drawn(6, 8 * 37).map((v) => 4 * v);
    const rows = { rows: 8, columns: 37 };
    compare(native, filled(8), (b, [logs]) => b.crossEntropy(logits, ids, logs!, rows));
    const logs = new Float32Array(8);
    reference.crossEntropy(logits, ids, logs, rows);
    compare(native, filled(8 * 37), (b, [dlogits]) =>
      b.crossEntropyBackward(logits, ids, logs, dlogits!, rows),
    );
  },
  "scores of ±200 neither overflow nor vanish": (native) => {
    // exp(200) is infinite in fp32: only differences from the maximum may be taken.
    const x = Float32Array.of(200, 199, -200, -200, -200, -200, -200, -200, -201);
    const found = new Float32Array(9);
    native.softmax(x, found, { rows: 1, columns: 9 });
    // 1/(1+e⁻¹) and e⁻¹/(1+e⁻¹); the rest is below 1e-170.
    const wanted = [0.7310585786, 0.2689414214, 0, 0, 0, 0, 0, 0, 0];
    ok(relativeError(found, wanted) < 1e-6, [...found].join(" "));
  },
};

const LONG = { batch: 2, tokens: 131, heads: 3, headSize: 7 };

function compareAttention(native: Backend, shape: AttentionShape): void {
  const { batch, tokens, heads, headSize } = shape;
  const count = batch * tokens * heads * headSize;
  const [qkv, dout] = [drawn(1, 3 * count), drawn(2, count)];
  const outputs = () => [new Float32Array(count), new Float32Array(batch * tokens * heads)];
  compare(native, outputs, (b, [out, statistics]) => b.attention(qkv, out!, statistics!, shape));
  const [out, statistics] = outputs();
  reference.attention(qkv, out!, statistics!, shape);
  compare(native, filled(3 * count), (b, [dqkv]) =>
    b.attentionBackward({ qkv, out: out!, statistics: statistics!, dout, dqkv: dqkv! }, shape),
  );
}

function compareMatmul(native: Backend, s: MatmulShape, bias: Float32Array | undefined): void {
  const a = drawn(1, s.batch * s.m * s.k);
  const b = drawn(2, s.batch * s.k * s.n);
  compare(native, filled(s.batch * s.m * s.n), (backend, [c]) => backend.matmul(a, b, c!, bias, s));
}

function compareRows(native: Backend, shape: RowShape): void {
  const { rows, columns } = shape;
  const count = rows * columns;
  const [x, d] = [drawn(1, count).map((v) => 3 * v + 1), drawn(2, count)];
  const [scale, shift] = [drawn(3, columns), drawn(4, columns)];
  const norm = () => [new Float32Array(count), new Float32Array(2 * rows)];
  compare(native, norm, (b, [y, statistics]) =>
    b.layerNorm({ x, scale, shift, y: y!, statistics: statistics! }, shape),
  );
  // Of one or two columns the gradient is zero but for epsilon: all its digits are rounding.
  if (columns > 2) compareNormGradients(native, { x, scale, d }, shape);
  compare(native, filled(count), (b, [y]) => b.softmax(x, y!, shape));
  const y = new Float32Array(count);
  reference.softmax(x, y, shape);
  compare(native, filled(count), (b, [dx]) => b.softmaxBackward(y, d, dx!, shape));
}

function compareNormGradients(
  native: Backend,
  { x, scale, d }: { readonly x: Numbers; readonly scale: Numbers; readonly d: Numbers },
  shape: RowShape,
): void {
  const { rows, columns } = shape;
  const count = rows * columns;
  const statistics = new Float32Array(2 * rows);
  const shift = drawn(4, columns);
  reference.layerNorm({ x, scale, shift, y: new Float32Array(count), statistics }, shape);
  const gradients = () => [new Float32Array(count), drawn(5, columns), drawn(6, columns)];
  compare(native, gradients, (b, [dx, dscale, dshift]) =>
    b.layerNormBackward(
      { x, scale, statistics, dy: d, dx: dx!, dscale: dscale!, dshift: dshift! },
      shape,
    ),
  );
}
