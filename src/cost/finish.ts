/**
 * When a job of so much work is done, with failures of an uncertain rate and a step time that
 * is predicted with an error.
 *
 *     mean = W / G,  hits n = mean / M,  variance = n · (t²/3 + t·R + R²)
 *
 * for a known rate (compound Poisson, normal); then mixed over the log-normal rate and step
 * time. The uncertain rate widens the range more than chance does. The interval is the best one
 * for the expected rate: nobody knows the true one beforehand.
 */
import { RATE_ERROR_SHARE } from "./failures.ts";
import type { Interrupted } from "./goodput.ts";
import { bestIntervalS, goodput } from "./goodput.ts";
import { equalClasses, mixtureQuantile } from "./normal.ts";

export interface FinishRequest extends Interrupted {
  /** Time the steps take without any interruption. */
  readonly workS: number;
  /** Standard deviation of the log error of the predicted step. */
  readonly stepErrorShare: number;
  /** Of the failure rate; 0: known. */
  readonly rateErrorShare?: number;
}

export interface Finish {
  readonly p10S: number;
  readonly p50S: number;
  readonly p90S: number;
  readonly p95S: number;
  readonly p99S: number;
  readonly goodput: number;
  readonly intervalS: number;
  readonly interruptions: number;
}

/** Middles of classes reach 2.4 deviations, beyond the p99. */
const CLASSES = 61;

export function finish(request: FinishRequest): Finish {
  const { workS, mttiS, stepErrorShare, rateErrorShare = RATE_ERROR_SHARE } = request;
  const intervalS = bestIntervalS(request);
  const rates = rateErrorShare === 0 ? [0] : equalClasses(CLASSES);
  // In logarithms, where the error of a step is a plain normal; chance is small beside the mean.
  const parts = rates.map((rate) => {
    const known = atRate(request, intervalS, mttiS / Math.exp(rateErrorShare * rate));
    const deviation = Math.hypot(stepErrorShare, known.deviation / known.mean);
    return { mean: Math.log(known.mean), deviation };
  });
  const quantileS = (share: number): number => Math.exp(mixtureQuantile(parts, share));
  const share = goodput(request, intervalS);
  return {
    p10S: quantileS(0.1),
    p50S: quantileS(0.5),
    p90S: quantileS(0.9),
    p95S: quantileS(0.95),
    p99S: quantileS(0.99),
    goodput: share,
    intervalS,
    interruptions: workS / share / mttiS,
  };
}

function atRate(
  { workS, writeS, restartS }: FinishRequest,
  intervalS: number,
  mttiS: number,
): { readonly mean: number; readonly deviation: number } {
  const mean = workS / goodput({ mttiS, writeS, restartS }, intervalS);
  const each = intervalS ** 2 / 3 + intervalS * restartS + restartS ** 2;
  return { mean, deviation: Math.sqrt((mean / mttiS) * each) };
}
