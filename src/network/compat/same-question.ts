/**
 * A cluster's graph in the words of other simulators: what each can say of it, or why it cannot.
 * Rates are handed over as a user would type them, 50 for 50 GB/s, whatever a gigabyte is there.
 */
import { at } from "../../base/assert.ts";
import { rankId } from "../../base/ids.ts";
import type { AstraCollective, AstraDimension, AstraSystem } from "../../records/astra.ts";
import type { Graph } from "../../records/graph.ts";
import type { Collective } from "../../records/schedule.ts";
import type { SimaiOp } from "../../records/simai.ts";
import type { SimgridLink, SimgridMessage } from "../../records/simgrid.ts";
import type { Messages } from "../../records/traffic.ts";

export interface GraphWay {
  readonly links: readonly number[];
  readonly latencyS: number;
  readonly leastBytesPerS: number;
}

export function wayOf(graph: Graph, source: number, target: number): GraphWay {
  const out = new Int32Array(graph.routeLengthMax);
  const end = source === target ? 0 : graph.route(rankId(source), rankId(target), out, 0);
  const links = [...out.subarray(0, end)];
  return {
    links,
    latencyS: links.reduce((sum, link) => sum + at(graph.linkLatencyS, link), 0),
    leastBytesPerS: links.reduce(
      (least, link) => Math.min(least, at(graph.linkBytesPerS, link)),
      Infinity,
    ),
  };
}

/** The way of the greatest latency from the first rank, and of the least rate. */
export function farthest(graph: Graph): GraphWay {
  let most = wayOf(graph, 0, graph.rankCount > 1 ? 1 : 0);
  for (let rank = 2; rank < graph.rankCount; rank++) {
    const way = wayOf(graph, 0, rank);
    if (way.latencyS > most.latencyS || way.leastBytesPerS < most.leastBytesPerS) most = way;
  }
  return most;
}

export const ASTRA_COLLECTIVES: readonly AstraCollective[] = [
  ...(["all-reduce", "reduce-scatter", "all-gather", "all-to-all"] as const),
];

export const SIMAI_OPS: Partial<Record<Collective, SimaiOp>> = {
  "all-reduce": "allreduce",
  "reduce-scatter": "reducescatter",
  "all-gather": "allgather",
  "all-to-all": "alltoall",
};

/** One dimension of ASTRA-sim; undefined where the graph is none of its three. */
export function astraDimension(graph: Graph): AstraDimension | undefined {
  const { rankCount } = graph;
  const ways = Array.from({ length: rankCount - 1 }, (_, i) => wayOf(graph, 0, i + 1));
  const first = ways[0];
  if (first === undefined) return undefined;
  const lengths = ways.map(({ links }) => links.length);
  const isRing = lengths.every((length, i) => length === Math.min(i + 1, rankCount - 1 - i));
  const topology = lengths.every((length) => length === 1)
    ? "FullyConnected"
    : isRing && rankCount > 2
      ? "Ring"
      : lengths.every((length) => length === 2)
        ? "Switch"
        : undefined;
  const tiers = new Set(ways.flatMap(({ links }) => links.map((l) => at(graph.linkTier, l))));
  if (topology === undefined || tiers.size > 1) return undefined;
  const link = at(first.links, 0);
  return {
    topology,
    npuCount: rankCount,
    bandwidthGibPerS: at(graph.linkBytesPerS, link) / 1e9,
    latencyNs: at(graph.linkLatencyS, link) * 1e9,
  };
}

/** Rings, one chunk, no endpoint delay, reductions for nothing: only the network speaks. */
export const ASTRA_BARE: AstraSystem = {
  ...{ endpointDelayNs: 0, splitCount: 1, activeChunkCount: 1, memoryBytesPerNs: undefined },
  ...{ isLifo: true, isBandwidthAware: false },
  algorithms: { "all-reduce": [], "reduce-scatter": [], "all-gather": [], "all-to-all": [] },
};

export function simgridLinks(graph: Graph): SimgridLink[] {
  return Array.from({ length: graph.linkCount }, (_, link) => ({
    id: String(link),
    bytesPerS: at(graph.linkBytesPerS, link),
    latencyS: at(graph.linkLatencyS, link),
    isFatpipe: false,
  }));
}

/** Undefined where there are gates, which SimGrid has no messages for. */
export function simgridMessages(messages: Messages): SimgridMessage[] | undefined {
  const { source, target, sizeBytes, startS, afterStart, after } = messages;
  if (source.some((rank) => rank < 0)) return undefined;
  return Array.from(source, (sourceIndex, m) => ({
    ...{ id: String(m), sourceIndex, targetIndex: at(target, m), startS: at(startS, m) },
    sizeBytes: at(sizeBytes, m),
    afterIndices: [...after.subarray(at(afterStart, m), at(afterStart, m + 1))],
  }));
}
