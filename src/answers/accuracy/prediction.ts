/** From an estimate to what is said about a cell. */
import type { Prediction } from "../../records/prediction.ts";

/** z of the tenth and ninetieth percentile of a normal distribution. */
export const TENTH = 1.28;

export interface Estimate {
  readonly value: number;
  /** Standard deviation of the log error. */
  readonly logErrorShare: number;
  readonly assumed: readonly string[];
  /** Least and most over settings that the row leaves open, as factors on the value. */
  readonly lowFactor?: number;
  readonly highFactor?: number;
}

export function predictionOf(id: string, column: string, estimate: Estimate): Prediction {
  const { value, logErrorShare, assumed, lowFactor = 1, highFactor = 1 } = estimate;
  const spread = Math.exp(TENTH * logErrorShare);
  return {
    ...{ id, column, predicted: value },
    low: (value / spread) * lowFactor,
    high: value * spread * highFactor,
    status: assumed.length === 0 ? "ok" : "incomplete",
    reason: assumed.length === 0 ? "" : `assumed: ${assumed.join("; ")}`,
  };
}

export function refusal(id: string, column: string, reason: string): Prediction {
  return { id, column, predicted: null, low: null, high: null, status: "refused", reason };
}
