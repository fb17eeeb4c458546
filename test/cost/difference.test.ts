import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { exactSum } from "../../src/base/sum.ts";
import { type CostSubject, costDifference } from "../../src/cost/difference.ts";

/** Batches of 1,000, so that a million samples are 1,000 steps. */
function subject(clusterId: string, computeS: number, stepTimeS: number, usdPerS: number) {
  const row = { clusterId, rankCount: 64, globalBatch: 1000, computeS, stepTimeS };
  return { row, usdPerS } satisfies CostSubject;
}

test("a difference is told as chip, then fabric, then price", () => {
  // From 2 USD/s · (4 + 2) s to 3 USD/s · (3 + 5) s: 12 to 24 USD a step, 12,000 a million.
  const from = subject("a", 4, 6, 2);
  const to = subject("b", 3, 8, 3);
  deepEqual(costDifference("rent", from, to), {
    basis: "rent",
    fromClusterId: "a",
    toClusterId: "b",
    rankCount: 64,
    chipUsd: -2000, // 2 USD/s · (3 − 4) s
    fabricUsd: 6000, // 2 USD/s · (5 − 2) s
    priceUsd: 8000, // (3 − 2) USD/s · 8 s
    totalUsd: 12000,
  });
});

test("the same chips and hours on another fabric differ by the fabric alone", () => {
  const found = costDifference("ownership", subject("a", 4, 5, 2), subject("b", 4, 7, 2));
  deepEqual([found.chipUsd, found.fabricUsd, found.priceUsd], [0, 4000, 0]);
});

test("a cluster does not differ from itself", () => {
  const same = subject("a", 0.1, 0.3, 0.7);
  equal(costDifference("rent", same, same).totalUsd, 0);
});

test("other sizes or batches are not compared", () => {
  const from = subject("a", 1, 2, 3);
  const bug = { name: "InvariantError" };
  const size = { ...from, row: { ...from.row, rankCount: 128 } };
  throws(() => costDifference("rent", from, size), bug);
  const batch = { ...from, row: { ...from.row, globalBatch: 500 } };
  throws(() => costDifference("rent", from, batch), bug);
});

test("the three parts of any difference sum to it exactly, and it is the direct one", () => {
  const seconds = fc.integer({ min: 1, max: 1_000_000 }).map((n) => n / 9973);
  const rate = fc.nat(1_000_000).map((n) => n / 997);
  const any = fc
    .tuple(seconds, seconds, rate)
    .map(([computeS, moreS, usdPerS]) => subject("x", computeS, computeS + moreS, usdPerS));
  fc.assert(
    fc.property(any, any, (from, to) => {
      const { chipUsd, fabricUsd, priceUsd, totalUsd } = costDifference("rent", from, to);
      equal(exactSum([chipUsd, fabricUsd, priceUsd]), totalUsd);
      const fromUsd = from.usdPerS * from.row.stepTimeS * 1000;
      const toUsd = to.usdPerS * to.row.stepTimeS * 1000;
      const betweenUsd = from.usdPerS * to.row.stepTimeS * 1000;
      const slackUsd = 1e-12 * (fromUsd + betweenUsd + toUsd);
      ok(Math.abs(totalUsd - (toUsd - fromUsd)) <= slackUsd);
    }),
    { seed: 12, numRuns: 300 },
  );
});
