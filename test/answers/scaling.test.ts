import { equal } from "node:assert/strict";
import { test } from "vitest";
import { largestHolding } from "../../src/answers/scaling.ts";
import type { PointRow } from "../../src/records/result.ts";

const rows = (efficiencies: readonly (readonly [number, number])[]): PointRow[] =>
  efficiencies.map(([rankCount, efficiency]) => ({ rankCount, efficiency }) as PointRow);

test("the largest size is the last before the first miss", () => {
  const asked = rows([
    [8, 1],
    [16, 0.97],
    [32, 0.91],
    [64, 0.89],
  ]);
  equal(largestHolding(asked, 0.9), 32);
});

test("a size beyond a gap does not count, whatever its efficiency", () => {
  const asked = rows([
    [8, 1],
    [16, 0.85],
    [32, 0.95],
  ]);
  equal(largestHolding(asked, 0.9), 8);
});

test("exactly at the limit holds", () => {
  equal(largestHolding(rows([[8, 0.9]]), 0.9), 8);
});

test("if the smallest size misses, none holds", () => {
  equal(largestHolding(rows([[8, 0.5]]), 0.9), undefined);
});

test("the order of the rows does not matter", () => {
  const asked = rows([
    [32, 0.8],
    [8, 1],
    [16, 0.95],
  ]);
  equal(largestHolding(asked, 0.9), 16);
});
