/**
 * The step as intervals on two streams, compute and communication, for drawing: the schedule
 * walked event by event. The overlap slowdown, which stretches compute, is not in here, so
 * the last span ends at the step time less that part.
 */
import { at } from "../base/assert.ts";
import type { Collective } from "../records/schedule.ts";

export interface Span {
  readonly stream: "compute" | "communication";
  readonly name: string;
  readonly startS: number;
  readonly endS: number;
}

/** A bucket in forward order: the one whose gradient is ready last comes first. */
export interface TimedBucket {
  readonly reduceS: number;
  readonly gatherS: number;
  /** Compute of the forward pass before its parameters are used. */
  readonly neededS: number;
  /** Compute of the backward pass left when its gradients are ready. */
  readonly slackS: number;
}

export interface Schedule {
  readonly buckets: readonly TimedBucket[];
  readonly reduction: Collective;
  readonly accumulation: number;
  readonly forwardS: number;
  readonly backwardS: number;
  readonly optimizerS: number;
  readonly gathers: "none" | "behind forward" | "after the optimizer";
}

export function spansOf(schedule: Schedule): Span[] {
  const spans: Span[] = [];
  const { accumulation, backwardS, optimizerS, forwardS } = schedule;
  const compute = (name: string, startS: number, endS: number): number => {
    if (endS > startS) spans.push({ stream: "compute", name, startS, endS });
    return endS;
  };

  let nowS = firstForward(schedule, spans, compute);
  const betweenS = (accumulation - 1) * (forwardS + backwardS);
  nowS = compute("micro-batches", nowS, nowS + betweenS);
  const backwardEndS = compute("backward", nowS, nowS + backwardS);
  const reducedS = reductions(schedule, backwardEndS, spans);
  nowS = Math.max(backwardEndS, reducedS);
  nowS = compute("optimizer", nowS, nowS + optimizerS);
  if (schedule.gathers === "after the optimizer") gathers(schedule, nowS, spans);
  return spans;
}

/** Returns when the first forward pass ends, stalled by the gathers it waits for. */
function firstForward(
  schedule: Schedule,
  spans: Span[],
  compute: (name: string, startS: number, endS: number) => number,
): number {
  if (schedule.gathers !== "behind forward") return compute("forward", 0, schedule.forwardS);
  const gatheredS = gathers(schedule, 0, spans);
  let startS = 0;
  let doneS = 0;
  schedule.buckets.forEach((bucket, k) => {
    const reachedS = startS + (bucket.neededS - doneS);
    const readyS = at(gatheredS, k);
    if (readyS <= reachedS) return;
    compute("forward", startS, reachedS);
    startS = readyS;
    doneS = bucket.neededS;
  });
  return compute("forward", startS, startS + (schedule.forwardS - doneS));
}

/** All gathers in forward order from a time on; returns when each ends. */
function gathers(schedule: Schedule, fromS: number, spans: Span[]): number[] {
  let nowS = fromS;
  return schedule.buckets.map(({ gatherS }) => {
    const startS = nowS;
    nowS += gatherS;
    spans.push({
      stream: "communication",
      name: "all-gather",
      startS,
      endS: nowS,
    });
    return nowS;
  });
}

/** Each bucket when it is ready and the one before is done; returns when the last ends. */
function reductions(schedule: Schedule, backwardEndS: number, spans: Span[]): number {
  const { reduction, buckets } = schedule;
  let endS = 0;
  for (const { reduceS, slackS } of buckets.toReversed()) {
    const startS = Math.max(backwardEndS - slackS, endS);
    endS = startS + reduceS;
    spans.push({ stream: "communication", name: reduction, startS, endS });
  }
  return endS;
}
