import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { Refusal } from "../../../src/base/errors.ts";
import { opTime } from "../../../src/workload/compute/op-time.ts";
import type { OpKind } from "../../../src/records/trace.ts";
import { ACCELERATOR, SOFTWARE, given, op } from "../small-trace.ts";

const LAUNCHING = { ...SOFTWARE, launchS: given(0.25) };

test("a matmul bound by flop loses what its kernel misses of the peak", () => {
  // 4,000 flop: 4 s at the peak of 1,000, 10 s at 0.5 · 800. Reading 100 bytes at 100 B/s takes
  // 1 s and hides behind them; writing 50 takes 0.5 s and does not.
  const matmul = op("forward", "matmul", { flop: 4000, readBytes: 100, writtenBytes: 50 });
  deepEqual(opTime(matmul, ACCELERATOR, LAUNCHING), {
    idealS: 4,
    matmulLossS: 6,
    memoryS: 0.5,
    launchS: 0.25,
    totalS: 10.75,
  });
});

test("a matmul bound by bytes waits for what it reads beyond its flop and all it writes", () => {
  // Flop 10 s as above; reading 1,400 bytes at 100 B/s: 14 s, of which 4 s are beyond; writing
  // 200 bytes adds 2 s.
  const matmul = op("forward", "matmul", { flop: 4000, readBytes: 1400, writtenBytes: 200 });
  const time = opTime(matmul, ACCELERATOR, SOFTWARE);
  deepEqual([time.idealS, time.matmulLossS, time.memoryS, time.totalS], [4, 6, 6, 16]);
});

test("attention reaches half of its rate at attentionHalfTokens", () => {
  // Rate at 100 tokens: 0.25 · 800 / (1 + 100/100) = 100 flop/s; at 300: 200/(4/3) = 150.
  const at100 = op("forward", "attention", { flop: 600, shape: [2, 3, 100, 64] });
  const at300 = op("forward", "attention", { flop: 600, shape: [2, 3, 300, 64] });
  equal(opTime(at100, ACCELERATOR, SOFTWARE).totalS, 6);
  ok(Math.abs(opTime(at300, ACCELERATOR, SOFTWARE).totalS - 4) < 1e-12);
  // Ideal is at the peak, whatever the length: 600/1,000.
  equal(opTime(at300, ACCELERATOR, SOFTWARE).idealS, 0.6);
});

test("attention without the four sizes of its shape is our bug", () => {
  const flat = op("forward", "attention", { flop: 1, shape: [100] });
  throws(() => opTime(flat, ACCELERATOR, SOFTWARE), { name: "InvariantError" });
});

test("other kinds wait for their bytes at the profile's passes, and have no ideal", () => {
  // 100 bytes / 100 B/s: 2 passes 2 s; the optimizer's 1.5 passes 1.5 s.
  const kinds: OpKind[] = ["norm", "activation", "element-wise", "softmax", "embedding", "loss"];
  for (const kind of kinds) {
    const time = opTime(op("forward", kind, { readBytes: 100 }), ACCELERATOR, SOFTWARE);
    deepEqual([time.idealS, time.matmulLossS, time.memoryS], [0, 0, 2], kind);
  }
  const adam = op("optimizer", "optimizer", { readBytes: 60, writtenBytes: 40 });
  equal(opTime(adam, ACCELERATOR, SOFTWARE).memoryS, 1.5);
});

test("an op of nothing still costs its launch", () => {
  equal(opTime(op("forward", "norm"), ACCELERATOR, LAUNCHING).totalS, 0.25);
});

test("a rate above the peak is refused, not clipped", () => {
  // 1.5 · 800 = 1,200 flop/s sustained against a peak of 1,000.
  const matmul = op("forward", "matmul", { flop: 1 });
  throws(
    () => opTime(matmul, ACCELERATOR, { ...SOFTWARE, matmulShare: given(1.5) }),
    (error) => error instanceof Refusal && error.code === "faster-than-peak",
  );
});

test("any op takes the greater of flop and bytes, and its parts are not negative", () => {
  const amount = fc.nat(1_000_000).map((millionth) => millionth / 3);
  const kind = fc.constantFrom<OpKind>("matmul", "attention", "norm", "optimizer");
  fc.assert(
    fc.property(kind, amount, amount, (kind, flop, readBytes) => {
      const any = op("forward", kind, { flop, readBytes, shape: [1, 1, 100, 1] });
      const time = opTime(any, ACCELERATOR, LAUNCHING);
      // Rates: matmul 400, attention 100 flop/s, others bounded by the matmul's 400.
      const flopS = flop / (kind === "attention" ? 100 : 400);
      const passes = kind === "norm" ? 2 : kind === "optimizer" ? 1.5 : 1;
      const expectedS = Math.max(flopS, (readBytes * passes) / 100) + 0.25;
      ok(Math.abs(time.totalS - expectedS) <= 1e-12 * expectedS);
      ok(Math.min(time.idealS, time.matmulLossS, time.memoryS, time.launchS) >= 0);
    }),
    { seed: 2, numRuns: 300 },
  );
});
