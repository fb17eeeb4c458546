/**
 * The ways of messages, in each epoch of the graph: links that fail in mid-run begin a new
 * epoch, in which messages take other ways. A flow is a message in an epoch: flow
 * e · messages + m. Links that cannot bind are left out of the solver, as in `step.ts`.
 */
import { assert, at } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import { rankId } from "../../base/ids.ts";
import type { Graph } from "../../records/graph.ts";
import type { Sharing } from "../../records/schedule.ts";
import type { Messages } from "../../records/traffic.ts";
import { bindingEntries, weights } from "./step.ts";

/** The graph from an instant on; the first epoch starts at 0. */
export interface Epoch {
  readonly startS: number;
  readonly graph: Graph;
}

export interface MessageWays {
  readonly flowCount: number;
  readonly latencyS: Float64Array;
  /** Rate of the slowest link on the way; Infinity for gates. */
  readonly bytesPerS: Float64Array;
  readonly weight: Float64Array;
  /** Whole ways, by links of the graph. */
  readonly wayStart: Int32Array;
  readonly way: Int32Array;
  /** The entries that can bind, on links numbered anew. */
  readonly entryStart: Int32Array;
  readonly entryLink: Int32Array;
  readonly capacityBytesPerS: Float64Array;
}

export function messageWays(
  messages: Messages,
  epochs: readonly Epoch[],
  share: Sharing,
): MessageWays {
  const { wayStart, way } = allWays(messages, epochs);
  const { latencyS, bytesPerS } = aloneTimes(messages, epochs, { wayStart, way });
  const links = linksByRate(messages, epochs, { wayStart, way });
  const kept = bindingEntries({
    ...{ entryStart: wayStart, entryLink: links.entryLink, latencyS, bytesPerS },
    capacityBytesPerS: links.capacityBytesPerS,
  });
  const weight = weightsOf(share, messages, latencyS);
  const solved = keptEntries(links, wayStart, kept);
  return {
    ...{ flowCount: latencyS.length, latencyS, bytesPerS, weight, wayStart, way },
    ...solved,
  };
}

/** Gates have no latency, and no share either. */
function weightsOf(share: Sharing, { source }: Messages, latencyS: Float64Array): Float64Array {
  if (share === "equal") return weights(share, latencyS);
  const isGate = (flow: number): boolean => source[flow % source.length] === -1;
  return weights(
    share,
    latencyS.map((seconds, flow) => (isGate(flow) ? 1 : seconds)),
  );
}

function allWays(
  { source, target }: Messages,
  epochs: readonly Epoch[],
): { wayStart: Int32Array; way: Int32Array } {
  const wayStart = new Int32Array(epochs.length * source.length + 1);
  const longest = Math.max(...epochs.map(({ graph }) => graph.routeLengthMax));
  const scratch = new Int32Array(epochs.length * source.length * longest);
  let flow = 0;
  let end = 0;
  for (const { graph } of epochs) {
    // Adaptive ways are chosen for messages that start together, in their order.
    const adaptive = graph.stepRoute?.(source.length);
    const route: Graph["route"] =
      adaptive ?? ((from, to, out, at) => graph.route(from, to, out, at));
    for (let m = 0; m < source.length; m++) {
      const from = source[m]!;
      const to = target[m]!;
      if (from >= 0) {
        assert(from < graph.vertexCount && to < graph.vertexCount, "messages have two ends");
        end = route(rankId(from), rankId(to), scratch, end);
      }
      wayStart[++flow] = end;
    }
  }
  return { wayStart, way: scratch.slice(0, end) };
}

function aloneTimes(
  { source, target, sizeBytes }: Messages,
  epochs: readonly Epoch[],
  { wayStart, way }: { readonly wayStart: Int32Array; readonly way: Int32Array },
): { latencyS: Float64Array; bytesPerS: Float64Array } {
  const flowCount = wayStart.length - 1;
  const latencyS = new Float64Array(flowCount);
  const bytesPerS = new Float64Array(flowCount).fill(Infinity);
  for (let flow = 0; flow < flowCount; flow++) {
    const m = flow % source.length;
    if (source[m] === -1) continue;
    const { graph } = at(epochs, Math.floor(flow / source.length));
    let waitedS = graph.messageOverheadS(rankId(source[m]!), rankId(target[m]!));
    let rate = Infinity;
    for (let e = wayStart[flow]!; e < wayStart[flow + 1]!; e++) {
      waitedS += graph.linkLatencyS[way[e]!]!;
      rate = Math.min(rate, graph.linkBytesPerS[way[e]!]!);
    }
    if (!(rate > 0) && sizeBytes[m]! > 0) throw noRate(graph, source[m]!, target[m]!);
    latencyS[flow] = waitedS;
    bytesPerS[flow] = rate;
  }
  return { latencyS, bytesPerS };
}

function noRate(graph: Graph, source: number, target: number): Refusal {
  return new Refusal({
    code: "no-bandwidth",
    pointer: "",
    found: `a link of no bandwidth between rank ${source} and rank ${target} of ${graph.clusterId}`,
    expected: "links that carry something",
    nextStep: "give the link a rate, or let it fail with --fail",
  });
}

interface RatedLinks {
  readonly entryLink: Int32Array;
  readonly capacityBytesPerS: Float64Array;
}

/** A link whose rate changes is another link from then on: nobody is on both at once. */
function linksByRate(
  { source }: Messages,
  epochs: readonly Epoch[],
  { wayStart, way }: { readonly wayStart: Int32Array; readonly way: Int32Array },
): RatedLinks {
  const first = at(epochs, 0).graph;
  const rates = epochs.map(({ graph }) => graph.linkBytesPerS);
  if (rates.every((rate) => rate === first.linkBytesPerS)) {
    return { entryLink: way, capacityBytesPerS: first.linkBytesPerS };
  }
  const { linkCount } = first;
  const capacityBytesPerS = new Float64Array(linkCount * epochs.length);
  rates.forEach((rate, e) => capacityBytesPerS.set(rate, e * linkCount));
  const entryLink = new Int32Array(way.length);
  for (let flow = 0; flow + 1 < wayStart.length; flow++) {
    const shift = linkCount * Math.floor(flow / source.length);
    for (let e = wayStart[flow]!; e < wayStart[flow + 1]!; e++) entryLink[e] = way[e]! + shift;
  }
  return { entryLink, capacityBytesPerS };
}

function keptEntries(
  links: RatedLinks,
  wayStart: Int32Array,
  kept: Uint8Array,
): Pick<MessageWays, "entryStart" | "entryLink" | "capacityBytesPerS"> {
  const index = new Int32Array(links.capacityBytesPerS.length).fill(-1);
  const capacity: number[] = [];
  const entryStart = new Int32Array(wayStart.length);
  const entryLink = new Int32Array(links.entryLink.length);
  let end = 0;
  for (let flow = 0; flow + 1 < wayStart.length; flow++) {
    for (let e = wayStart[flow]!; e < wayStart[flow + 1]!; e++) {
      if (kept[e] === 0) continue;
      const link = links.entryLink[e]!;
      if (index[link] === -1) index[link] = capacity.push(links.capacityBytesPerS[link]!) - 1;
      entryLink[end++] = index[link]!;
    }
    entryStart[flow + 1] = end;
  }
  return {
    entryStart,
    entryLink: entryLink.slice(0, end),
    capacityBytesPerS: Float64Array.from(capacity),
  };
}
