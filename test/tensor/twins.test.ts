import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { afterAll, describe, test } from "vitest";
import { loadAddon, loadBackend } from "../../src/tensor/backend.ts";
import { drawn, nativeIsBuilt, reference, relativeError } from "./backends.ts";
import { comparisons } from "./comparisons.ts";

const addon = nativeIsBuilt ? loadAddon().addon : undefined;

describe.skipIf(addon === undefined)("native and TypeScript agree to 1e-5", () => {
  afterAll(() => addon?.useInstructionSet(0));
  for (const [index, name] of (addon?.instructionSets() ?? []).entries()) {
    for (const [title, comparison] of Object.entries(comparisons)) {
      test(`${title}, ${name}`, () => {
        const backend = loadBackend("native");
        addon?.useInstructionSet(index);
        addon?.useThreads(index + 2);
        comparison(backend);
      });
    }
  }
});

describe("WebAssembly and TypeScript agree to 1e-5", () => {
  for (const [title, comparison] of Object.entries(comparisons)) {
    test(`${title}, wasm`, () => {
      comparison(loadBackend("wasm"));
    });
  }
});

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
