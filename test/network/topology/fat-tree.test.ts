import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { linkId, vertexId } from "../../../src/base/ids.ts";
import { pathOf } from "../../../src/network/routing/path.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { spineCountFor } from "../../../src/network/topology/fat-tree-plan.ts";
import type { FatTreeFabric } from "../../../src/records/cluster.ts";
import type { Graph } from "../../../src/records/graph.ts";
import { bareFatTree, h100FatTree } from "../../support/clusters.ts";

const countOf = (graph: Graph, kind: string): number =>
  graph.vertexTiers.find((tier) => tier.kind === kind)?.vertexCount ?? 0;

test("1,024 hosts, 32 a leaf, are 32 leaves and 32 spines whatever the job uses", () => {
  for (const rankCount of [8, 1024]) {
    const graph = buildGraph(bareFatTree(), rankCount);
    equal(graph.vertexCount, 1024 + 32 + 32);
    equal(graph.linkCount, 2 * (1024 + 32 * 32));
    equal(graph.rankCount, rankCount);
  }
});

test("the way up goes over the spine whose number is the target modulo 32", () => {
  const graph = buildGraph(bareFatTree(), 1024);
  for (const [source, target] of [
    [0, 1023],
    [5, 77],
    [1000, 3],
  ] as const) {
    const { links } = pathOf(graph, source, target);
    const vertices = [...links].map((l) => graph.vertexName(vertexId(at(graph.linkTarget, l))));
    deepEqual(vertices, [
      `leaf-${Math.floor(source / 32)}`,
      `spine-${target % 32}`,
      `leaf-${Math.floor(target / 32)}`,
      `host-${target}`,
    ]);
  }
});

test("every way is contiguous, from the source to the target", () => {
  const clusters = [h100FatTree(1), h100FatTree(2), h100FatTree(4)];
  const graphs = clusters.map((made) => buildGraph(made, 256));
  const rank = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(fc.constantFrom(...graphs), rank, rank, (graph, source, target) => {
      let vertex = source;
      for (const link of pathOf(graph, source, target).links) {
        equal(graph.linkSource[link], vertex);
        vertex = at(graph.linkTarget, link);
      }
      equal(vertex, target);
    }),
    { seed: 3, numRuns: 500 },
  );
});

test("a tree that grows has only the leaves the job needs, and no spine for one leaf", () => {
  const cluster = h100FatTree(2);
  const one = buildGraph(cluster, 32);
  deepEqual([countOf(one, "leaf"), countOf(one, "spine")], [1, 0]);
  equal(one.linkTiers.map((tier) => tier.kind).join(), "scale-up,host");
  // 3 leaves · 16 uplinks = 48 ports: one spine of 64, sixteen cables to each leaf.
  const three = buildGraph(cluster, 96);
  deepEqual([countOf(three, "leaf"), countOf(three, "spine")], [3, 1]);
  // 32 leaves · 16 uplinks = 512 ports: eight spines of 64, two cables to each leaf.
  const full = buildGraph(cluster, 1024);
  deepEqual([countOf(full, "leaf"), countOf(full, "spine")], [32, 8]);
  const uplinks = full.linkTiers.find((tier) => tier.kind === "uplink");
  equal(uplinks?.linkCount, 2 * 32 * 16);
});

test("ports, stars and cables follow closed forms at every size", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 256 }), (nodeCount) => {
      const rankCount = 8 * nodeCount;
      const graph = buildGraph(h100FatTree(2), rankCount);
      const leafCount = Math.ceil(rankCount / 32);
      const spineCount = countOf(graph, "spine");
      equal(graph.vertexCount, rankCount + nodeCount + leafCount + spineCount);
      const cableCount = 2 * rankCount + (leafCount > 1 ? leafCount * 16 : 0);
      equal(graph.linkCount, 2 * cableCount);
      ok(leafCount * 16 <= spineCount * 64 || leafCount === 1, "spines have enough ports");
    }),
    { seed: 4, numRuns: 60 },
  );
});

test("the number of spines divides the uplinks of a leaf, so that they spread evenly", () => {
  const fabric = h100FatTree(2).fabric as FatTreeFabric;
  // 9 leaves · 16 = 144 ports / 64 = 2.25, so 3 spines; 3 does not divide 16, 4 does.
  equal(spineCountFor(fabric, 9), 4);
  throws(() => spineCountFor(fabric, 65), /every leaf has an uplink to every spine/);
});

test("parallel cables between a leaf and a spine are told apart", () => {
  const graph = buildGraph(h100FatTree(2), 1024);
  const first = graph.linkTier.findIndex((tier) => at(graph.linkTiers, tier).kind === "uplink");
  equal(graph.linkName(linkId(first)), "leaf-0 → spine-0 (cable 0)");
  equal(graph.linkName(linkId(first + 16)), "leaf-0 → spine-0 (cable 1)");
});

test("three switches lie on a way between leaves, and each adds its latency once", () => {
  // Endpoint 5 µs + four links of 200 ns + three switches of 300 ns.
  const path = pathOf(buildGraph(h100FatTree(2), 1024), 0, 1023);
  ok(Math.abs(path.latencyS - (5e-6 + 4 * 200e-9 + 3 * 300e-9)) < 1e-18);
  equal(path.bytesPerS, 50e9);
});

test("without a star, ranks of one node talk through their leaf", () => {
  const made = h100FatTree(2);
  const { scaleUp: _, ...node } = made.node;
  const graph = buildGraph({ ...made, node }, 64);
  equal(pathOf(graph, 0, 1).links.length, 2);
  equal(
    graph.linkTiers.some((tier) => tier.kind === "scale-up"),
    false,
  );
  equal(pathOf(graph, 0, 1).bytesPerS, 50e9);
});
