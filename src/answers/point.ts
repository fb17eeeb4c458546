/**
 * One cluster at one size: a step of the job, replayed on the cluster's network.
 *
 * The job's program gives ops and gradients, the cluster gives seconds to the ops, the
 * engine gives seconds to the collectives, the timeline puts them side by side.
 */
import { assert, present } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import { exactSum } from "../base/sum.ts";
import type { Cluster } from "../records/cluster.ts";
import type { Job, Scaling } from "../records/job.ts";
import type { CollectiveSummary, Memory, PointRow, StepPart } from "../records/result.ts";
import type { CollectiveTime } from "../records/schedule.ts";
import type { Trace } from "../records/trace.ts";
import { layoutFor } from "../workload/layout.ts";
import type { Layout } from "../workload/layout.ts";
import { refuseUnlessFits, stepMemory } from "../workload/memory.ts";
import { modelFlopUtilization } from "../workload/mfu.ts";
import { stepTimeline } from "../workload/overlap.ts";
import type { StepTimeline } from "../workload/overlap.ts";
import type { Evaluator } from "./evaluator.ts";
import { stepLimit } from "./limit.ts";

/** Weights, gradients and activations are bf16. */
const ELEMENT_BYTES = 2;

/** Standard deviations from the middle of a normal distribution to its p90. */
const P90_DEVIATIONS = 1.2816;

export interface PointRequest {
  readonly cluster: Cluster;
  readonly job: Job;
  readonly rankCount: number;
  readonly scaling: Scaling;
  /** A recorded step to replay instead of the job's own shapes: one micro-batch of it. */
  readonly trace?: Trace;
}

/** A row, and what later answers need of how it came about. */
export interface Point {
  readonly row: PointRow;
  readonly timeline: StepTimeline;
  readonly collectives: readonly CollectiveTime[];
}

/** Throws Refusal if the job cannot run there: no division, no such size, does not fit. */
export function evaluatePoint(evaluator: Evaluator, request: PointRequest): Point {
  const { cluster, job, rankCount } = request;
  const accelerator = cluster.node.accelerator;
  const software = cluster.software;
  if (accelerator === undefined || software === undefined) throw noAccelerator(cluster);
  const network = evaluator.network(cluster, rankCount);
  const layout = layoutFor(job, rankCount);
  const trace =
    request.trace ??
    evaluator.trace(job.model, layout.microBatch, job.tokensPerSample, ELEMENT_BYTES);
  assert(trace.sampleCount === layout.microBatch, "a trace is of one micro-batch");
  const { sharding } = job;
  const { accumulation } = layout;
  const capacityBytes = accelerator.memoryBytes.value;
  const memory = stepMemory(trace, { sharding, rankCount, capacityBytes });
  refuseUnlessFits(memory, { microBatch: layout.microBatch, sharding });

  const used = new Map<string, CollectiveTime>();
  const timeline = stepTimeline({
    ...{ trace, accelerator, software, sharding, rankCount, accumulation },
    collectiveS: (collective, sizeBytes) => {
      const time = network.time(collective, sizeBytes);
      used.set(`${collective} ${sizeBytes}`, time);
      return time.timeline.durationS;
    },
  });
  guard(timeline, network.graph.rankCount);
  const { stepTimeS } = timeline;
  const mfu = modelFlopUtilization({ trace, accumulation, stepTimeS, accelerator });
  const row = rowOf(request, { layout, timeline, used, memory, mfu });
  return { row, timeline, collectives: [...used.values()] };
}

interface Found {
  readonly layout: Layout;
  readonly timeline: StepTimeline;
  readonly used: ReadonlyMap<string, CollectiveTime>;
  readonly memory: Memory;
  readonly mfu: number;
}

function rowOf({ cluster, job, scaling, rankCount }: PointRequest, found: Found): PointRow {
  const { layout, timeline, used, memory, mfu } = found;
  const { stepTimeS } = timeline;
  const spread = 1 + P90_DEVIATIONS * (cluster.software?.stepErrorShare.value ?? 0);
  return {
    clusterId: cluster.id,
    clusterName: cluster.name,
    model: job.model.name,
    scaling,
    sharding: job.sharding,
    rankCount,
    globalBatch: job.globalBatch,
    microBatch: layout.microBatch,
    accumulation: layout.accumulation,
    stepTimeS,
    stepTimeLowS: stepTimeS / spread,
    stepTimeHighS: stepTimeS * spread,
    samplesPerS: job.globalBatch / stepTimeS,
    mfu,
    computeS: timeline.computeS,
    exposedCommS: timeline.exposedCommS,
    parts: timeline.parts,
    collectives: summaries(timeline, used),
    ...stepLimit(cluster, timeline, [...used.values()]),
    memory,
  };
}

/** Claims about every result, whatever the input. */
function guard(timeline: StepTimeline, rankCount: number): void {
  const total = exactSum(timeline.parts.map((part) => part.durationS));
  assert(total === timeline.stepTimeS, "the parts of a step sum to its time");
  assert(timeline.stepTimeS >= timeline.computeS, "a step takes as long as its compute");
  assert(rankCount > 1 || timeline.exposedCommS === 0, "one rank talks to nobody");
}

function summaries(
  timeline: StepTimeline,
  used: ReadonlyMap<string, CollectiveTime>,
): CollectiveSummary[] {
  return timeline.calls.map(({ collective, sizeBytes, callCount }) => {
    const time = present(used.get(`${collective} ${sizeBytes}`), "a call's time");
    return {
      collective,
      algorithm: time.algorithm,
      sizeBytes,
      durationS: time.timeline.durationS,
      calls: callCount,
      losers: time.losers,
      limit: time.timeline.limit,
    };
  });
}

/** The seconds of one part of a step. */
export function partS(row: PointRow, name: StepPart["name"]): number {
  return row.parts.find((part) => part.name === name)?.durationS ?? 0;
}

function noAccelerator(cluster: Cluster): Refusal {
  return new Refusal({
    code: "no-accelerator",
    pointer: "/node/accelerator",
    found: `cluster "${cluster.id}" of bare hosts`,
    expected: "a cluster with accelerators and a software profile",
    nextStep: "bare clusters answer `collective`; for a training step name one with accelerators",
  });
}
