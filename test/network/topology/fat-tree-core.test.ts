/** Fat trees of three tiers: pods of leaves and spines, and planes of cores above. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { linkId, vertexId } from "../../../src/base/ids.ts";
import { collectiveTime } from "../../../src/network/collective-time.ts";
import { pathOf } from "../../../src/network/routing/path.ts";
import { buildGraph, nearestRankCounts } from "../../../src/network/topology/build.ts";
import type { Graph } from "../../../src/records/graph.ts";
import { barePods } from "../../support/clusters.ts";

const countOf = (graph: Graph, kind: string): number =>
  graph.vertexTiers.find((tier) => tier.kind === kind)?.vertexCount ?? 0;

const cablesOf = (graph: Graph, kind: string): number =>
  (graph.linkTiers.find((tier) => tier.kind === kind)?.linkCount ?? 0) / 2;

function verticesOn(graph: Graph, source: number, target: number): string[] {
  return [...pathOf(graph, source, target).links].map((link) =>
    graph.vertexName(vertexId(at(graph.linkTarget, link))),
  );
}

test("4 pods of 4 leaves: counts of switches and cables", () => {
  // 64 hosts, 4 a leaf: 16 leaves · 4 up = 64; 16 spines · 4 up = 64 over 4 planes of 4 cores.
  const graph = buildGraph(barePods(), 64);
  deepEqual(
    ["leaf", "spine", "core"].map((kind) => countOf(graph, kind)),
    [16, 16, 16],
  );
  deepEqual(
    ["host", "uplink", "core-uplink"].map((kind) => cablesOf(graph, kind)),
    [64, 64, 64],
  );
  equal(graph.vertexCount, 64 + 16 + 16 + 16);
});

test("the way up goes over spine (target mod S) and core (⌊target/S⌋ mod C) of its plane", () => {
  const graph = buildGraph(barePods(), 64);
  // Target 63: spine 63 mod 4 = 3, core ⌊63/4⌋ mod 4 = 3 of plane 3, which is core 3·4 + 3.
  deepEqual(verticesOn(graph, 0, 63), [
    "leaf-0",
    "pod-0/spine-3",
    "core-15",
    "pod-3/spine-3",
    "leaf-15",
    "host-63",
  ]);
  // Target 26: spine 2, core ⌊26/4⌋ mod 4 = 2 of plane 2.
  deepEqual(verticesOn(graph, 5, 26).slice(1, 4), ["pod-0/spine-2", "core-10", "pod-1/spine-2"]);
  // Within a pod no core is met.
  deepEqual(verticesOn(graph, 0, 13), ["leaf-0", "pod-0/spine-1", "leaf-3", "host-13"]);
});

test("every way is contiguous at every size, with parallel cables and partly filled pods", () => {
  const shapes = [
    barePods(),
    barePods({ uplinksPerLeaf: 2, uplinksPerSpine: 2 }),
    barePods({ portCount: 56, size: "grows" }),
    barePods({ spineRadix: 12, uplinksPerSpine: 4, uplinksPerLeaf: 4, coreRadix: 16 }),
  ];
  const size = fc.integer({ min: 2, max: 56 });
  fc.assert(
    fc.property(fc.constantFrom(...shapes), size, fc.nat(), fc.nat(), (made, n, a, b) => {
      const graph = buildGraph(made, n);
      let vertex = a % n;
      for (const link of pathOf(graph, a % n, b % n).links) {
        equal(graph.linkSource[link], vertex);
        vertex = at(graph.linkTarget, link);
      }
      equal(vertex, b % n);
    }),
    { seed: 31, numRuns: 300 },
  );
});

test("fewer, larger switches take parallel cables, told apart by number", () => {
  // Spines of 12 with 4 up have 8 down: 4 leaves · 4 up / 8 = 2 spines a pod, 2 cables each.
  // Cores of 16 for 4 pods · 4 up: one core a plane, four cables to each spine.
  const graph = buildGraph(barePods({ spineRadix: 12, coreRadix: 16 }), 64);
  deepEqual([countOf(graph, "spine"), countOf(graph, "core")], [8, 2]);
  const tierOf = (link: number): string => at(graph.linkTiers, at(graph.linkTier, link)).kind;
  const links = [...graph.linkTier.keys()].filter((link) => tierOf(link) === "core-uplink");
  equal(graph.linkName(linkId(at(links, 6))), "pod-0/spine-0 → core-0 (cable 3)");
});

test("a tree that grows within a pod needs no core; the second pod brings them", () => {
  const made = barePods({ size: "grows" });
  deepEqual([countOf(buildGraph(made, 16), "core"), countOf(buildGraph(made, 4), "spine")], [0, 0]);
  const second = buildGraph(made, 17);
  // 17 hosts are 5 leaves in 2 pods of 4 spines; 2 pods · 4 uplinks / 4 ports = 2 cores a plane.
  deepEqual([countOf(second, "leaf"), countOf(second, "spine")], [5, 8]);
  equal(countOf(second, "core"), 8);
});

test("oversubscription at the cores: half the uplinks double the time of what crosses them", () => {
  // Halving-doubling's farthest exchange crosses pods with all hosts of a pod at once.
  const time = (uplinksPerSpine: number): number => {
    const made = barePods({ uplinksPerSpine, spineRadix: 4 + uplinksPerSpine });
    const graph = buildGraph(made, 64);
    const size = 64 * 50e9; // a second to send one 64th
    const request = { collective: "all-reduce", algorithm: "halving-doubling", sizeBytes: size };
    return collectiveTime(graph, request as Parameters<typeof collectiveTime>[1]).timeline
      .durationS;
  };
  // Distances 1 … 8 stay in the pod: 2·(32+16+8+4) s. Distances 16 and 32 cross: 2·(2+1) s.
  const latencyS = 2 * (2 * 1e-6 + 2 * 2e-6 + 2 * 3e-6);
  ok(Math.abs(time(4) - (126 + latencyS)) < 1e-9 * 126);
  ok(Math.abs(time(2) - (132 + latencyS)) < 1e-6 * 132, String(time(2)));
});

test("a ring in natural order takes 2(n−1)·(S/n/50e9 + 3e-6) once it crosses pods", () => {
  for (const n of [17, 32, 63, 64]) {
    const graph = buildGraph(barePods(), n);
    const request = { collective: "all-reduce", algorithm: "ring", sizeBytes: 2 ** 30 } as const;
    const { durationS } = collectiveTime(graph, request).timeline;
    const expected = 2 * (n - 1) * (2 ** 30 / n / 50e9 + 3e-6);
    ok(Math.abs(durationS - expected) <= 1e-12 * expected);
  }
});

test("pods beyond the ports of a core cannot be had; the greatest count is named", () => {
  const made = barePods({ portCount: 1024, coreRadix: 8, size: "grows" });
  // 8 pods · 4 leaves · 4 hosts.
  deepEqual(nearestRankCounts(made, 1000), [128]);
});
