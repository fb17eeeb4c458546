/**
 * Rounding that a reader can check with a pencil: printed parts add up to the printed total,
 * and a printed difference is the difference of the printed numbers.
 */
import { assert } from "../base/assert.ts";
import { exactSum } from "../base/sum.ts";

/** The value that a text with so many decimals shows. */
export function rounded(value: number, decimals: number): number {
  const unit = 10 ** decimals;
  return Math.round(value * unit) / unit;
}

/** Printed `to` less printed `from`, free of binary dust. */
export function printedDifference(to: number, from: number, decimals: number): number {
  return rounded(rounded(to, decimals) - rounded(from, decimals), decimals);
}

/**
 * Parts rounded so that they sum to `total` (default: their own sum, rounded): everything is
 * rounded down, then the largest remainders are rounded up (Hamilton's method).
 */
export function closing(
  parts: readonly number[],
  decimals: number,
  total = exactSum(parts),
): number[] {
  const unit = 10 ** decimals;
  const scaled = parts.map((part) => part * unit);
  const floors = scaled.map(Math.floor);
  const missing = Math.round(total * unit) - floors.reduce((sum, part) => sum + part, 0);
  assert(
    Math.abs(missing) <= 2 * parts.length,
    `${parts.length} parts close to ${total} by rounding alone`,
  );
  const all = Math.floor(missing / Math.max(1, parts.length));
  const order = scaled
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index)
    .map(({ index }) => index);
  const raised = new Set(order.slice(0, missing - all * parts.length));
  return floors.map((part, index) => (part + all + (raised.has(index) ? 1 : 0)) / unit);
}

/** Shares of a whole in per cent with one decimal, summing to 100.0. */
export function closingShares(parts: readonly number[]): number[] {
  const sum = exactSum(parts);
  if (sum === 0) return parts.map(() => 0);
  return closing(
    parts.map((part) => (part / sum) * 100),
    1,
    100,
  );
}

/** A unit of time, and decimals, in which `total` shows four digits. */
export interface TimeScale {
  readonly unit: "s" | "ms" | "µs";
  readonly perS: number;
  readonly decimals: number;
}

export function timeScale(totalS: number): TimeScale {
  const unit = totalS >= 10 ? "s" : totalS >= 1e-3 ? "ms" : "µs";
  const perS = { s: 1, ms: 1e3, µs: 1e6 }[unit];
  const magnitude = totalS > 0 ? Math.floor(Math.log10(totalS * perS)) : 0;
  return { unit, perS, decimals: Math.max(0, Math.min(3, 3 - magnitude)) };
}
