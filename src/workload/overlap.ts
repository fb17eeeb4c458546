/**
 * One optimizer step of a data-parallel job in steady state, on two streams: compute, and
 * communication beside it.
 *
 * The step is (accumulation − 1) forward-backward passes, then a last one whose backward
 * makes the gradients ready, bucket by bucket. A bucket's collective starts when its last
 * gradient is ready and the bucket before is done. Then:
 *
 * - replicated: all-reduce, and the whole Adam on every rank;
 * - zero-1: reduce-scatter, Adam on 1/n of the parameters, and all-gather of what it updated,
 *   either in the open or behind the next step's first forward pass.
 *
 * Approximation: the forward pass first uses a bucket's parameters at the mirror image of the
 * moment at which their gradients are ready in backward (a tied embedding, ready last, is
 * needed at once). Communication takes cores and memory from the compute that hides it:
 * overlapSlowdown · hidden communication is a part of its own. Scheme of the two halves:
 * Rajbhandari et al. 2020, "ZeRO", arXiv:1910.02054, section 7.
 */
import { assert, at } from "../base/assert.ts";
import { exactSum } from "../base/sum.ts";
import type { Accelerator, SoftwareProfile } from "../records/cluster.ts";
import type { Sharding } from "../records/job.ts";
import type { StepPart } from "../records/result.ts";
import type { Collective } from "../records/schedule.ts";
import type { Trace } from "../records/trace.ts";
import { type Bucket, gradientBuckets } from "./buckets.ts";
import { type StepCompute, stepCompute } from "./compute/step-compute.ts";
import { type Hiding, hiding } from "./hiding.ts";
import { type Schedule, type Span, type TimedBucket, spansOf } from "./spans.ts";

export interface StepAsked {
  /** One micro-batch on one rank. */
  readonly trace: Trace;
  readonly accelerator: Accelerator;
  readonly software: SoftwareProfile;
  readonly sharding: Sharding;
  readonly rankCount: number;
  readonly accumulation: number;
  /**
   * Duration of a collective over all ranks; the size is the whole bucket, also for the
   * halves. Asked once for each size, so it may simulate.
   */
  readonly collectiveS: (collective: Collective, sizeBytes: number) => number;
}

export interface CollectiveCalls {
  readonly collective: Collective;
  readonly sizeBytes: number;
  readonly callCount: number;
  /** Of all calls together, hidden and exposed. */
  readonly busyS: number;
}

export interface StepTimeline {
  /** The correctly rounded sum of the parts. */
  readonly stepTimeS: number;
  /** All nine, in the order of the record, zeros kept. */
  readonly parts: readonly StepPart[];
  /** Forward, backward and optimizer undisturbed: without waiting and overlap slowdown. */
  readonly computeS: number;
  readonly exposedCommS: number;
  readonly hiddenCommS: number;
  readonly calls: readonly CollectiveCalls[];
  readonly spans: readonly Span[];
}

export function stepTimeline(asked: StepAsked): StepTimeline {
  const { trace, accelerator, software, sharding, rankCount, accumulation } = asked;
  assert(rankCount >= 1 && accumulation >= 1, "a step has a rank and a pass");
  const optimizerShardCount = sharding === "zero-1" ? rankCount : 1;
  const compute = stepCompute({
    trace,
    accelerator,
    software,
    optimizerShardCount,
  });
  const buckets = rankCount === 1 ? [] : gradientBuckets(trace, software.bucketBytes.value);
  const communication = timedBuckets(asked, compute, buckets.toReversed());

  const schedule: Schedule = {
    buckets: communication.buckets,
    reduction: sharding === "zero-1" ? "reduce-scatter" : "all-reduce",
    gathers: gathersOf(asked),
    accumulation,
    forwardS: compute.forward.totalS,
    backwardS: compute.backward.totalS,
    optimizerS: compute.optimizer.totalS,
  };
  const reduced = hiding(
    schedule.buckets.map((bucket) => bucket.reduceS),
    schedule.buckets.map((bucket) => bucket.slackS),
  );
  const gathered = gatherHiding(schedule);
  const overlapSlowdown = software.overlapSlowdown.value;
  const parts = stepParts({
    compute,
    reduced,
    gathered,
    schedule,
    overlapSlowdown,
  });
  const timeline = {
    stepTimeS: exactSum(parts.map((part) => part.durationS)),
    parts,
    computeS: exactSum(parts.slice(0, COMPUTE_PART_COUNT).map((part) => part.durationS)),
    exposedCommS: exactSum([reduced.exposedS, gathered.exposedS]),
    hiddenCommS: exactSum([reduced.hiddenS, gathered.hiddenS]),
    calls: communication.calls,
    spans: spansOf(schedule),
  };
  assertBounds(timeline, schedule);
  return timeline;
}

function gathersOf({ sharding, software }: StepAsked): Schedule["gathers"] {
  if (sharding === "replicated") return "none";
  return software.gatherOverlapsForward ? "behind forward" : "after the optimizer";
}

/** Buckets in forward order with their times, and how often each collective is called. */
function timedBuckets(
  asked: StepAsked,
  compute: StepCompute,
  buckets: readonly Bucket[],
): {
  readonly buckets: readonly TimedBucket[];
  readonly calls: readonly CollectiveCalls[];
} {
  const isSharded = asked.sharding === "zero-1";
  const calls = new Map<string, { readonly once: CollectiveCalls; callCount: number }>();
  const durationS = (collective: Collective, sizeBytes: number): number => {
    const key = `${collective} ${sizeBytes}`;
    let known = calls.get(key);
    if (known === undefined) {
      const busyS = asked.collectiveS(collective, sizeBytes);
      assert(busyS >= 0 && Number.isFinite(busyS), "a collective takes a finite time");
      known = { once: { collective, sizeBytes, callCount: 1, busyS }, callCount: 0 };
      calls.set(key, known);
    }
    known.callCount++;
    return known.once.busyS;
  };

  const slackAfter = slacks(asked.trace, compute.opS);
  const backwardS = compute.backward.totalS;
  const timed = buckets.map(({ sizeBytes, readyOp }) => {
    const slackS = at(slackAfter, readyOp);
    return {
      reduceS: durationS(isSharded ? "reduce-scatter" : "all-reduce", sizeBytes),
      gatherS: isSharded ? durationS("all-gather", sizeBytes) : 0,
      slackS,
      neededS: backwardS === 0 ? 0 : (slackS / backwardS) * compute.forward.totalS,
    };
  });
  const listed = [...calls.values()].map(({ once, callCount }) => ({
    ...once,
    callCount,
    busyS: once.busyS * callCount,
  }));
  return { buckets: timed, calls: listed };
}

/** Compute of the backward pass that is left after each op. */
function slacks(trace: Trace, opS: Float64Array): Float64Array {
  const slackS = new Float64Array(opS.length);
  let leftS = 0;
  for (let i = opS.length - 1; i >= 0; i--) {
    slackS[i] = leftS;
    if (at(trace.ops, i).phase === "backward") leftS += at(opS, i);
  }
  return slackS;
}

function gatherHiding({ buckets, gathers }: Schedule): Hiding {
  const durationsS = buckets.map((bucket) => bucket.gatherS);
  if (gathers === "behind forward") {
    return hiding(
      durationsS,
      buckets.map((bucket) => bucket.neededS),
    );
  }
  const totalS = durationsS.reduce((sum, gatherS) => sum + gatherS, 0);
  return { totalS, hiddenS: 0, exposedS: totalS };
}

/** The first parts of a step are compute, the rest what communication adds to it. */
const COMPUTE_PART_COUNT = 5;

function stepParts(asked: {
  readonly compute: StepCompute;
  readonly reduced: Hiding;
  readonly gathered: Hiding;
  readonly schedule: Schedule;
  readonly overlapSlowdown: number;
}): StepPart[] {
  const { compute, reduced, gathered, schedule, overlapSlowdown } = asked;
  assert(overlapSlowdown >= 0, "communication does not speed compute up");
  const { forward, backward } = compute;
  const times = schedule.accumulation;
  const isWhole = schedule.reduction === "all-reduce";
  return [
    {
      name: "ideal compute",
      durationS: times * (forward.idealS + backward.idealS),
    },
    {
      name: "matmul below peak",
      durationS: times * (forward.matmulLossS + backward.matmulLossS),
    },
    {
      name: "memory-bound ops",
      durationS: times * (forward.memoryS + backward.memoryS),
    },
    { name: "launch", durationS: times * (forward.launchS + backward.launchS) },
    { name: "optimizer", durationS: compute.optimizer.totalS },
    {
      name: "overlap slowdown",
      durationS: overlapSlowdown * (reduced.hiddenS + gathered.hiddenS),
    },
    {
      name: "exposed reduce-scatter",
      durationS: isWhole ? 0 : reduced.exposedS,
    },
    { name: "exposed all-reduce", durationS: isWhole ? reduced.exposedS : 0 },
    { name: "exposed all-gather", durationS: gathered.exposedS },
  ];
}

/** For sums of doubles taken in different orders. */
const ROUNDING = 1e-9;

/**
 * What must hold of any step: it is no shorter than its compute, no shorter than its
 * communication (one stream, never two collectives at once), and hides no more behind a pass
 * than the pass lasts. The walk of the spans, an independent reckoning, ends at the same time.
 */
function assertBounds(timeline: StepTimeline, schedule: Schedule): void {
  const { stepTimeS, computeS, exposedCommS, hiddenCommS, parts, spans } = timeline;
  const slackS = ROUNDING * stepTimeS;
  assert(
    parts.every((part) => part.durationS >= 0),
    "no part of a step is negative",
  );
  assert(hiddenCommS >= 0, "hidden communication is not negative");
  assert(stepTimeS >= computeS, "a step is no shorter than its compute");
  assert(stepTimeS + slackS >= exposedCommS + hiddenCommS, "a step holds its communication");
  const passesS = schedule.forwardS + schedule.backwardS;
  assert(hiddenCommS <= passesS + slackS, "communication hides behind two passes at most");
  const endS = spans.reduce((latest, span) => Math.max(latest, span.endS), 0);
  const unstretchedS = computeS + exposedCommS;
  assert(Math.abs(endS - unstretchedS) <= slackS, "the spans end where the parts end");
}
