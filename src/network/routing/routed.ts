/**
 * Another routing for a graph: which of the equal ways up a fat tree a message takes.
 *
 * ECMP hashes source and target at every switch. Switches of one make hash alike, so
 * without a salt of its own each tier repeats the choice of the tier below, and most of the
 * next tier's ways stay empty ("polarization"); the level in the hash is its cure.
 */
import { Refusal } from "../../base/errors.ts";
import type { Graph, PickUplink } from "../../records/graph.ts";
import type { Routing } from "../../records/schedule.ts";

/** The graph with its ways chosen so; a Refusal where it has no such choice. */
export function routedGraph(graph: Graph, routing: Routing): Graph {
  const isTree = graph.family === "fat-tree";
  switch (routing.kind) {
    case "natural":
      return graph;
    case "d-mod-k":
    case "spray":
      if (isTree) return graph; // spraying is built in: see spray.ts
      break;
    case "dimension-order":
      if (graph.family === "torus") return graph;
      break;
    case "ecmp":
      if (graph.routeBy !== undefined) {
        return { ...graph, route: graph.routeBy(hashed(routing.seed, routing.isSalted)) };
      }
  }
  const natural = graph.family === "torus" ? "dimension-order" : "natural";
  throw new Refusal({
    code: "unsupported-routing",
    pointer: "",
    found: `${routing.kind} on ${graph.clusterId}`,
    expected: isTree ? "d-mod-k, ecmp:SEED or spray on a fat tree" : `${natural} on its fabric`,
    nextStep: "leave --routing out for the fabric's own",
  });
}

export function hashed(seed: number, isSalted: boolean): PickUplink {
  return (level, source, target, uplinks) =>
    mixed(mixed(mixed(seed ^ (isSalted ? 0x51ed27 * (level + 1) : 0)) ^ source) ^ target) % uplinks;
}

/** Thirty-two bits well mixed (the finalizer of MurmurHash3, public domain). */
function mixed(bits: number): number {
  let h = bits | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
