import { deepEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { afterAll, describe, test } from "vitest";
import { loadAddon, loadBackend } from "../../src/tensor/backend.ts";
import { createNativeDevice } from "../../src/tensor/device.ts";
import { bf16Matmul } from "../../src/tensor/native.ts";
import { matmulBf16, roundedToBf16 } from "./rounding.ts";
import { drawn, nativeIsBuilt, reference, relativeError } from "./backends.ts";

test("rounding to bf16 goes to the nearest of 8 bits, ties to even", () => {
  // Of 1 + i/256 only even i are bf16; i = 1 lies between 0 and 2 (even: 0), i = 3 between 2 and
  // 4 (even: 4, since 2 = 1 in units of the last bit is odd).
  const values = [1, 1 + 1 / 256, 1 + 1.01 / 256, 1 + 3 / 256, -1 - 3 / 256, Infinity, 0];
  deepEqual(
    [...roundedToBf16(Float64Array.from(values))],
    [1, 1, 1 + 2 / 256, 1 + 4 / 256, -1 - 4 / 256, Infinity, 0],
  );
  ok(Number.isNaN(roundedToBf16(Float32Array.of(Number.NaN))[0]));
});

const addon = nativeIsBuilt ? loadAddon().addon : undefined;

describe.skipIf(addon === undefined)("native products of bf16", () => {
  afterAll(() => addon?.useInstructionSet(0));
  for (const [index, name] of (addon?.instructionSets() ?? []).entries()) {
    test(`of any shape are those of rounded operands, ${name}`, () => {
      addon?.useInstructionSet(index);
      const size = fc.integer({ min: 1, max: 70 });
      const shape = fc.record({
        batch: fc.integer({ min: 1, max: 2 }),
        ...{ m: size, n: size, k: fc.oneof(size, fc.constant(300)) },
        ...{ transposesA: fc.boolean(), transposesB: fc.boolean(), accumulates: fc.boolean() },
      });
      fc.assert(
        fc.property(shape, fc.boolean(), (s, hasBias) => {
          const [a, b] = [drawn(1, s.batch * s.m * s.k), drawn(2, s.batch * s.k * s.n)];
          const bias = hasBias && !s.accumulates ? drawn(3, s.n) : undefined;
          const [found, wanted] = [drawn(4, s.batch * s.m * s.n), drawn(4, s.batch * s.m * s.n)];
          bf16Matmul(addon!)(a, b, found, bias, s);
          matmulBf16(a, b, wanted, bias, s);
          const error = relativeError(found, wanted);
          ok(error < 1e-5, `differs by ${error}`);
        }),
        { seed: 20, numRuns: 100 },
      );
    });
  }
});

test("bf16 on a processor without it is refused by the name of what is missing", () => {
  const slow = { ...loadBackend("wasm") };
  throws(() => createNativeDevice({ backend: slow, precision: "bf16" }), {
    code: "no-bf16",
    expected: /AVX-512 BF16 \(avx512_bf16\)/,
  });
});

test("where there is bf16, products round and nothing else does", () => {
  const device = createNativeDevice({ backend: { ...reference, matmulBf16 }, precision: "bf16" });
  const [a, b, c] = [Float32Array.of(1 + 1 / 256), Float32Array.of(3), new Float32Array(1)];
  const flags = { transposesA: false, transposesB: false, accumulates: false };
  const shape = { batch: 1, m: 1, n: 1, k: 1, ...flags };
  device.compute("matmul", (backend) => backend.matmul(a, b, c, undefined, shape), "product");
  deepEqual([...c], [3]);
  device.compute("element-wise", (backend) => backend.add(a, b, c), "sum");
  deepEqual([...c], [4 + 1 / 256]);
});
