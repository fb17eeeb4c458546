/**
 * All pairs of ranks in classes of flows that are alike on their own, with the flows of each
 * class on every link. The ways of all pairs are counted once, and nothing is stored for a
 * pair.
 *
 * A flow's class is the tiers on its way and its endpoints' time. Where ways of one length
 * have one sequence of tiers, as in trees, their length stands for it: links are counted by
 * their place on the way, and each place is checked to hold links of one tier. Otherwise the
 * tiers of each way are read.
 */
import { rankId } from "../../base/ids.ts";
import type { Graph } from "../../records/graph.ts";
import { pathOf } from "../routing/path.ts";

/** More classes than this are no symmetry. */
const CLASSES_MOST = 16;
/** Tiers of a way are digits of one number: base 16, and exact up to 13 of them. */
const TIERS_MOST = 15;
const HOPS_MOST = 13;
/** Digits that fit a number of 31 bits. */
const WHOLE_HOPS = 7;

export interface FlowClass {
  readonly signature: number;
  readonly overheadS: number;
  readonly latencyS: number;
  /** A pair that stands for all. */
  readonly source: number;
  readonly target: number;
  /** Flows of the class on each link of the graph. */
  readonly counts: Int32Array;
}

export function classesOfPairs(graph: Graph): readonly FlowClass[] | undefined {
  if (graph.linkTiers.length > TIERS_MOST || graph.routeLengthMax > HOPS_MOST) return undefined;
  if (!hasTierLatencies(graph)) return undefined;
  return classesByLength(graph) ?? classesByTiers(graph);
}

/** Then a way's latency follows from its tiers, but for the endpoints' time. */
function hasTierLatencies({ linkCount, linkTier, linkTiers, linkLatencyS }: Graph): boolean {
  const latencyS = Float64Array.from(linkTiers, (tier) => tier.latencyS);
  for (let link = 0; link < linkCount; link++) {
    if (linkLatencyS[link] !== latencyS[linkTier[link]!]) return false;
  }
  return true;
}

/** Flows of one length of way and one endpoints' time. */
interface LengthClass extends Pick<FlowClass, "overheadS" | "source" | "target"> {
  readonly hops: number;
  /** Entry place · links + link: flows that cross the link at that place of their way. */
  readonly placeCounts: Int32Array;
}

/** Undefined where ways of one length differ in their tiers. */
function classesByLength(graph: Graph): readonly FlowClass[] | undefined {
  const counter = new LengthCounter(graph);
  for (let source = 0; source < graph.rankCount; source++) {
    if (!counter.countFrom(source)) return undefined;
    // One source tells most fabrics that are not so.
    if (source === 0 && !counter.classes.every((one) => hasOneTierAPlace(graph, one))) {
      return undefined;
    }
  }
  if (!counter.classes.every((one) => hasOneTierAPlace(graph, one))) return undefined;
  return counter.classes.map(({ placeCounts, hops, overheadS, source, target }) => {
    const counts = new Int32Array(graph.linkCount);
    placeCounts.forEach((count, i) => (counts[i % graph.linkCount]! += count));
    const { latencyS } = pathOf(graph, source, target);
    return { signature: hops, overheadS, latencyS, source, target, counts };
  });
}

function hasOneTierAPlace(graph: Graph, { placeCounts, hops }: LengthClass): boolean {
  const { linkCount, linkTier } = graph;
  for (let place = 0; place < hops; place++) {
    let tier = -1;
    for (let link = 0; link < linkCount; link++) {
      if (placeCounts[place * linkCount + link] === 0) continue;
      if (tier !== -1 && linkTier[link] !== tier) return false;
      tier = linkTier[link]!;
    }
  }
  return true;
}

class LengthCounter {
  readonly classes: LengthClass[] = [];
  readonly #graph: Graph;
  readonly #way: Int32Array;
  #recent: LengthClass | undefined;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#way = new Int32Array(graph.routeLengthMax);
  }

  /** All pairs of the source; false when there are too many classes. */
  countFrom(source: number): boolean {
    const graph = this.#graph;
    const way = this.#way;
    const from = rankId(source);
    const { linkCount, rankCount } = graph;
    for (let target = 0; target < rankCount; target++) {
      if (target === source) continue;
      const to = rankId(target);
      const hops = graph.route(from, to, way, 0);
      const found = this.#classOf(hops, graph.messageOverheadS(from, to), source, target);
      if (found === undefined) return false;
      const { placeCounts } = found;
      let base = 0;
      for (let i = 0; i < hops; i++, base += linkCount) placeCounts[base + way[i]!]!++;
    }
    return true;
  }

  #classOf(
    hops: number,
    overheadS: number,
    source: number,
    target: number,
  ): LengthClass | undefined {
    const recent = this.#recent;
    if (recent !== undefined && recent.hops === hops && recent.overheadS === overheadS) {
      return recent;
    }
    this.#recent =
      this.classes.find((one) => one.hops === hops && one.overheadS === overheadS) ??
      this.#opened(hops, overheadS, source, target);
    return this.#recent;
  }

  #opened(
    hops: number,
    overheadS: number,
    source: number,
    target: number,
  ): LengthClass | undefined {
    if (this.classes.length === CLASSES_MOST) return undefined;
    const placeCounts = new Int32Array(hops * this.#graph.linkCount);
    const made = { hops, overheadS, source, target, placeCounts };
    this.classes.push(made);
    return made;
  }
}

function classesByTiers(graph: Graph): readonly FlowClass[] | undefined {
  const classes: FlowClass[] = [];
  const counter = new TierCounter(graph, classes);
  for (let source = 0; source < graph.rankCount; source++) {
    if (!counter.countFrom(source)) return undefined;
  }
  return classes;
}

/** Classes by the tiers of the way, pair by pair. */
class TierCounter {
  readonly #graph: Graph;
  readonly #classes: FlowClass[];
  readonly #way: Int32Array;
  readonly #digit: Int32Array;
  #recent: FlowClass | undefined;

  constructor(graph: Graph, classes: FlowClass[]) {
    this.#graph = graph;
    this.#classes = classes;
    this.#way = new Int32Array(graph.routeLengthMax);
    this.#digit = Int32Array.from(graph.linkTier, (tier) => tier + 1);
  }

  /** All pairs of the source; false when there are too many classes. */
  countFrom(source: number): boolean {
    const graph = this.#graph;
    const way = this.#way;
    const from = rankId(source);
    for (let target = 0; target < graph.rankCount; target++) {
      if (target === source) continue;
      const to = rankId(target);
      const hops = graph.route(from, to, way, 0);
      const overheadS = graph.messageOverheadS(from, to);
      const found = this.#classOf(signatureOf(way, hops, this.#digit), overheadS, source, target);
      if (found === undefined) return false;
      const { counts } = found;
      for (let i = 0; i < hops; i++) counts[way[i]!]!++;
    }
    return true;
  }

  #classOf(
    signature: number,
    overheadS: number,
    source: number,
    target: number,
  ): FlowClass | undefined {
    const recent = this.#recent;
    if (recent !== undefined && recent.signature === signature && recent.overheadS === overheadS) {
      return recent;
    }
    this.#recent =
      this.#classes.find((one) => one.signature === signature && one.overheadS === overheadS) ??
      this.#opened({ signature, overheadS, source, target });
    return this.#recent;
  }

  #opened(
    likeness: Pick<FlowClass, "signature" | "overheadS" | "source" | "target">,
  ): FlowClass | undefined {
    if (this.#classes.length === CLASSES_MOST) return undefined;
    const counts = new Int32Array(this.#graph.linkCount);
    const { latencyS } = pathOf(this.#graph, likeness.source, likeness.target);
    const made = { ...likeness, latencyS, counts };
    this.#classes.push(made);
    return made;
  }
}

/** The tiers of a way as digits: of a whole number while it has room for them. */
function signatureOf(way: Int32Array, hops: number, digit: Int32Array): number {
  let signature = 0;
  if (hops <= WHOLE_HOPS) {
    for (let i = 0; i < hops; i++) signature = (signature << 4) | digit[way[i]!]!;
  } else for (let i = 0; i < hops; i++) signature = 16 * signature + digit[way[i]!]!;
  return signature;
}
