import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { afterAll, describe, test } from "vitest";
import type { Backend, MatmulShape, Numbers } from "../../src/tensor/arithmetic.ts";
import { loadAddon, loadBackend } from "../../src/tensor/backend.ts";
import { drawn, nativeIsBuilt, reference, relativeError } from "./backends.ts";

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
    ok(Math.abs(Number(result) - wanted) < TOLERANCE * Math.abs(wanted), `it should be ${wanted}`);
  }
}

const filled = (length: number) => () => [new Float32Array(length).fill(3)];
const addon = nativeIsBuilt ? loadAddon().addon : undefined;

/** Odd lengths leave a rest in vectors of 4, 8 and 16 numbers. */
const COUNT = 1003;

/** Each takes the native backend and compares it with the reference. */
const comparisons: Record<string, (native: Backend) => void> = {
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
    const shape = { rows: 17, columns: 59 };
    const [x, d] = [drawn(1, COUNT).map((v) => 3 * v + 1), drawn(2, COUNT)];
    const [scale, shift] = [drawn(3, 59), drawn(4, 59)];
    const norm = () => [new Float32Array(COUNT), new Float32Array(34)];
    compare(native, norm, (b, [y, statistics]) =>
      b.layerNorm({ x, scale, shift, y: y!, statistics: statistics! }, shape),
    );
    const statistics = new Float32Array(34);
    reference.layerNorm({ x, scale, shift, y: new Float32Array(COUNT), statistics }, shape);
    const gradients = () => [new Float32Array(COUNT), drawn(5, 59), drawn(6, 59)];
    compare(native, gradients, (b, [dx, dscale, dshift]) =>
      b.layerNormBackward(
        { x, scale, statistics, dy: d, dx: dx!, dscale: dscale!, dshift: dshift! },
        shape,
      ),
    );
    compare(native, filled(COUNT), (b, [y]) => b.softmax(x, y!, shape));
    const y = new Float32Array(COUNT);
    reference.softmax(x, y, shape);
    compare(native, filled(COUNT), (b, [dx]) => b.softmaxBackward(y, d, dx!, shape));
  },
  "causal attention over more rows than one block of 64": (native) => {
    compareAttention(native, true);
  },
  "attention over all tokens, more than one block of 64": (native) => {
    compareAttention(native, false);
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

describe.skipIf(addon === undefined)("native and TypeScript agree to 1e-5", () => {
  afterAll(() => addon?.useInstructionSet(0));
  for (const [index, name] of (addon?.instructionSets() ?? []).entries()) {
    for (const [title, comparison] of Object.entries(comparisons)) {
      test(`${title}, ${name}`, () => {
        addon?.useInstructionSet(index);
        comparison(loadBackend("native"));
      });
    }
  }
});

function compareAttention(native: Backend, isCausal: boolean): void {
  const shape = { batch: 2, tokens: 131, heads: 3, headSize: 7, isCausal };
  const count = 2 * 131 * 21;
  const [qkv, dout] = [drawn(1, 3 * count), drawn(2, count)];
  const outputs = () => [new Float32Array(count), new Float32Array(2 * 131 * 3)];
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

test("the reference multiplies by hand: [1 2; 3 4]·[5 6; 7 8] = [19 22; 43 50]", () => {
  const c = new Float32Array(4);
  const flags = { transposesA: false, transposesB: false, accumulates: false };
  const [a, b] = [Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6, 7, 8)];
  reference.matmul(a, b, c, undefined, { batch: 1, m: 2, n: 2, k: 2, ...flags });
  deepEqual([...c], [19, 22, 43, 50]);
});

test("the reference's products are the definition's, whatever is transposed", () => {
  // The definition: c[i, j] = Σ_p a[i, p]·b[p, j], with the index order of the transposes.
  const size = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(size, size, size, fc.boolean(), fc.boolean(), (m, n, k, ta, tb) => {
      const [a, b] = [drawn(1, m * k), drawn(2, k * n)];
      const wanted = Array.from({ length: m * n }, (_, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        let sum = 0;
        for (let p = 0; p < k; p++) {
          sum += a[ta ? p * m + i : i * k + p]! * b[tb ? j * k + p : p * n + j]!;
        }
        return sum;
      });
      const c = new Float64Array(m * n);
      const flags = { transposesA: ta, transposesB: tb, accumulates: false };
      reference.matmul(a, b, c, undefined, { batch: 1, m, n, k, ...flags });
      ok(relativeError(c, wanted) < 1e-12);
    }),
    { seed: 20, numRuns: 100 },
  );
});
