/**
 * What a graph says about itself where its family has no formula: the longest of all shortest
 * ways, and the most that flows from the first half of the accelerators to the second.
 */
import { at } from "../../base/assert.ts";
import type { Graph } from "../../records/graph.ts";
import { MaxFlow } from "./max-flow.ts";

/**
 * Links between the two accelerators that are furthest apart, each by its own port: by
 * breadth-first search from one accelerator of every box, as those of one box see the same.
 */
export function measuredDiameter(graph: Graph): number {
  const { linkSource, linkTarget, linkCount, vertexCount } = graph;
  const hostCount = at(graph.vertexTiers, 0).vertexCount;
  const out = Array.from({ length: vertexCount }, (): number[] => []);
  for (let link = 0; link < linkCount; link++) {
    // Scale-up links are no part of the fabric: a way counts from port to port.
    if (at(graph.linkTiers, at(graph.linkTier, link)).kind === "scale-up") continue;
    at(out, at(linkSource, link)).push(at(linkTarget, link));
  }
  const asked = new Set<number>();
  let longest = 0;
  for (let host = 0; host < hostCount; host++) {
    const box = at(out, host)[0] ?? -1;
    if (graph.ranksForward !== true && (asked.has(box) || box < 0)) continue;
    asked.add(box);
    longest = Math.max(longest, furthestHost(graph, out, { source: host, hostCount }));
  }
  return longest;
}

function furthestHost(
  graph: Graph,
  out: readonly (readonly number[])[],
  from: { readonly source: number; readonly hostCount: number },
): number {
  const { source, hostCount } = from;
  const distance = new Int32Array(graph.vertexCount).fill(-1);
  const queue = [source];
  distance[source] = 0;
  let furthest = 0;
  for (const here of queue) {
    if (here < hostCount) furthest = Math.max(furthest, distance[here]!);
    if (here !== source && here < hostCount && graph.ranksForward !== true) continue;
    for (const next of at(out, here)) {
      if (distance[next] !== -1) continue;
      distance[next] = distance[here]! + 1;
      queue.push(next);
    }
  }
  return furthest;
}

/**
 * The maximum flow from the first half of the accelerators to the second, in bytes a second;
 * without the links that are dead (1).
 */
export function measuredBisection(graph: Graph, isDead?: Uint8Array): number {
  const hostCount = at(graph.vertexTiers, 0).vertexCount;
  const perNode = graph.ranksPerNode;
  // Whole nodes: what goes inside them crosses no fabric.
  const half = Math.floor(hostCount / perNode / 2) * perNode;
  const [from, to] = [graph.vertexCount, graph.vertexCount + 1];
  const flow = new MaxFlow(graph.vertexCount + 2);
  const forwards = graph.ranksForward === true;
  const sideOf = (host: number): number => (host < half ? 0 : host < 2 * half ? 1 : 2);
  for (let host = 0; forwards && host < 2 * half; host++) {
    if (sideOf(host) === 0) flow.add(from, host, Infinity);
    else flow.add(host, to, Infinity);
  }
  const capacities = new Map<number, number>();
  const put = (a: number, b: number, bytesPerS: number): void => {
    const key = a * (graph.vertexCount + 2) + b;
    capacities.set(key, (capacities.get(key) ?? 0) + bytesPerS);
  };
  for (let link = 0; link < graph.linkCount; link++) {
    if (at(graph.linkTiers, at(graph.linkTier, link)).kind === "scale-up") continue;
    if (isDead?.[link] === 1) continue;
    const [a, b] = [at(graph.linkSource, link), at(graph.linkTarget, link)];
    const bytesPerS = at(graph.linkBytesPerS, link);
    if (forwards || (a >= hostCount && b >= hostCount)) put(a, b, bytesPerS);
    else if (a < hostCount && sideOf(a) === 0) put(from, b, bytesPerS);
    else if (b < hostCount && sideOf(b) === 1) put(a, to, bytesPerS);
  }
  for (const [key, bytesPerS] of capacities) {
    flow.add(Math.floor(key / (graph.vertexCount + 2)), key % (graph.vertexCount + 2), bytesPerS);
  }
  return flow.run(from, to);
}
