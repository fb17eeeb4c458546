/** Rings of many groups at once: alone by hand, and where they share the links of a leaf. */
import { ok } from "node:assert/strict";
import { test } from "vitest";
import { readCluster } from "../../src/files/cluster.ts";
import { groupRing } from "../../src/network/group-ring.ts";
import { buildGraph } from "../../src/network/topology/build.ts";

test("with nothing shared a ring takes its steps at the rate of a port", async () => {
  const graph = buildGraph(await readCluster("h100-fat-tree-2to1"), 128);
  // 16 nodes: 15 steps of 1/16 of 1 GB at 50 GB/s = 18.75 ms, and latencies far below 1 ms.
  const axis = { name: "", rankStep: 8, memberCount: 16 };
  const { durationS, unsharedS } = groupRing(graph, axis, 1e9);
  ok(durationS > 18.75e-3 && durationS < 19.75e-3, String(durationS));
  ok(Math.abs(durationS / unsharedS - 1) < 1e-9);
});

test("where every hop leaves its leaf, 2:1 halves the rate", async () => {
  const graph = buildGraph(await readCluster("h100-fat-tree-2to1"), 128);
  // 4 nodes a leaf: ranks 32 apart are on other leaves; 32 ports share 16 links up.
  const axis = { name: "", rankStep: 32, memberCount: 4 };
  const { durationS, unsharedS, limit } = groupRing(graph, axis, 1e9);
  ok(Math.abs(durationS / unsharedS - 2) < 0.02, String(durationS / unsharedS));
  ok(limit.includes("leaf-"), limit);
});
