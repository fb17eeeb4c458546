import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { exactSum } from "../../src/base/sum.ts";
import { closing, closingShares, printedDifference, timeScale } from "../../src/report/round.ts";

const sumOf = (parts: readonly number[]): number => parts.reduce((sum, part) => sum + part, 0);

test("the largest remainders are rounded up until the parts close", () => {
  // 3 × 1/3 of 100.0: 33.3 each is 99.9; the first of equal remainders takes the 0.1 left.
  deepEqual(closingShares([1, 1, 1]), [33.4, 33.3, 33.3]);
  // 0.4 + 0.4 + 0.4 = 1.2, printed 1: one of three zeros becomes 1.
  deepEqual(closing([0.4, 0.4, 0.4], 0), [1, 0, 0]);
});

test("negative parts close as well", () => {
  // −1.5 + 0.7 = −0.8 → −1: floors −2 and 0 sum to −2, so the larger remainder (0.7) goes up.
  deepEqual(closing([-1.5, 0.7], 0), [-2, 1]);
});

test("any parts close to their printed total, each within one unit", () => {
  const part = fc.double({ min: -1e5, max: 1e5, noNaN: true });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), (parts) => {
      const shown = closing(parts, 2);
      // Less than half a unit: floats of a hundredth do not sum exactly.
      const printed = Math.round(exactSum(parts) * 100);
      ok(Math.abs(sumOf(shown) * 100 - printed) < 0.5, `${sumOf(shown)} prints as the sum`);
      shown.forEach((value, index) => ok(Math.abs(value - (parts[index] ?? 0)) <= 0.01 + 1e-9));
    }),
    { seed: 11, numRuns: 300 },
  );
});

test("shares of anything positive sum to 100.0", () => {
  const part = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), (parts) => {
      equal(Math.round(sumOf(closingShares(parts)) * 10), 1000);
    }),
    { seed: 12, numRuns: 300 },
  );
});

test("a total one unit off its parts, as differences of printed numbers are, still closes", () => {
  // Parts 0.004 + 0.004 + 0.004 = 0.012 → 0.01, but the printed numbers differ by 0.05.
  deepEqual(closing([0.004, 0.004, 0.004], 2, 0.05), [0.02, 0.02, 0.01]);
});

test("a printed difference is the difference of the printed numbers", () => {
  // 54.349 − 53.351 = 0.998, but 54.3 − 53.4 = 0.9.
  equal(printedDifference(54.349, 53.351, 1), 0.9);
});

test("times show four digits in s, ms or µs", () => {
  deepEqual(timeScale(0.0339), { unit: "ms", perS: 1e3, decimals: 2 });
  deepEqual(timeScale(4.012), { unit: "ms", perS: 1e3, decimals: 0 });
  deepEqual(timeScale(42), { unit: "s", perS: 1, decimals: 2 });
  deepEqual(timeScale(3.2e-6), { unit: "µs", perS: 1e6, decimals: 3 });
});
