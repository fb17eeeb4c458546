/**
 * A step made ready for the engine: routes, and what of them can bind at all.
 *
 * With cap(f) the rate of the slowest link on the way of f, a link whose Σ cap(f) is within
 * its capacity can never be the bottleneck of anybody: it is left out of the solver. If it
 * was the tightest of a message that has others left, that message keeps it. A message
 * without links left is free: it arrives at latency + bytes/cap. All well-placed rings are.
 *
 * None of this depends on the sizes of the messages, so it is made once for a pattern.
 */
import { assert } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import { rankId } from "../../base/ids.ts";
import type { Graph } from "../../records/graph.ts";
import type { Sharing, Step } from "../../records/schedule.ts";
import { ContendedBatch } from "./contended.ts";

export interface CompiledStep {
  readonly graph: Graph;
  readonly source: Int32Array;
  readonly target: Int32Array;
  /** Latencies of the links on the way and the endpoint's time, one a message. */
  readonly latencyS: Float64Array;
  /** Rate of the slowest link on the way. */
  readonly bytesPerS: Float64Array;
  readonly share: Sharing;
  /** Of a full link a message gets in proportion to its weight. */
  readonly weight: Float64Array;
  readonly capacityBytesPerS: Float64Array;
  /** The links that the step touches. */
  readonly links: Int32Array;
  /** Whole ways, as indices into `links`: message m has entries start[m] … start[m+1]. */
  readonly entryStart: Int32Array;
  readonly entryLink: Int32Array;
  /** What can bind of it, found when first asked for: plain runs never ask. */
  readonly pruned: () => Pruned;
}

export interface Pruned {
  /** Messages that share links that can bind; undefined where all are free. */
  readonly contended: ContendedBatch | undefined;
  /** 1 where the message is in the batch. */
  readonly isContended: Uint8Array;
}

/** Patterns seen, by their array of targets: programs repeat these arrays on purpose. */
const seen = new WeakMap<Int32Array, CompiledStep>();

export function compileStep(
  graph: Graph,
  step: Pick<Step, "source" | "target">,
  share: Sharing = "equal",
): CompiledStep {
  const known = seen.get(step.target);
  const isKnown = known?.graph === graph && known.source === step.source;
  if (isKnown && known.share === share) return known;
  const compiled = compile(graph, step, share);
  seen.set(step.target, compiled);
  return compiled;
}

function compile(
  graph: Graph,
  step: Pick<Step, "source" | "target">,
  share: Sharing,
): CompiledStep {
  const { source, target } = step;
  const messageCount = source.length;
  assert(target.length === messageCount, "every message has a source and a target");
  const ways = routeAll(graph, source, target);
  const { links, entryLink } = renumbered(graph, ways.entryLink);
  const entryStart = ways.entryStart;
  const { latencyS, bytesPerS } = aloneTimes(graph, {
    source,
    target,
    entryStart,
    entryLink,
    links,
  });
  const capacityBytesPerS = new Float64Array(links.length);
  for (let i = 0; i < links.length; i++) capacityBytesPerS[i] = graph.linkBytesPerS[links[i]!]!;
  const weight = weights(share, latencyS);
  const all = { entryStart, entryLink, latencyS, bytesPerS, weight, capacityBytesPerS };
  let known: Pruned | undefined;
  const pruned = (): Pruned => (known ??= prunedOf(all));
  return { graph, source, target, share, ...all, links, pruned };
}

function prunedOf(ways: Ways): Pruned {
  const kept = bindingEntries(ways);
  const isContended = messagesWithEntries(ways.entryStart, kept);
  const contended = isContended.includes(1)
    ? ContendedBatch.of({ ...ways, kept, isContended })
    : undefined;
  return { contended, isContended };
}

/** TCP gives a connection a share in proportion to 1 / round-trip time. */
export function weights(share: Sharing, latencyS: Float64Array): Float64Array {
  if (share === "equal") return new Float64Array(latencyS.length).fill(1);
  if (latencyS.includes(0)) {
    throw new Refusal({
      code: "no-latency",
      pointer: "",
      found: "a message without latency, in shares by round-trip time",
      expected: "latencies above zero: shares are in proportion to 1/latency",
      nextStep: "give links a latency, or take --share equal",
    });
  }
  return latencyS.map((seconds) => 1 / seconds);
}

/** The batch of all messages with all their links: what is solved when nothing is left out. */
export function plainBatch(compiled: CompiledStep): ContendedBatch {
  return ContendedBatch.whole(compiled);
}

/** What each message waits, and the most it can carry, alone. */
function aloneTimes(
  graph: Graph,
  ways: Pick<CompiledStep, "source" | "target" | "entryStart" | "entryLink" | "links">,
): Pick<CompiledStep, "latencyS" | "bytesPerS"> {
  const { source, target, entryStart, entryLink, links } = ways;
  const latencyS = new Float64Array(source.length);
  const bytesPerS = new Float64Array(source.length);
  for (let m = 0; m < source.length; m++) {
    let latency = graph.messageOverheadS(rankId(source[m]!), rankId(target[m]!));
    let rate = Infinity;
    for (let e = entryStart[m]!; e < entryStart[m + 1]!; e++) {
      const link = links[entryLink[e]!]!;
      latency += graph.linkLatencyS[link]!;
      if (graph.linkBytesPerS[link]! < rate) rate = graph.linkBytesPerS[link]!;
    }
    latencyS[m] = latency;
    bytesPerS[m] = rate;
  }
  return { latencyS, bytesPerS };
}

function messagesWithEntries(entryStart: Int32Array, kept: Uint8Array): Uint8Array {
  const has = new Uint8Array(entryStart.length - 1);
  for (let m = 0; m < has.length; m++) {
    for (let e = entryStart[m]!; e < entryStart[m + 1]!; e++) has[m]! |= kept[e]!;
  }
  return has;
}

function routeAll(
  graph: Graph,
  source: Int32Array,
  target: Int32Array,
): { entryStart: Int32Array; entryLink: Int32Array } {
  const messageCount = source.length;
  const scratch = new Int32Array(messageCount * graph.routeLengthMax);
  const entryStart = new Int32Array(messageCount + 1);
  const stepRoute = graph.stepRoute?.(messageCount);
  const route: Graph["route"] =
    stepRoute ?? ((from, to, out, at) => graph.route(from, to, out, at));
  let end = 0;
  for (let m = 0; m < messageCount; m++) {
    const from = source[m]!;
    const to = target[m]!;
    assert(from < graph.vertexCount && to < graph.vertexCount, "messages have two ends");
    end = route(rankId(from), rankId(to), scratch, end);
    entryStart[m + 1] = end;
  }
  return { entryStart, entryLink: scratch.subarray(0, end) };
}

/** Graph links to 0 … touched−1, in the order in which they are first met. */
function renumbered(
  graph: Graph,
  entryLink: Int32Array,
): { links: Int32Array; entryLink: Int32Array } {
  const index = new Int32Array(graph.linkCount).fill(-1);
  const links = new Int32Array(Math.min(graph.linkCount, entryLink.length));
  let count = 0;
  const local = new Int32Array(entryLink.length);
  for (let e = 0; e < entryLink.length; e++) {
    const link = entryLink[e]!;
    if (index[link] === -1) {
      index[link] = count;
      links[count++] = link;
    }
    local[e] = index[link]!;
  }
  return { links: links.subarray(0, count), entryLink: local };
}

export interface Ways {
  readonly entryStart: Int32Array;
  readonly entryLink: Int32Array;
  readonly latencyS: Float64Array;
  readonly bytesPerS: Float64Array;
  readonly weight: Float64Array;
  readonly capacityBytesPerS: Float64Array;
}

/** Sums of caps are compared with room for their rounding. */
const ROUNDING = 1e-12;

/** 1 for each entry that the solver must see. */
export function bindingEntries(ways: Omit<Ways, "weight">): Uint8Array {
  const { entryStart, entryLink, bytesPerS, capacityBytesPerS } = ways;
  const load = new Float64Array(capacityBytesPerS.length);
  const messageCount = bytesPerS.length;
  for (let m = 0; m < messageCount; m++) {
    for (let e = entryStart[m]!; e < entryStart[m + 1]!; e++) load[entryLink[e]!]! += bytesPerS[m]!;
  }
  const kept = new Uint8Array(entryLink.length);
  for (let m = 0; m < messageCount; m++) {
    let tightest = -1;
    let keptRate = Infinity;
    for (let e = entryStart[m]!; e < entryStart[m + 1]!; e++) {
      const link = entryLink[e]!;
      const rate = capacityBytesPerS[link]!;
      if (rate === bytesPerS[m]! && tightest === -1) tightest = e;
      if (load[link]! <= rate * (1 + ROUNDING)) continue;
      kept[e] = 1;
      if (rate < keptRate) keptRate = rate;
    }
    if (keptRate !== Infinity && keptRate > bytesPerS[m]!) kept[tightest] = 1;
  }
  return kept;
}
