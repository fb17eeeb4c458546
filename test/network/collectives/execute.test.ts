/** Every algorithm, carried out on real numbers: the right sums on the right ranks. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at, present } from "../../../src/base/assert.ts";
import { ALGORITHMS, findAlgorithm } from "../../../src/network/collectives/table.ts";
import type { Algorithm } from "../../../src/network/collectives/algorithm.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { nearNodeCount } from "../../../src/network/collectives/levels.ts";
import type { Fabric } from "../../../src/records/cluster.ts";
import type { Graph } from "../../../src/records/graph.ts";
import {
  BARE_LINK,
  bareFatTree,
  bareSwitch,
  cluster,
  link,
  sourced,
} from "../../support/clusters.ts";
import { elementAt, execute } from "../../support/execute.ts";

/** Any rank's own data: whole numbers, so that sums are exact in any order. */
const valueOf = (rank: number, element: number): number => (rank + 1) * 1000 + element;

function check(graph: Graph, algorithm: Algorithm, partCount = 1): void {
  const n = graph.rankCount;
  // A torus cuts halves into n chunks; with all links, as many parts as dimensions before.
  // Channels are as many parts as a node has ranks.
  const parts = partCount * (graph.shape.filter((size) => size > 1).length || 1);
  const length = 2 * n * parts * (algorithm.name === "ring-channels" ? graph.ranksPerNode : 1);
  const elements = [...Array(length).keys()];
  const sums = elements.map((e) => [...Array(n).keys()].reduce((sum, r) => sum + valueOf(r, e), 0));
  const buffers = (): Float64Array[] =>
    [...Array(n).keys()].map((rank) => Float64Array.from(elements, (e) => valueOf(rank, e)));
  const held = [...Array(n).keys()].map((rank) =>
    algorithm.holding(graph, rank).flatMap(({ from, to }) => {
      return elements.slice(elementAt(from, length), elementAt(to, length));
    }),
  );

  const all = buffers();
  execute(algorithm.program(graph, "all-reduce", 1e6), all);
  for (const buffer of all) deepEqual([...buffer], sums);

  // After a reduce-scatter each element is whole on one rank, and each rank holds its share.
  const scattered = buffers();
  execute(algorithm.program(graph, "reduce-scatter", 1e6), scattered);
  for (const [rank, mine] of held.entries()) {
    equal(mine.length, length / n);
    for (const e of mine) equal(at(at(scattered, rank), e), at(sums, e));
  }
  deepEqual(
    held.flat().toSorted((a, b) => a - b),
    elements,
  );

  // Before an all-gather a rank knows its share only, here of one common vector.
  const gathered = held.map((mine) =>
    Float64Array.from(elements, (e) => (mine.includes(e) ? e + 0.5 : NaN)),
  );
  execute(algorithm.program(graph, "all-gather", 1e6), gathered);
  for (const buffer of gathered)
    deepEqual(
      [...buffer],
      elements.map((e) => e + 0.5),
    );
}

/** All algorithms that can run on the graph; returns their names. */
function checkAll(graph: Graph): string[] {
  const able = ALGORITHMS.filter((one) => one.supports(graph, "reduce-scatter") === undefined);
  for (const algorithm of able) {
    // Those that know no fabric need no large one.
    const isFlat = ["ring-both-ways", "ring-channels", "aggregated-trees"].includes(algorithm.name);
    if (!isFlat || graph.rankCount <= 24) check(graph, algorithm);
  }
  return able.map((algorithm) => algorithm.name);
}

test("on a switch: ring for any number of ranks, halving-doubling for powers of two", () => {
  const seen = new Set<string>();
  for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 16, 31, 32, 33, 64]) {
    for (const name of checkAll(buildGraph(bareSwitch(n), n))) seen.add(name);
  }
  deepEqual([...seen].toSorted(), [
    "aggregated-trees",
    "bruck",
    "halving-doubling",
    "ring",
    "ring-both-ways",
  ]);
});

test("halving-doubling folds in what is more than a power of two of ranks, or of nodes", () => {
  const node = { name: "node", acceleratorCount: 2, scaleUp: link(450e9, 0) };
  for (const n of [3, 5, 6, 7, 12, 13, 31, 33]) {
    for (const name of ["halving-doubling", "hierarchical-halving-doubling"]) {
      const made = bareSwitch(n);
      const isFlat = name === "halving-doubling";
      const graph = buildGraph(isFlat ? made : { ...made, node }, isFlat ? n : 2 * n);
      const algorithm = present(findAlgorithm(name), name);
      // Chunks are a power of two a rank.
      const length = 64;
      const buffers = Array.from({ length: graph.rankCount }, (_, rank) =>
        Float64Array.from({ length }, (_, e) => valueOf(rank, e)),
      );
      const sums = Array.from({ length }, (_, e) => buffers.reduce((sum, b) => sum + at(b, e), 0));
      execute(algorithm.program(graph, "all-reduce", 1e6), buffers);
      for (const buffer of buffers) deepEqual([...buffer], sums);
    }
  }
});

test("a double binary tree sums on every rank, in one chunk and in many", () => {
  for (const n of [1, 2, 3, 4, 5, 7, 8, 13, 16, 33]) {
    for (const [sizeBytes, chunks] of [
      [1000, 1],
      [5 * 2 ** 20, 5],
    ] as const) {
      const length = 2 * chunks;
      const buffers = Array.from({ length: n }, (_, rank) =>
        Float64Array.from({ length }, (_, e) => valueOf(rank, e)),
      );
      const sums = Array.from({ length }, (_, e) => buffers.reduce((sum, b) => sum + at(b, e), 0));
      const algorithm = present(findAlgorithm("double-binary-tree"), "it");
      execute(algorithm.program(buildGraph(bareSwitch(n), n), "all-reduce", sizeBytes), buffers);
      for (const buffer of buffers) deepEqual([...buffer], sums);
    }
  }
});

test("in the two trees of an even number of ranks no rank has children in both", () => {
  const program = present(findAlgorithm("double-binary-tree"), "it").program(
    buildGraph(bareSwitch(16), 16),
    "all-reduce",
    8 * 2 ** 20,
  );
  const parents = [new Set<number>(), new Set<number>()];
  for (const { source, target, part } of program.steps) {
    for (const [m, rank] of target.entries()) {
      const { from, reduces } = part(m, 0);
      if (reduces) parents[from < 0.5 ? 0 : 1]?.add(rank);
      ok(source[m] !== rank);
    }
  }
  // The root (place 0) of each tree has one child and is an odd leaf of the other.
  const both = [...(parents[0] ?? [])].filter((rank) => parents[1]?.has(rank) === true);
  deepEqual(both, []);
});

test("all-to-all: block j of rank i becomes block i of rank j, at once and in rounds", () => {
  for (const n of [1, 2, 3, 5, 8, 13]) {
    const graph = buildGraph(bareSwitch(n), n);
    for (const name of ["direct", "pairwise"]) {
      const buffers = Array.from({ length: n }, (_, rank) =>
        Float64Array.from({ length: 2 * n }, (_, e) => valueOf(rank, e)),
      );
      const received = buffers.map((buffer, rank) => {
        const own = new Float64Array(2 * n).fill(NaN);
        own.set(buffer.slice(2 * rank, 2 * rank + 2), 2 * rank);
        return own;
      });
      const program = present(findAlgorithm(name), name).program(graph, "all-to-all", 1e6);
      execute(program, buffers, received);
      for (const [rank, mine] of received.entries()) {
        const wanted = [...mine.keys()].map((e) => valueOf(e >> 1, 2 * rank + (e % 2)));
        deepEqual([...mine], wanted);
      }
    }
  }
});

test("broadcast: every rank ends with rank 0's buffer", () => {
  for (const n of [1, 2, 3, 5, 6, 8, 13, 32]) {
    const graph = buildGraph(bareSwitch(n), n);
    for (const name of ["binomial", "scatter-all-gather"]) {
      const buffers = Array.from({ length: n }, (_, rank) =>
        Float64Array.from({ length: n }, (_, e) => (rank === 0 ? e + 0.5 : NaN)),
      );
      execute(present(findAlgorithm(name), name).program(graph, "broadcast", 1e6), buffers);
      for (const buffer of buffers) deepEqual([...buffer], [...at(buffers, 0)]);
      ok(!Number.isNaN(at(at(buffers, 0), 0)));
    }
  }
});

test("in nodes of several ranks: both hierarchical algorithms too", () => {
  const seen = new Set<string>();
  const size = fc.integer({ min: 1, max: 8 });
  fc.assert(
    fc.property(size, size, (acceleratorCount, hostCount) => {
      const fabric: Fabric = {
        kind: "switch",
        hostCount,
        link: BARE_LINK,
        switchLatencyS: sourced(0),
      };
      const node = { name: "node", acceleratorCount, scaleUp: link(450e9, 0) };
      const graph = buildGraph(cluster("nodes", { fabric, node }), acceleratorCount * hostCount);
      for (const name of checkAll(graph)) seen.add(name);
    }),
    { seed: 8, numRuns: 40 },
  );
  for (const name of ["hierarchical", "hierarchical-halving-doubling", "ring-channels"]) {
    ok(seen.has(name), name);
  }
});

test("three levels: node, leaf, fabric", () => {
  for (const [portCount, portsPerLeaf, perNode] of [
    [32, 8, 2],
    [24, 6, 1],
    [48, 12, 4],
  ] as const) {
    const tree = bareFatTree({ portCount, portsPerLeaf, uplinksPerLeaf: 2 });
    const node = { name: "node", acceleratorCount: perNode, scaleUp: link(450e9, 0) };
    const graph = buildGraph(perNode === 1 ? tree : { ...tree, node }, portCount);
    equal(nearNodeCount(graph), portsPerLeaf / perNode);
    const able = checkAll(graph).includes("hierarchical-3");
    equal(able, perNode > 1);
  }
});

test("on tori and meshes of any shape, with one rank a node or several", () => {
  const size = fc.integer({ min: 1, max: 4 });
  const wrapLengthMin = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(size, size, size, size, wrapLengthMin, (x, y, z, acceleratorCount, wrap) => {
      const fabric: Fabric = {
        kind: "torus",
        shapes: [[x, y, z]],
        wrapLengthMin: wrap,
        link: BARE_LINK,
      };
      const node = { name: "node", acceleratorCount, scaleUp: link(450e9, 0) };
      const graph = buildGraph(cluster("torus", { fabric, node }), acceleratorCount * x * y * z);
      ok(checkAll(graph).includes("torus"));
    }),
    { seed: 9, numRuns: 40 },
  );
});

test("a long closed dimension and a long line, in one and two dimensions", () => {
  for (const [shape, wrap] of [
    [[7], 1],
    [[7], 9],
    [[5, 6], 6],
    [[6, 5], 6],
  ] as const) {
    const fabric: Fabric = { kind: "torus", shapes: [shape], wrapLengthMin: wrap, link: BARE_LINK };
    const n = shape.reduce<number>((a, b) => a * b, 1);
    checkAll(buildGraph(cluster("torus", { fabric }), n));
  }
});

test("on meshes inside a node: rings that share no link", () => {
  for (const [shape, acceleratorCount] of [
    ["cube-mesh", 8],
    ["full-mesh", 5],
    ["full-mesh", 8],
  ] as const) {
    const scaleUp = { ...link(25e9, 1e-6), shape };
    const node = { name: "node", acceleratorCount, scaleUp };
    const graph = buildGraph({ ...bareSwitch(1), node }, acceleratorCount);
    const rings = present(findAlgorithm("disjoint-rings"), "the rings");
    equal(rings.supports(graph, "all-reduce"), undefined);
    check(graph, rings, present(graph.nodeRings, "rings").length);
  }
});
