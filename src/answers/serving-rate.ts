/** The most requests a second that one replica serves within a service level. */
import type { ServiceLevel } from "../records/serving.ts";
import { fullLoadTokensPerS } from "../serving/iteration.ts";
import type { Engine } from "../serving/loop.ts";
import { tokensPerStep } from "../serving/loop.ts";
import type { Observed } from "../serving/observe.ts";
import { observe } from "../serving/observe.ts";
import type { Distribution } from "../serving/percentiles.ts";
import type { Traffic } from "../serving/requests.ts";

/** Lengths and chance of a question; the rate is what is looked for. */
export type Lengths = Omit<Traffic, "requestsPerS">;

/** Above this share of what a replica can do without end, waiting grows out of hand. */
export const PLANNED_LOAD = 0.7;
const MOST_LOAD = 0.98;
const LEAST_LOAD = 0.002;
const HALVINGS = 12;
const SEARCH = { requestCount: 3000, seeds: [1] };
const FINAL = { requestCount: 3000, seeds: [1, 2, 3] };

/** Requests a second with work waiting always. */
export function fullRate(engine: Engine, lengths: Lengths): number {
  const { promptTokens, outputTokens, variation, cachedShare } = lengths;
  const foot = promptTokens + outputTokens * (1 + variation ** 2);
  const sequences = Math.min(engine.batchMaxCount, engine.capacityTokens / foot);
  const { draft } = engine;
  const load = { promptTokens: promptTokens * (1 - cachedShare), outputTokens, sequences };
  const gain = tokensPerStep(draft) / (1 + (draft?.costShare ?? 0));
  return (fullLoadTokensPerS(engine.replica, load) * gain) / outputTokens;
}

export function observeAt(
  engine: Engine,
  lengths: Lengths,
  requestsPerS: number,
  seed: number,
  isFinal = true,
): Observed {
  const { requestCount, seeds } = isFinal ? FINAL : SEARCH;
  const drawn = seeds.map((one) => one + seed * 16);
  return observe(engine, { ...lengths, requestsPerS }, { requestCount, seeds: drawn });
}

/** Zero where even a replica with hardly any load misses the level. */
export function largestRate(
  engine: Engine,
  lengths: Lengths,
  level: ServiceLevel,
  seed: number,
): number {
  const full = fullRate(engine, lengths);
  if (level.ttftS === undefined && level.tpotS === undefined) return PLANNED_LOAD * full;
  const holds = (load: number) =>
    meets(observeAt(engine, lengths, load * full, seed, false), level);
  if (!holds(LEAST_LOAD)) return 0;
  let [fits, exceeds] = [LEAST_LOAD, MOST_LOAD];
  if (holds(MOST_LOAD)) return MOST_LOAD * full;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (fits + exceeds) / 2;
    if (holds(middle)) fits = middle;
    else exceeds = middle;
  }
  return fits * full;
}

export function meets({ ttft, tpot }: Observed, level: ServiceLevel): boolean {
  const { ttftS = Infinity, tpotS = Infinity, percentile } = level;
  return valueAt(ttft, percentile) <= ttftS && valueAt(tpot, percentile) <= tpotS;
}

export function valueAt(times: Distribution, percentile: ServiceLevel["percentile"]): number {
  return times[`${percentile}S`];
}
