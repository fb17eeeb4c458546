/** The mean and percentiles of a sample, by the nearest rank. */
import { assert, at } from "../base/assert.ts";

export interface Distribution {
  readonly meanS: number;
  readonly p50S: number;
  readonly p90S: number;
  readonly p95S: number;
  readonly p99S: number;
}

export function distributionOf(values: Float64Array): Distribution {
  assert(values.length > 0, "a sample has values");
  const sorted = values.toSorted();
  const rank = (share: number) => at(sorted, Math.ceil(share * sorted.length) - 1);
  const meanS = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { meanS, p50S: rank(0.5), p90S: rank(0.9), p95S: rank(0.95), p99S: rank(0.99) };
}
