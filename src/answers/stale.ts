/** Prices too old to order by: named under the answer, with their age on the day asked about. */
import { fixed } from "../base/format.ts";
import { ageDays, isStale, STALE_DAYS } from "../cost/age.ts";
import type { Cluster } from "../records/cluster.ts";
import { inputName } from "./assumptions.ts";
import { numericInputs } from "./inputs.ts";

/** One sentence naming every price above 180 days, or none. */
export function stalePrices(clusters: readonly Cluster[], asOf: string): string[] {
  const names = new Set<string>();
  for (const cluster of clusters) {
    for (const input of numericInputs(cluster)) {
      const isPrice = /(priceUsd|rents\/0\/usdPerS)$/.test(input.pointer);
      if (!isPrice || !isStale(input.sourced.date, asOf)) continue;
      const days = ageDays(input.sourced.date, asOf);
      const age = days === undefined ? "no date" : `${fixed(days)} days`;
      names.add(`${inputName(cluster, input)} (${age})`);
    }
  }
  if (names.size === 0) return [];
  return [`Prices older than ${STALE_DAYS} days on ${asOf}: ${[...names].join(", ")}.`];
}
