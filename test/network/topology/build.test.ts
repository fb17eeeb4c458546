import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { Refusal } from "../../../src/base/errors.ts";
import {
  buildGraph,
  nearestRankCounts,
  possibleRankCounts,
} from "../../../src/network/topology/build.ts";
import type { Cluster } from "../../../src/records/cluster.ts";
import {
  bareFatTree,
  bareSwitch,
  bareTorus,
  h100FatTree,
  h100Torus,
} from "../../support/clusters.ts";

function refused(cluster: Cluster, rankCount: number): Refusal {
  let caught: unknown;
  throws(
    () => buildGraph(cluster, rankCount),
    (error) => {
      caught = error;
      return error instanceof Refusal;
    },
  );
  return caught as Refusal;
}

test("more ranks than ports are refused, naming how many there can be", () => {
  const refusal = refused(bareSwitch(64), 65);
  equal(refusal.code, "too-many-ranks");
  equal(refusal.expected, "at most 64 ranks");
  equal(refusal.nextStep, "ask for 64 ranks");
  equal(refused(bareFatTree(), 1025).code, "too-many-ranks");
  equal(refused(h100FatTree(2), 2056).code, "too-many-ranks");
});

test("a group that does not fill its nodes is refused, naming both neighbors", () => {
  const refusal = refused(h100FatTree(2), 20);
  equal(refusal.code, "does-not-divide");
  equal(refusal.nextStep, "ask for 16 or 24 ranks");
});

test("a part of one node is a group", () => {
  const graph = buildGraph(h100FatTree(2), 4);
  deepEqual([graph.rankCount, graph.ranksPerNode, graph.nodeCount], [4, 4, 1]);
  // The node is there whole: eight accelerators, its switch and its leaf.
  equal(graph.vertexCount, 10);
});

test("a torus shape that does not exist is refused, naming the nearest sizes", () => {
  const refusal = refused(h100Torus(), 24);
  equal(refusal.code, "no-such-size");
  equal(refusal.nextStep, "ask for 16 or 32 ranks");
  equal(refused(bareTorus([4, 4, 4]), 8).nextStep, "ask for 64 ranks");
});

test("nobody, half a rank and less are no rank counts", () => {
  for (const rankCount of [0, -8, 2.5, NaN]) {
    equal(refused(bareSwitch(4), rankCount).code, "not-a-rank-count");
  }
});

test("spines too small to join all leaves hold nothing, or as many leaves as they can", () => {
  const small = { portCount: 64, portsPerLeaf: 4, uplinksPerLeaf: 4, spineRadix: 8 };
  equal(refused(bareFatTree(small), 8).nextStep.includes("spines with more ports"), true);
  // Eight ports of a spine join eight leaves of four.
  equal(refused(bareFatTree({ ...small, size: "grows" }), 33).expected, "at most 32 ranks");
  buildGraph(bareFatTree({ ...small, size: "grows" }), 32);
});

test("possible counts are parts of a node, then whole nodes in sizes that exist", () => {
  deepEqual(possibleRankCounts(h100Torus(), 64), [1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64]);
  deepEqual(possibleRankCounts(h100FatTree(2), 32), [1, 2, 3, 4, 5, 6, 7, 8, 16, 24, 32]);
  deepEqual(possibleRankCounts(bareSwitch(3), 100), [1, 2, 3]);
  deepEqual(possibleRankCounts(bareTorus([2, 2]), 100), [4]);
});

test("the nearest counts enclose the wish, or are the wish", () => {
  deepEqual(nearestRankCounts(h100Torus(), 100), [64, 128]);
  deepEqual(nearestRankCounts(h100Torus(), 128), [128]);
  deepEqual(nearestRankCounts(h100Torus(), 1e6), [1024]);
  deepEqual(nearestRankCounts(bareTorus([4, 4]), 3), [16]);
});

test("a graph can be built exactly for the possible counts", () => {
  const clusters = [h100Torus(), h100FatTree(2), bareSwitch(40), bareTorus([3, 4])];
  fc.assert(
    fc.property(fc.constantFrom(...clusters), fc.integer({ min: 1, max: 300 }), (cluster, n) => {
      if (possibleRankCounts(cluster, n).includes(n)) {
        const graph = buildGraph(cluster, n);
        equal(graph.nodeCount * graph.ranksPerNode, n);
      } else {
        throws(() => buildGraph(cluster, n), Refusal);
      }
    }),
    { seed: 7, numRuns: 200 },
  );
});
