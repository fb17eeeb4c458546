/**
 * Another routing for a graph: which of the equal ways a message takes, or which detour.
 *
 * ECMP hashes source and target at every switch. Switches of one make hash alike, so
 * without a salt of its own each tier repeats the choice of the tier below, and most of the
 * next tier's ways stay empty ("polarization"); the level in the hash is its cure. Valiant
 * sends every message over a switch or group that the hash picks, which spreads any pattern
 * at the price of twice the way (Valiant 1982, "A scheme for fast parallel communication").
 */
import { Refusal } from "../../base/errors.ts";
import type { Graph } from "../../records/graph.ts";
import type { Routing } from "../../records/schedule.ts";
import { adaptiveGraph } from "./adaptive.ts";
import { hashed } from "./hash.ts";

/** The graph with its ways chosen so; a Refusal where it has no such choice. */
export function routedGraph(graph: Graph, routing: Routing): Graph {
  switch (routing.kind) {
    case "natural":
      return graph;
    case "d-mod-k":
    case "spray":
      if (graph.family === "fat-tree") return graph; // spraying is built in: see spray.ts
      break;
    case "dimension-order":
      if (graph.family === "torus" || graph.family === "hyperx") return graph;
      break;
    case "minimal":
      if (graph.routeVia !== undefined) return graph;
      break;
    case "ecmp":
      if (graph.routeBy !== undefined) {
        return { ...graph, route: graph.routeBy(hashed(routing.seed, routing.isSalted)) };
      }
      break;
    case "valiant":
      if (graph.routeVia !== undefined) {
        return { ...graph, route: graph.routeVia(hashed(routing.seed, true)) };
      }
      break;
    case "adaptive":
      if (graph.routeBy !== undefined) return adaptiveGraph(graph, routing.seed);
  }
  throw new Refusal({
    code: "unsupported-routing",
    pointer: "",
    found: `${routing.kind} on ${graph.clusterId}`,
    expected: `${choicesOf(graph).join(", ")} on this fabric`,
    nextStep: "leave --routing out for the fabric's own",
  });
}

/** What the flag may say for this graph. */
export function choicesOf({ family, routeBy, routeVia }: Graph): string[] {
  return [
    ...(family === "fat-tree" ? ["d-mod-k", "spray"] : []),
    ...(family === "torus" || family === "hyperx" ? ["dimension-order"] : []),
    ...(routeVia === undefined ? [] : ["minimal", "valiant:SEED"]),
    ...(routeBy === undefined ? [] : ["ecmp:SEED", "adaptive:SEED"]),
    ...(family === "switch" || family === "slices" ? ["only its own"] : []),
  ];
}
