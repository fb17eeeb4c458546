/** Statistics of errors: relative to what was measured, and of order. */
import { at } from "../../base/assert.ts";

export interface ErrorSummary {
  readonly rows: number;
  readonly meanErrorShare: number;
  readonly medianErrorShare: number;
  readonly p95ErrorShare: number;
  readonly biasShare: number;
}

export const relativeError = (predicted: number, measured: number): number =>
  predicted / measured - 1;

export function summaryOf(errors: readonly number[]): ErrorSummary {
  const sizes = errors.map((error) => Math.abs(error)).sort((a, b) => a - b);
  return {
    rows: errors.length,
    meanErrorShare: mean(sizes),
    medianErrorShare: quantile(sizes, 0.5),
    p95ErrorShare: quantile(sizes, 0.95),
    biasShare: mean(errors),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Linear between order statistics; 0 for nothing. */
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return 0;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return at(sorted, below) + (place - below) * (at(sorted, above) - at(sorted, below));
}

export interface Ranked {
  /** Only rows of one group are compared: the same work on the same hardware question. */
  readonly group: string;
  readonly predictedS: number;
  readonly measuredS: number;
}

/** Pairs of one group measured more than `apart` apart, and those predicted in that order. */
export function rankedPairs(rows: readonly Ranked[], apart: number) {
  let pairs = 0;
  let rightPairs = 0;
  rows.forEach((a, i) => {
    for (const b of rows.slice(i + 1)) {
      if (a.group !== b.group) continue;
      const measured = Math.log(a.measuredS / b.measuredS);
      if (Math.abs(measured) <= Math.log(1 + apart)) continue;
      pairs += 1;
      if (measured * Math.log(a.predictedS / b.predictedS) > 0) rightPairs += 1;
    }
  });
  return { pairs, rightPairs };
}
