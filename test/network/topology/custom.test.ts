import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { sceneGraph } from "../../../src/network/scene.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { MaxFlow } from "../../../src/network/topology/max-flow.ts";
import { measuredBisection, measuredDiameter } from "../../../src/network/topology/measure.ts";
import type { Cluster } from "../../../src/records/cluster.ts";
import type { CustomFabric } from "../../../src/records/fabric.ts";
import { BARE_LINK, direct, link } from "../../support/clusters.ts";
import { longestWay, wayOf } from "../../support/ways.ts";

function custom(
  hostCounts: readonly number[],
  cables: readonly (readonly [a: number, b: number, count?: number, rate?: number])[],
): Cluster {
  return direct<CustomFabric>({
    kind: "custom",
    switches: hostCounts.map((_, s) => `s${s}`),
    hostCounts,
    cables: cables.map(([a, b, count = 1, rate]) => {
      return { aId: a, bId: b, count, link: rate === undefined ? BARE_LINK : link(rate, 1e-6) };
    }),
  });
}

const RING = custom(
  [2, 2, 2, 2],
  [
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 0],
  ],
);

test("hosts sit on their switches in order; ways are shortest", () => {
  const graph = buildGraph(RING, 8);
  deepEqual([graph.vertexCount, graph.linkCount], [12, 2 * (8 + 4)]);
  equal(wayOf(graph, [0, 1]).length, 2);
  equal(wayOf(graph, [0, 4]).length, 4);
  equal(longestWay(graph, 1), 4);
  equal(measuredDiameter(graph), 4);
});

test("two cables cross the middle of a ring", () => {
  equal(measuredBisection(buildGraph(RING, 8)), 2 * 50e9);
});

test("of two equal ways targets choose by their number", () => {
  const graph = buildGraph(RING, 8);
  const over = [4, 5].map((target) => at(wayOf(graph, [0, target]), 1));
  ok(over[0] !== over[1]);
});

test("parallel cables and cables of another rate are links of their own", () => {
  const graph = buildGraph(
    custom(
      [3, 3],
      [
        [0, 1, 2],
        [0, 1, 1, 25e9],
      ],
    ),
    6,
  );
  deepEqual(
    graph.linkTiers.map((tier) => [tier.linkCount / 2, tier.linkBytesPerS]),
    [
      [6, 50e9],
      [2, 50e9],
      [1, 25e9],
    ],
  );
  equal(measuredBisection(graph), 125e9);
  const used = new Set([3, 4, 5].map((target) => wayOf(graph, [0, target])[1]));
  equal(used.size, 3);
});

test("a cut cable sends messages round, two cut ones name who cannot be reached", () => {
  const graph = sceneGraph(RING, 8, { failed: ["s0:s1"] });
  equal(wayOf(graph, [0, 2]).length, 5);
  const apart = sceneGraph(RING, 8, { failed: ["s0:s1", "s0:s3"] });
  let message = "";
  try {
    wayOf(apart, [0, 4]);
  } catch (error) {
    message = String(error);
  }
  ok(message.includes("no way left from rank 0 to rank 4"), message);
});

test("maximum flow equals the least cut on random small graphs", () => {
  const arc = fc.tuple(fc.nat(5), fc.nat(5), fc.integer({ min: 1, max: 9 }));
  fc.assert(
    fc.property(fc.array(arc, { maxLength: 14 }), (arcs) => {
      const flow = new MaxFlow(6);
      for (const [a, b, capacity] of arcs) flow.add(a, b, capacity);
      // All 16 cuts that hold vertex 0 and not vertex 5.
      let least = Infinity;
      for (let cut = 0; cut < 16; cut++) {
        const isIn = (v: number): boolean => v === 0 || (v < 5 && ((cut >> (v - 1)) & 1) === 1);
        const across = arcs.filter(([a, b]) => isIn(a) && !isIn(b));
        least = Math.min(
          least,
          across.reduce((sum, [, , capacity]) => sum + capacity, 0),
        );
      }
      equal(flow.run(0, 5), least);
    }),
    { seed: 11, numRuns: 300 },
  );
});
