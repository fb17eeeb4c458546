/**
 * Every rank to every other at once, merged by link tier and verified pair by pair.
 *
 * Flows are of one class if they are alike on their own: the tiers on the way, the latency.
 * Links are of one class by tier, and have one rate there. If each link of a class carries
 * equally many flows of each flow class, the partition is equitable: water-filling sees only
 * these counts, so all flows of a class have one rate at all times, and a handful of classes
 * is solved instead of millions of flows. The ways of all pairs are counted once, nothing is
 * stored for a pair; a slow link, a detour or a hash collision makes counts differ, and
 * then there is no merging.
 */
import { assert } from "../../base/assert.ts";
import type { Graph } from "../../records/graph.ts";
import { classesOfPairs } from "./pair-classes.ts";
import type { FlowClass } from "./pair-classes.ts";

/** Links that carry the same of everything. */
interface LinkClass {
  readonly bytesPerS: number;
  readonly counts: readonly number[];
}

export interface MergedPairs {
  readonly durationS: number;
  readonly latencyS: number;
  /** The pair that arrives last, one for its class. */
  readonly sourceId: number;
  readonly targetId: number;
  /** Flows on each link of the graph. */
  readonly flowCount: Float64Array;
}

/** Undefined where the flows are not alike enough. */
export function mergedAllPairs(graph: Graph, bytes: number): MergedPairs | undefined {
  const flowClasses = classesOfPairs(graph);
  if (flowClasses === undefined) return undefined;
  const linkClasses = equalLinks(graph, flowClasses);
  if (linkClasses === undefined) return undefined;
  const arrivalS = quotientArrivals(flowClasses, linkClasses, bytes);
  let last = 0;
  for (let c = 1; c < arrivalS.length; c++) if (arrivalS[c]! > arrivalS[last]!) last = c;
  const { source, target, latencyS } = flowClasses[last]!;
  const flowCount = new Float64Array(graph.linkCount);
  for (const { counts } of flowClasses) {
    for (let link = 0; link < flowCount.length; link++) flowCount[link]! += counts[link]!;
  }
  return { durationS: arrivalS[last]!, latencyS, sourceId: source, targetId: target, flowCount };
}

/** One entry for all touched links of a tier; undefined if two of them differ. */
function equalLinks(
  graph: Graph,
  flowClasses: readonly FlowClass[],
): readonly LinkClass[] | undefined {
  const classes = new Map<number, LinkClass>();
  for (let link = 0; link < graph.linkCount; link++) {
    const counts = flowClasses.map((one) => one.counts[link]!);
    if (counts.every((count) => count === 0)) continue;
    const tier = graph.linkTier[link]!;
    const bytesPerS = graph.linkBytesPerS[link]!;
    const known = classes.get(tier);
    if (known === undefined) classes.set(tier, { bytesPerS, counts });
    else if (known.bytesPerS !== bytesPerS) return undefined;
    else if (counts.some((count, c) => count !== known.counts[c])) return undefined;
  }
  return [...classes.values()];
}

/** When each flow class arrives: the whole simulation, on a few classes, in plain seconds. */
function quotientArrivals(
  flowClasses: readonly FlowClass[],
  linkClasses: readonly LinkClass[],
  bytes: number,
): Float64Array {
  const remaining = new Float64Array(flowClasses.length).fill(bytes);
  const arrivalS = new Float64Array(flowClasses.length).fill(-1);
  let nowS = 0;
  for (;;) {
    const open = [...flowClasses.keys()].filter((c) => arrivalS[c] === -1);
    if (open.length === 0) return arrivalS;
    const moving = open.filter((c) => flowClasses[c]!.latencyS <= nowS);
    const rate = filledRates(moving, linkClasses, flowClasses.length);
    const dueS = (c: number): number =>
      rate[c]! > 0 ? nowS + remaining[c]! / rate[c]! : Math.max(nowS, flowClasses[c]!.latencyS);
    const nextS = open.reduce((soonest, c) => Math.min(soonest, dueS(c)), Infinity);
    assert(Number.isFinite(nextS), "some class moves or waits");
    for (const c of moving) {
      if (dueS(c) <= nextS * (1 + 1e-13)) arrivalS[c] = nextS;
      remaining[c] = Math.max(0, remaining[c]! - rate[c]! * (nextS - nowS));
    }
    nowS = nextS;
  }
}

/** Progressive filling; a flow class weighs on a link class as often as it crosses a link. */
function filledRates(
  moving: readonly number[],
  linkClasses: readonly LinkClass[],
  classCount: number,
): Float64Array {
  const rate = new Float64Array(classCount);
  const room = linkClasses.map((link) => link.bytesPerS);
  let open = [...moving];
  while (open.length > 0) {
    const weights = linkClasses.map(({ counts }) => open.reduce((sum, c) => sum + counts[c]!, 0));
    const levels = weights.map((weight, i) => (weight > 0 ? room[i]! / weight : Infinity));
    const level = levels.reduce((least, one) => Math.min(least, one), Infinity);
    const isFull = (i: number): boolean => levels[i]! <= level * (1 + 1e-12);
    const frozen = open.filter((c) =>
      linkClasses.some((link, i) => link.counts[c]! > 0 && isFull(i)),
    );
    for (const c of frozen) {
      rate[c] = level;
      linkClasses.forEach(({ counts }, i) => (room[i]! -= level * counts[c]!));
    }
    open = open.filter((c) => !frozen.includes(c));
  }
  return rate;
}
