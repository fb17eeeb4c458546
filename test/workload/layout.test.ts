import { equal, deepEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { Refusal } from "../../src/base/errors.ts";
import type { Job } from "../../src/records/job.ts";
import { layoutFor } from "../../src/workload/layout.ts";

function job(globalBatch: number, microBatchMax: number): Job {
  const model = { family: "mlp", id: "m", name: "M", widths: [1, 1] } as const;
  return { model, globalBatch, tokensPerSample: 1, microBatchMax, sharding: "zero-1" };
}

test("a batch of 1,024 on 8 ranks is 128 sequences a rank, in 32 micro-batches of 4", () => {
  deepEqual(layoutFor(job(1024, 4), 8), {
    sequencesPerRank: 128,
    microBatch: 4,
    accumulation: 32,
  });
});

test("a micro-batch is the largest divisor within the limit", () => {
  // 12 sequences a rank: of 1, 2, 3, 4, 6, 12 the largest that is at most 5 is 4.
  equal(layoutFor(job(24, 5), 2).microBatch, 4);
  // 7 is prime: with at most 6 only single sequences are equal parts.
  equal(layoutFor(job(14, 6), 2).microBatch, 1);
});

test("a rank with few sequences takes them all at once", () => {
  deepEqual(layoutFor(job(16, 8), 16), { sequencesPerRank: 1, microBatch: 1, accumulation: 1 });
});

test("a group that does not divide is refused with the nearest counts that do", () => {
  // Divisors of 1,024 around 24 are 16 and 32.
  throws(
    () => layoutFor(job(1024, 4), 24),
    (error) =>
      error instanceof Refusal &&
      error.code === "does-not-divide" &&
      error.pointer === "/job/globalBatch" &&
      error.nextStep.startsWith("take 16 or 32 ranks"),
  );
});

test("more ranks than sequences are refused with the batch as the only count", () => {
  throws(
    () => layoutFor(job(1024, 4), 2048),
    (error) => error instanceof Refusal && error.nextStep.startsWith("take 1,024 ranks"),
  );
});

test("no ranks at all is our bug, not the reader's", () => {
  throws(() => layoutFor(job(8, 1), 0), { name: "InvariantError" });
  throws(() => layoutFor(job(8, 1), 1.5), { name: "InvariantError" });
});

test("any layout computes every sequence once, and no other micro-batch is larger", () => {
  const count = fc.integer({ min: 1, max: 60 });
  fc.assert(
    fc.property(count, count, count, (rankCount, perRank, microBatchMax) => {
      const layout = layoutFor(job(rankCount * perRank, microBatchMax), rankCount);
      equal(layout.microBatch * layout.accumulation * rankCount, rankCount * perRank);
      ok(layout.microBatch <= microBatchMax);
      for (let larger = layout.microBatch + 1; larger <= microBatchMax; larger++) {
        ok(perRank % larger !== 0, `${larger} divides ${perRank}`);
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});
