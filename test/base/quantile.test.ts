import { equal } from "node:assert/strict";
import { test } from "vitest";
import { median, quantile } from "../../src/base/quantile.ts";

test("a quantile is the smallest value that covers its share", () => {
  // Of 1 … 10 nine are at most 9: the 90th percentile. Half are at most 5.
  const values = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
  equal(quantile(values, 0.9), 9);
  equal(quantile(values, 0), 1);
  equal(quantile(values, 1), 10);
  equal(median(values), 5);
});

test("numbers are sorted as numbers, not as text", () => {
  equal(median([100, 9, 20]), 20);
});
