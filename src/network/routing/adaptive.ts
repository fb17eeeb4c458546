/**
 * Adaptive routing: of several ways a message takes the one whose most crowded link has the
 * fewest messages for its rate, of those that start with it and were placed before. Ways are
 * chosen when messages start and kept until they arrive; of equals the shorter one, then the
 * first. Where the fabric knows detours, some are candidates too, so this is UGAL with exact
 * loads (Singh 2005, "Load-balanced routing in interconnection networks").
 *
 * Messages that start together are placed in their order, as the program lists them.
 */
import type { Graph, PickUplink } from "../../records/graph.ts";
import { hashed } from "./hash.ts";

const WAYS_MOST = 16;
const DETOURS_MOST = 4;

export function adaptiveGraph(graph: Graph, seed: number): Graph {
  const { routeBy, routeVia } = graph;
  if (routeBy === undefined) return graph;
  const start = hashed(seed, true);
  const candidates = Array.from({ length: WAYS_MOST }, (_, c) => routeBy(shifted(start, c)));
  for (let c = 0; routeVia !== undefined && c < DETOURS_MOST; c++) {
    candidates.push(routeVia(hashed(seed + 7919 * (c + 1), true)));
  }
  return { ...graph, stepRoute: () => leastLoaded(graph, candidates) };
}

/** The c-th way from where the hash begins: of n ways each is tried once in n shifts. */
function shifted(pick: PickUplink, c: number): PickUplink {
  return (level, source, target, uplinks) => {
    const own = level === 0 ? c : Math.floor(c / 4);
    return (pick(level, source, target, uplinks) + own) % uplinks;
  };
}

function leastLoaded(graph: Graph, candidates: readonly Graph["route"][]): Graph["route"] {
  const load = new Float64Array(graph.linkCount);
  const scratch = new Int32Array(graph.routeLengthMax);
  const best = new Int32Array(graph.routeLengthMax);
  return (source, target, out, at) => {
    let bestLoad = Infinity;
    let bestLength = 0;
    for (const route of candidates) {
      const length = route(source, target, scratch, 0);
      let most = 0;
      for (let i = 0; i < length; i++) {
        const link = scratch[i]!;
        most = Math.max(most, (load[link]! + 1) / graph.linkBytesPerS[link]!);
      }
      if (most > bestLoad || (most === bestLoad && length >= bestLength)) continue;
      bestLoad = most;
      bestLength = length;
      best.set(scratch.subarray(0, length));
    }
    for (let i = 0; i < bestLength; i++) {
      load[best[i]!]!++;
      out[at + i] = best[i]!;
    }
    return at + bestLength;
  };
}
