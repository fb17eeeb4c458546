import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { collectiveTime } from "../../../src/network/collective-time.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { measuredBisection, measuredDiameter } from "../../../src/network/topology/measure.ts";
import type { HyperXFabric } from "../../../src/records/fabric.ts";
import type { Graph } from "../../../src/records/graph.ts";
import { direct } from "../../support/clusters.ts";
import { longestWay } from "../../support/ways.ts";

function hyperx(shape: number[], hostsPerSwitch: number, widths = shape.map(() => 1)): Graph {
  const made = direct<HyperXFabric>({ kind: "hyperx", shape, widths, hostsPerSwitch });
  return buildGraph(
    made,
    shape.reduce((a, b) => a * b, hostsPerSwitch),
  );
}

test("each line is a full mesh of as many cables as its dimension is wide", () => {
  // Lines of 4: 6 pairs · 2 cables, 3 lines; lines of 3: 3 pairs, 4 lines.
  const graph = hyperx([4, 3], 2, [2, 1]);
  deepEqual(
    graph.linkTiers.map(({ kind, linkCount }) => [kind, linkCount / 2]),
    [
      ["host", 24],
      ["x", 36],
      ["y", 12],
    ],
  );
});

test("a way has at most one hop a dimension", () => {
  for (const [shape, diameter] of [
    [[4], 3],
    [[4, 3], 4],
    [[3, 2, 4], 5],
    [[4, 1, 2], 4],
  ] as const) {
    const graph = hyperx([...shape], 2);
    equal(longestWay(graph, 1), diameter);
    equal(graph.diameterHopCount, diameter);
    equal(measuredDiameter(graph), diameter);
  }
});

test("bisection cuts the weakest dimension: K·S·P/4 cables", () => {
  // 4 × 8 switches: x of width 3: 3·4·32/4 = 96; y of width 1: 1·8·32/4 = 64.
  const graph = hyperx([4, 8], 8, [3, 1]);
  equal(graph.bisectionBytesPerS, 64 * 50e9);
  ok(Math.abs(measuredBisection(graph) - 64 * 50e9) < 1);
  // Odd sizes have no such formula.
  equal(hyperx([3, 3], 1).bisectionBytesPerS, undefined);
});

test("a ring on a full mesh of switches takes its closed form", () => {
  // Two hosts a switch: every second message crosses one cable between switches, alone on it.
  const graph = hyperx([4], 2);
  const S = 8e6;
  const { durationS } = collectiveTime(graph, {
    ...{ collective: "all-reduce", algorithm: "ring", sizeBytes: S },
  }).timeline;
  const expected = 2 * 7 * (S / 8 / 50e9 + 3 * 500e-9);
  ok(Math.abs(durationS - expected) < 1e-12 * expected);
});
