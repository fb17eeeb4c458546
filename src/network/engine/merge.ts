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
import { rankId } from "../../base/ids.ts";
import { pathOf } from "../routing/path.ts";
import type { Graph } from "../../records/graph.ts";

/** More classes than this are no symmetry. */
const CLASSES_MOST = 16;
/** Tiers of a way are digits of one number: base 16, and exact up to 13 of them. */
const TIERS_MOST = 15;
const HOPS_MOST = 13;

interface FlowClass {
  readonly signature: number;
  readonly overheadS: number;
  readonly latencyS: number;
  /** A pair that stands for all. */
  readonly source: number;
  readonly target: number;
  /** Flows of the class on each link of the graph. */
  readonly counts: Int32Array;
}

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

function classesOfPairs(graph: Graph): readonly FlowClass[] | undefined {
  if (graph.stepRoute !== undefined) return undefined;
  if (graph.linkTiers.length > TIERS_MOST || graph.routeLengthMax > HOPS_MOST) return undefined;
  if (!hasTierLatencies(graph)) return undefined;
  const classes: FlowClass[] = [];
  const counter = new PairCounter(graph, classes);
  for (let source = 0; source < graph.rankCount; source++) {
    for (let target = 0; target < graph.rankCount; target++) {
      if (source !== target && !counter.count(source, target)) return undefined;
    }
  }
  return classes;
}

/** Then a way's latency follows from its tiers, but for the endpoints' time. */
function hasTierLatencies({ linkCount, linkTier, linkTiers, linkLatencyS }: Graph): boolean {
  const latencyS = Float64Array.from(linkTiers, (tier) => tier.latencyS);
  for (let link = 0; link < linkCount; link++) {
    if (linkLatencyS[link] !== latencyS[linkTier[link]!]) return false;
  }
  return true;
}

/** In methods of few lines: one long loop would be compiled again and again. */
class PairCounter {
  readonly #graph: Graph;
  readonly #classes: FlowClass[];
  readonly #way: Int32Array;
  #signature = 0;
  #overheadS = 0;
  #recent: FlowClass | undefined;

  constructor(graph: Graph, classes: FlowClass[]) {
    this.#graph = graph;
    this.#classes = classes;
    this.#way = new Int32Array(graph.routeLengthMax);
  }

  /** False when there are too many classes. */
  count(source: number, target: number): boolean {
    const hops = this.#graph.route(rankId(source), rankId(target), this.#way, 0);
    this.#describe(source, target, hops);
    const found = this.#found() ?? this.#opened(source, target);
    if (found === undefined) return false;
    const { counts } = found;
    for (let i = 0; i < hops; i++) counts[this.#way[i]!]!++;
    this.#recent = found;
    return true;
  }

  #describe(source: number, target: number, hops: number): void {
    const { linkTier } = this.#graph;
    let signature = 0;
    for (let i = 0; i < hops; i++) signature = 16 * signature + linkTier[this.#way[i]!]! + 1;
    this.#signature = signature;
    this.#overheadS = this.#graph.messageOverheadS(rankId(source), rankId(target));
  }

  #found(): FlowClass | undefined {
    const recent = this.#recent;
    if (recent !== undefined && this.#isLike(recent)) return recent;
    for (const one of this.#classes) if (this.#isLike(one)) return one;
    return undefined;
  }

  #isLike(one: FlowClass): boolean {
    return one.signature === this.#signature && one.overheadS === this.#overheadS;
  }

  #opened(source: number, target: number): FlowClass | undefined {
    if (this.#classes.length === CLASSES_MOST) return undefined;
    const counts = new Int32Array(this.#graph.linkCount);
    const { latencyS } = pathOf(this.#graph, source, target);
    const likeness = { signature: this.#signature, overheadS: this.#overheadS };
    const made = { ...likeness, latencyS, source, target, counts };
    this.#classes.push(made);
    return made;
  }
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
