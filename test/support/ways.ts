/** Checks that ways on a graph are what they should be, for tests of all families. */
import { equal, ok } from "node:assert/strict";
import { at } from "../../src/base/assert.ts";
import { rankId } from "../../src/base/ids.ts";
import { hashed } from "../../src/network/routing/hash.ts";
import type { Graph } from "../../src/records/graph.ts";

/** Links of a way, which must lead from the source to the target within the bound. */
export function wayOf(
  graph: Graph,
  [source, target]: readonly [number, number],
  route: Graph["route"] = (from, to, out, start) => graph.route(from, to, out, start),
): number[] {
  const out = new Int32Array(graph.routeLengthMax);
  const end = route(rankId(source), rankId(target), out, 0);
  ok(end <= graph.routeLengthMax, `${end} links of at most ${graph.routeLengthMax}`);
  let vertex = source;
  for (const link of out.subarray(0, end)) {
    equal(at(graph.linkSource, link), vertex);
    vertex = at(graph.linkTarget, link);
  }
  equal(vertex, target);
  return [...out.subarray(0, end)];
}

/**
 * Every `step`-th pair of ranks, by all routings the graph has; the longest minimal way. All
 * minimal ways of a pair are equally long, but on dragonflies, where some global links start
 * right where a message is and others need a hop first.
 */
export function longestWay(graph: Graph, step: number): number {
  const areEqual = graph.family !== "dragonfly";
  const routes = [undefined, graph.routeBy?.(hashed(3, true))];
  const via = graph.routeVia?.(hashed(4, true));
  let longest = 0;
  let pair = 0;
  for (let source = 0; source < graph.rankCount; source++) {
    for (let target = 0; target < graph.rankCount; target++) {
      if (pair++ % step !== 0) continue;
      const lengths = routes.map((route) => wayOf(graph, [source, target], route).length);
      longest = Math.max(longest, ...lengths);
      if (areEqual) equal(Math.min(...lengths), Math.max(...lengths));
      if (via !== undefined) wayOf(graph, [source, target], via);
    }
  }
  return longest;
}
