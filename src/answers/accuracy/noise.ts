/** How far apart measurements of the same configuration lie: no model can do better than half. */
import { percent } from "../../base/format.ts";
import { quantile } from "./errors.ts";
import type { Judged } from "./study.ts";

/** One sentence about runs that differ in nothing that the model is told. */
export function noiseFloor(judged: readonly Judged[]): string {
  const groups = new Map<string, number[]>();
  for (const { step } of judged) {
    const key = JSON.stringify([step.reading.run, step.reading.gpus]);
    groups.set(key, [...(groups.get(key) ?? []), step.measuredS]);
  }
  const spreads = [...groups.values()]
    .filter((times) => times.length > 1)
    .map((times) => Math.max(...times) / Math.min(...times) - 1)
    .sort((a, b) => a - b);
  return (
    `${spreads.length} configurations were measured more than once; their fastest and slowest ` +
    `step lie ${percent(quantile(spreads, 0.5))} apart in the median and ` +
    `${percent(quantile(spreads, 0.95))} at the 95th percentile: the floor of any prediction.`
  );
}
