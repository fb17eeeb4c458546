import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { measuredBisection, measuredDiameter } from "../../../src/network/topology/measure.ts";
import type { DragonflyPlusFabric } from "../../../src/records/fabric.ts";
import type { Graph } from "../../../src/records/graph.ts";
import { direct } from "../../support/clusters.ts";
import { longestWay } from "../../support/ways.ts";

type Size = readonly [g: number, l: number, s: number, p: number, h: number];

function plus(...[g, l, s, p, h]: Size): Graph {
  const made = direct<DragonflyPlusFabric>({
    kind: "dragonfly-plus",
    groupCount: g,
    leavesPerGroup: l,
    spinesPerGroup: s,
    hostsPerLeaf: p,
    globalLinksPerSpine: h,
    arrangement: "palmtree",
  });
  return buildGraph(made, g * l * p);
}

test("leaves, spines and cables follow from the numbers a group", () => {
  const graph = plus(4, 3, 2, 2, 3);
  deepEqual(
    graph.vertexTiers.map(({ vertexCount }) => vertexCount),
    [24, 12, 8],
  );
  // 24 hosts; 4·3·2 up; six pairs of ⌊2·3/3⌋ = 2 links.
  deepEqual(
    graph.linkTiers.map(({ kind, linkCount }) => [kind, linkCount / 2]),
    [
      ["host", 24],
      ["uplink", 24],
      ["global", 12],
    ],
  );
});

test("ways are contiguous; five links between groups, four within", () => {
  const sizes: Size[] = [
    [4, 3, 2, 2, 3],
    [5, 2, 4, 1, 1],
    [3, 2, 2, 2, 1],
    [2, 2, 3, 2, 1],
  ];
  for (const size of sizes) {
    const graph = plus(...size);
    equal(longestWay(graph, 1), 5);
    equal(measuredDiameter(graph), 5);
    equal(graph.diameterHopCount, 5);
  }
  equal(longestWay(plus(1, 4, 2, 2, 1), 1), 4);
});

test("bisection is (g/2)² bundles of links, as max-flow finds too", () => {
  // Four pairs across the middle, two links each.
  const graph = plus(4, 3, 2, 4, 3);
  equal(graph.bisectionBytesPerS, 8 * 50e9);
  ok(Math.abs(measuredBisection(graph) - 8 * 50e9) < 1);
});
