/** Networks inside a node: full mesh, cube mesh and PCIe tree, beside the star. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { collectiveTime } from "../../../src/network/collective-time.ts";
import { pathOf } from "../../../src/network/routing/path.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { CUBE_MESH_RINGS, localRings, localShape } from "../../../src/network/topology/scale-up.ts";
import type { ScaleUpSpec } from "../../../src/records/cluster.ts";
import { bareSwitch, bareTorus, link } from "../../support/clusters.ts";
import { longestWay, wayOf } from "../../support/ways.ts";

function nodeOf(more: Omit<ScaleUpSpec, "rateBytesPerS" | "latencyS">, rate = 64e9) {
  return { name: "node", acceleratorCount: 8, scaleUp: { ...link(rate, 0), ...more } };
}

const onSwitch = (more: Omit<ScaleUpSpec, "rateBytesPerS" | "latencyS">, rate?: number) =>
  buildGraph({ ...bareSwitch(3), node: nodeOf(more, rate) }, 24);

test("in a full mesh one pair gets a seventh of what an accelerator has", () => {
  const graph = onSwitch({ shape: "full-mesh" });
  // 28 pairs a node.
  equal(at(graph.linkTiers, 0).linkCount, 2 * 3 * 28);
  equal(pathOf(graph, 0, 5).bytesPerS, 64e9);
  equal(wayOf(graph, [0, 5]).length, 1);
  // All seven links carry at once: an all-to-all in the node takes S/8 over one link.
  const one = buildGraph({ ...bareSwitch(1), node: nodeOf({ shape: "full-mesh" }) }, 8);
  const S = 64e6;
  const request = { collective: "all-to-all", algorithm: "direct", sizeBytes: S } as const;
  const { durationS } = collectiveTime(one, request).timeline;
  ok(Math.abs(durationS - S / 8 / 64e9) < 1e-12);
});

test("a cube mesh has six links a GPU, and rings that share none of them", () => {
  const { cables } = localShape(nodeOf({ shape: "cube-mesh" }).scaleUp, 8);
  for (let gpu = 0; gpu < 8; gpu++) {
    const own = cables.filter(({ aId, bId }) => aId === gpu || bId === gpu);
    equal(
      own.reduce((sum, { linkCount }) => sum + linkCount, 0),
      6,
    );
  }
  const left = new Map(cables.map(({ aId, bId, linkCount }) => [`${aId} ${bId}`, linkCount]));
  for (const ring of CUBE_MESH_RINGS) {
    deepEqual(
      [...ring].sort((p, q) => p - q),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
    for (const [i, gpu] of ring.entries()) {
      const [a, b] = [gpu, at(ring, (i + 1) % 8)].sort((p, q) => p - q);
      const key = `${a} ${b}`;
      left.set(key, (left.get(key) ?? 0) - 1);
    }
  }
  // Three rings take all 24 links, each once.
  deepEqual([...new Set(left.values())], [0]);
});

test("disjoint rings use all links of a cube mesh at once, and beat the plain ring by six", () => {
  const one = { ...bareSwitch(1), node: nodeOf({ shape: "cube-mesh" }, 25e9) };
  const graph = buildGraph(one, 8);
  const S = 48e6;
  const time = (algorithm: string): number =>
    collectiveTime(graph, { collective: "all-reduce", algorithm, sizeBytes: S }).timeline.durationS;
  // Three rings, both ways: T = 2·7·S/(6·8·B), as there is no latency here.
  const expected = (14 * S) / (48 * 25e9);
  ok(Math.abs(time("disjoint-rings") - expected) < 1e-9 * expected);
  ok(Math.abs(time("ring") - 6 * expected) < 1e-9 * expected);
});

test("a full mesh of eight has rings of steps 1 and 3, of five those of 1 and 2", () => {
  const steps = (count: number) =>
    localRings(nodeOf({ shape: "full-mesh" }).scaleUp, count)?.map((ring) => at(ring, 1));
  deepEqual([steps(8), steps(5), steps(6), steps(7)], [[1, 3], [1, 2], [1], [1, 2, 3]]);
  equal(onSwitch({ shape: "star" }).nodeRings, undefined);
});

test("where no link joins two GPUs of a cube mesh, a third one passes on", () => {
  const graph = onSwitch({ shape: "cube-mesh" }, 25e9);
  equal(wayOf(graph, [0, 3]).length, 1);
  equal(pathOf(graph, 0, 3).bytesPerS, 50e9);
  equal(pathOf(graph, 0, 1).bytesPerS, 25e9);
  equal(wayOf(graph, [0, 7]).length, 2);
  longestWay(graph, 1);
});

test("a PCIe tree crosses two links below a switch, four below a socket, five between", () => {
  const graph = onSwitch({ shape: "pcie-tree", fanouts: [2, 2] });
  const lengths = [1, 2, 4].map((target) => wayOf(graph, [0, target]).length);
  deepEqual(lengths, [2, 4, 5]);
  // Eight cards, four switches, two sockets: 8 + 4 + 1 cables a node.
  equal(at(graph.linkTiers, 0).linkCount, 2 * 3 * 13);
  ok(
    graph.vertexTiers.some(
      ({ kind, vertexCount }) => kind === "scale-up switch" && vertexCount === 18,
    ),
  );
  longestWay(graph, 1);
});

test("nodes of a torus keep their own network beside the grid's vertex", () => {
  const torus = bareTorus([4, 2, 1]);
  for (const more of [
    { shape: "full-mesh" },
    { shape: "pcie-tree", fanouts: [4, 2] },
    { shape: "star" },
  ] as const) {
    longestWay(buildGraph({ ...torus, node: nodeOf(more) }, 64), 3);
  }
});
