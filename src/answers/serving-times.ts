/** A distribution under the names that answers carry. */
import type { TimesS } from "../records/serving.ts";
import type { Distribution } from "../serving/percentiles.ts";

export function timesOf({ meanS, p50S, p90S, p95S, p99S }: Distribution): TimesS {
  return { mean: meanS, p50: p50S, p90: p90S, p95: p95S, p99: p99S };
}
