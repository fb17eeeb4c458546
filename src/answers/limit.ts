/** What binds a step: a link of the fabric, waiting, the optimizer, or compute itself. */
import type { Cluster } from "../records/cluster.ts";
import type { Limit } from "../records/schedule.ts";
import type { CollectiveTime } from "../records/schedule.ts";
import type { StepPart } from "../records/result.ts";
import type { StepTimeline } from "../workload/overlap.ts";

export interface StepLimit {
  readonly limit: Limit;
  /** Share of the exposed communication spent on the limit; 0 where it is no link. */
  readonly limitShare: number;
}

const EXPOSED: readonly StepPart["name"][] = [
  "exposed reduce-scatter",
  "exposed all-reduce",
  "exposed all-gather",
  "overlap slowdown",
];

/** Losses under this share of the step bind nothing: the step is bound by its compute. */
const NEGLIGIBLE = 0.01;

/** The greatest loss that more accelerators do not shrink: communication or optimizer. */
export function stepLimit(
  cluster: Cluster,
  timeline: StepTimeline,
  collectives: readonly CollectiveTime[],
): StepLimit {
  const seconds = (names: readonly string[]): number =>
    timeline.parts.reduce((sum, p) => sum + (names.includes(p.name) ? p.durationS : 0), 0);
  const communicationS = seconds(EXPOSED);
  const optimizerS = seconds(["optimizer"]);
  const step = timeline.stepTimeS;
  if (Math.max(communicationS, optimizerS) < NEGLIGIBLE * step) {
    return { limit: computeLimit(cluster, timeline), limitShare: 0 };
  }
  if (optimizerS > communicationS) {
    return {
      limit: {
        kind: "optimizer",
        id: "Adam on each accelerator",
        utilization: optimizerS / step,
        pointer: "/node/accelerator/memoryBytesPerS",
      },
      limitShare: 0,
    };
  }
  return communicationLimit(timeline, collectives);
}

function computeLimit(cluster: Cluster, timeline: StepTimeline): Limit {
  return {
    kind: "compute",
    id: cluster.node.accelerator?.name ?? cluster.node.name,
    utilization: timeline.computeS / timeline.stepTimeS,
    pointer: "/node/accelerator/matmulBf16FlopPerS",
  };
}

/** The limit of the collectives whose exposed time is greatest, and its share of it. */
function communicationLimit(
  timeline: StepTimeline,
  collectives: readonly CollectiveTime[],
): StepLimit {
  const shares = collectives.map((time) => {
    const exposedS = exposedOf(timeline, time);
    return { timeline: time.timeline, exposedS, limitS: exposedS * time.timeline.limitShare };
  });
  const total = shares.reduce((sum, share) => sum + share.exposedS, 0);
  const first = shares.reduce((best, share) => (share.limitS > best.limitS ? share : best));
  const { limit } = first.timeline;
  const same = shares.filter((share) => share.timeline.limit.kind === limit.kind);
  const bound = same.reduce((sum, share) => sum + share.limitS, 0);
  return { limit, limitShare: total === 0 ? 0 : bound / total };
}

/** Exposed seconds of one kind of collective, split over its sizes by their busy time. */
function exposedOf(timeline: StepTimeline, time: CollectiveTime): number {
  const part = timeline.parts.find((p) => p.name === `exposed ${time.collective}`);
  const busy = (bytes: number | undefined): number =>
    timeline.calls
      .filter((call) => call.collective === time.collective)
      .filter((call) => bytes === undefined || call.sizeBytes === bytes)
      .reduce((sum, call) => sum + call.busyS, 0);
  const all = busy(undefined);
  // Nothing exposed of any kind (only slowdown): weigh by busy time, so a limit is named.
  const exposedS = part?.durationS ?? 0;
  return all === 0 ? 0 : Math.max(exposedS, 1e-300) * (busy(time.sizeBytes) / all);
}
