import { equal } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { exactSum } from "../../src/base/sum.ts";

test("what a naive sum loses, the exact sum keeps", () => {
  // In doubles (1e100 + 1) is 1e100, so adding left to right loses the 1.
  equal(exactSum([1e100, 1, -1e100]), 1);
  // 0.1 ten times is 0.9999999999999999 when added one by one.
  equal(exactSum(Array.from({ length: 10 }, () => 0.1)), 1);
});

test("an empty sum is zero", () => {
  equal(exactSum([]), 0);
});

test("half-way cases round by what lies below them", () => {
  // 1 + 2^-53 is half-way between two doubles; the 2^-60 decides for the upper one.
  equal(exactSum([1, 2 ** -53, 2 ** -60]), 1 + 2 ** -52);
});

test("the order of the terms does not matter", () => {
  const terms = fc.array(fc.double({ noNaN: true, min: -1e200, max: 1e200 }), { maxLength: 30 });
  fc.assert(
    fc.property(terms, (values) => {
      // + 0 makes −0 and 0 the same: an empty remainder has no sign.
      equal(exactSum(values) + 0, exactSum(values.toReversed()) + 0);
    }),
    { seed: 7, numRuns: 300 },
  );
});

test("sums of whole numbers agree with big integers", () => {
  const terms = fc.array(fc.maxSafeInteger(), { maxLength: 40 });
  fc.assert(
    fc.property(terms, (values) => {
      const expected = Number(values.reduce((sum, value) => sum + BigInt(value), 0n));
      equal(exactSum(values) + 0, expected + 0);
    }),
    { seed: 8, numRuns: 300 },
  );
});
