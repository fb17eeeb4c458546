/** Dragonflies: counts, diameter and bisection by closed forms, ways by all routings. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { collectiveTime } from "../../../src/network/collective-time.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { measuredBisection, measuredDiameter } from "../../../src/network/topology/measure.ts";
import type { DragonflyFabric } from "../../../src/records/fabric.ts";
import type { Graph } from "../../../src/records/graph.ts";
import { direct, H100_NODE } from "../../support/clusters.ts";
import { longestWay, wayOf } from "../../support/ways.ts";

type Size = readonly [g: number, a: number, p: number, h: number];

function dragonfly([g, a, p, h]: Size, arrangement: "palmtree" | "absolute" = "palmtree"): Graph {
  const made = direct<DragonflyFabric>({
    kind: "dragonfly",
    groupCount: g,
    switchesPerGroup: a,
    hostsPerSwitch: p,
    globalLinksPerSwitch: h,
    arrangement,
  });
  return buildGraph(made, g * a * p);
}

const cables = (graph: Graph, kind: string): number =>
  (graph.linkTiers.find((tier) => tier.kind === kind)?.linkCount ?? 0) / 2;

test("the balanced dragonfly of p = 4 has 33 groups, 1,056 hosts and one link a pair", () => {
  // Kim et al.: g = a·h + 1 = 33, N = a·p·g = 1,056; local g·a(a−1)/2 = 924, global 33·32/2.
  const graph = dragonfly([33, 8, 4, 4]);
  equal(graph.rankCount, 1056);
  deepEqual(
    ["host", "local", "global"].map((kind) => cables(graph, kind)),
    [1056, 924, 528],
  );
  // local, global, local between the two hosts' links.
  equal(graph.diameterHopCount, 5);
  equal(measuredDiameter(graph), 5);
});

test("all ways are contiguous and minimal ones no longer than the diameter", () => {
  for (const size of [
    [9, 4, 2, 2],
    [5, 2, 3, 2],
    [4, 4, 2, 3],
    [2, 3, 1, 1],
    [1, 4, 2, 1],
  ] as const) {
    for (const arrangement of ["palmtree", "absolute"] as const) {
      const graph = dragonfly(size, arrangement);
      ok(longestWay(graph, 1) <= 5);
      ok(measuredDiameter(graph) <= 5);
    }
  }
});

test("every pair of groups has the same number of links, no port is used twice", () => {
  // a·h = 12 ports for 4 others: 3 links a pair.
  for (const arrangement of ["palmtree", "absolute"] as const) {
    const graph = dragonfly([5, 4, 1, 3], arrangement);
    const ports = new Map<number, number>();
    const pairs = new Map<string, number>();
    for (let link = 0; link < graph.linkCount; link += 2) {
      if (at(graph.linkTiers, at(graph.linkTier, link)).kind !== "global") continue;
      const ends = [at(graph.linkSource, link), at(graph.linkTarget, link)];
      for (const end of ends) ports.set(end, (ports.get(end) ?? 0) + 1);
      const groups = ends.map((end) => Math.floor((end - 20) / 4)).join();
      pairs.set(groups, (pairs.get(groups) ?? 0) + 1);
    }
    deepEqual([...new Set(ports.values())], [3]);
    deepEqual([pairs.size, ...new Set(pairs.values())], [10, 3]);
  }
});

test("bisection is (g/2)² bundles, or half the hosts; max-flow finds the same", () => {
  // 6 groups of a = 5, h = 1: one link a pair, nine of 50 GB/s across the middle.
  const thin = dragonfly([6, 5, 4, 1]);
  equal(thin.bisectionBytesPerS, 9 * 50e9);
  ok(Math.abs(measuredBisection(thin) - 9 * 50e9) < 1);
  // One host a switch is no more than 15 send.
  equal(dragonfly([6, 5, 1, 10]).bisectionBytesPerS, 15 * 50e9);
});

test("minimal crosses one global link, Valiant two and a third group", () => {
  const graph = dragonfly([9, 4, 2, 2]);
  const kinds = (links: readonly number[]): string[] =>
    links.map((link) => at(graph.linkTiers, at(graph.linkTier, link)).kind);
  const via = graph.routeVia?.((_level, _source, _target, count) => count - 1);
  ok(via !== undefined);
  for (let target = 8; target < 72; target++) {
    const minimal = kinds(wayOf(graph, [0, target]));
    equal(minimal.filter((kind) => kind === "global").length, 1);
    const detour = kinds(wayOf(graph, [0, target], via));
    equal(detour.filter((kind) => kind === "global").length, 2);
  }
  // Within a group both go straight.
  equal(wayOf(graph, [0, 7], via).length, 3);
});

test("a ring over two groups of one switch takes its closed form", () => {
  // Two hosts a switch: the messages between groups have one link each way to themselves.
  // T = 2(n−1)(S/(n·B) + 3·a), as the longest way has three links.
  const graph = dragonfly([2, 1, 2, 1]);
  const S = 4e6;
  const request = { collective: "all-reduce", algorithm: "ring", sizeBytes: S } as const;
  const { durationS } = collectiveTime(graph, request).timeline;
  const expected = 6 * (S / 4 / 50e9 + 3 * 500e-9);
  ok(Math.abs(durationS - expected) < 1e-12 * expected, `${durationS} and ${expected}`);
});

test("nodes of eight accelerators use their own network inside", () => {
  const made = direct<DragonflyFabric>(
    {
      ...{ kind: "dragonfly", groupCount: 3, switchesPerGroup: 4, hostsPerSwitch: 4 },
      ...{ globalLinksPerSwitch: 1, arrangement: "palmtree" },
    },
    H100_NODE,
  );
  const graph = buildGraph(made, 48);
  equal(graph.nodeCount, 6);
  const kinds = wayOf(graph, [0, 7]).map(
    (link) => at(graph.linkTiers, at(graph.linkTier, link)).kind,
  );
  deepEqual(kinds, ["scale-up", "scale-up"]);
  longestWay(graph, 7);
});
