/** Rail-optimized fat trees: accelerator k of every node on the leaf of rail k. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { vertexId } from "../../../src/base/ids.ts";
import { collectiveTime } from "../../../src/network/collective-time.ts";
import { pathOf } from "../../../src/network/routing/path.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { sceneGraph } from "../../../src/network/scene.ts";
import type { Cluster } from "../../../src/records/cluster.ts";
import type { Graph } from "../../../src/records/graph.ts";
import { h100FatTree } from "../../support/clusters.ts";

function rails(oversubscription: number): Cluster {
  const made = h100FatTree(oversubscription);
  ok(made.fabric.kind === "fat-tree");
  return { ...made, fabric: { ...made.fabric, rails: true } };
}

function namesOn(graph: Graph, source: number, target: number): string[] {
  let vertex = source;
  return [...pathOf(graph, source, target).links].map((link) => {
    equal(graph.linkSource[link], vertex);
    vertex = at(graph.linkTarget, link);
    return graph.vertexName(vertexId(vertex));
  });
}

test("32 nodes share eight leaves; the next 32 have eight of their own", () => {
  const graph = buildGraph(rails(1), 512);
  const leaves = graph.vertexTiers.find((tier) => tier.kind === "leaf");
  equal(leaves?.vertexCount, 16);
  // Node 5, accelerator 3: leaf 3. Node 40, accelerator 3: leaf 8 + 3.
  deepEqual(namesOn(graph, 43, 5 * 8 + 8 + 3), ["leaf-3", "node-6/gpu-3"]);
  const way = namesOn(graph, 5 * 8 + 3, 40 * 8 + 3);
  deepEqual([way[0], way[2], way.length], ["leaf-3", "leaf-11", 4]);
});

test("to another rail a message first crosses the star of its node", () => {
  const graph = buildGraph(rails(1), 256);
  deepEqual(namesOn(graph, 0, 9), ["node-0", "node-0/gpu-1", "leaf-1", "node-1/gpu-1"]);
  deepEqual(namesOn(graph, 0, 7), ["node-0", "node-0/gpu-7"]);
});

test("without a star, rails meet in the spines", () => {
  const made = rails(1);
  const { scaleUp: _, ...node } = made.node;
  const way = namesOn(buildGraph({ ...made, node }, 256), 0, 9);
  deepEqual([way[0], way[2], way[3]], ["leaf-0", "leaf-1", "node-1/gpu-1"]);
});

test("all ways are contiguous, at the edges of groups too", () => {
  const graph = buildGraph(rails(2), 304); // 38 nodes: a group of 32 and one of 6
  for (let source = 0; source < 304; source += 7) {
    for (let target = 0; target < 304; target += 5) {
      const way = namesOn(graph, source, target);
      if (source !== target) equal(way.at(-1), graph.vertexName(vertexId(target)));
    }
  }
});

test("rings between nodes stay on their leaves: uplinks may be few at no loss", () => {
  const time = (made: Cluster): number => {
    const graph = buildGraph(made, 256);
    const request = { collective: "all-reduce", algorithm: "hierarchical", sizeBytes: 2 ** 30 };
    return collectiveTime(graph, request as Parameters<typeof collectiveTime>[1]).timeline
      .durationS;
  };
  // One group of 32 nodes: no ring leaves its rail. Packed by rank, rings cross leaves of 4
  // nodes, all eight at once over 4:1 uplinks: one hop in four of a ring, but all wait for it.
  ok(time(rails(4)) < time(rails(1)) * (1 + 1e-12));
  ok(time(rails(4)) < time(h100FatTree(4)));
});

test("spread over uplinks: targets of one rail use all uplinks of their leaf", () => {
  const graph = buildGraph(rails(1), 512);
  const used = new Set<number>();
  for (let node = 32; node < 64; node++) used.add(at(pathOf(graph, 0, node * 8).links, 1));
  equal(used.size, 32);
});

test("where rails do not meet, each has spines of its own, and nodes join the rails", () => {
  const made = h100FatTree(1);
  ok(made.fabric.kind === "fat-tree");
  const cluster: Cluster = { ...made, fabric: { ...made.fabric, rails: true, railOnly: true } };
  // 64 nodes: 16 leaves, two a rail; 2 · 32 uplinks are one spine of 64 a rail.
  const graph = buildGraph(cluster, 512);
  const spines = graph.vertexTiers.find((tier) => tier.kind === "spine");
  equal(spines?.vertexCount, 8);
  const way = namesOn(graph, 5 * 8 + 3, 40 * 8 + 3);
  deepEqual(way, ["leaf-3", "rail-3/spine-0", "leaf-11", "node-40/gpu-3"]);
  // To rail 1 the message changes rails in its own node, and meets no other rail's switch.
  deepEqual(namesOn(graph, 0, 40 * 8 + 1), [
    ...["node-0", "node-0/gpu-1", "leaf-1", "rail-1/spine-0", "leaf-9", "node-40/gpu-1"],
  ]);
});

test("a cut rail is named where no other way leads to its accelerators", () => {
  const made = h100FatTree(1);
  ok(made.fabric.kind === "fat-tree");
  const cluster: Cluster = { ...made, fabric: { ...made.fabric, rails: true, railOnly: true } };
  const graph = sceneGraph(cluster, 512, { failed: ["rail-3/spine-0"] });
  throws(() => namesOn(graph, 3, 40 * 8 + 3), /no way left from rank 3 to rank 323/);
});
