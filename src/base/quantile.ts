/** Quantiles of what was measured: each is one of the values, none is between two. */
import { at } from "./assert.ts";

/** The smallest value that at least this share of all does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return at(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
