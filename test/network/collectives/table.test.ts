import { deepEqual, equal } from "node:assert/strict";
import { test } from "vitest";
import { at, present } from "../../../src/base/assert.ts";
import { ALGORITHMS, findAlgorithm } from "../../../src/network/collectives/table.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import type { Graph } from "../../../src/records/graph.ts";
import type { Program } from "../../../src/records/schedule.ts";
import { bareSwitch, bareTorus, h100FatTree, h100Torus } from "../../support/clusters.ts";

function reasons(graph: Graph): Record<string, string | undefined> {
  return Object.fromEntries(ALGORITHMS.map((one) => [one.name, one.supports(graph, "all-gather")]));
}

function program(graph: Graph, name: string, sizeBytes: number): Program {
  return present(findAlgorithm(name), name).program(graph, "all-reduce", sizeBytes);
}

const OTHERS = {
  "disjoint-rings": "needs a mesh inside the node, with rings that share no link",
  bruck: undefined,
  direct: "makes all-to-all, uneven-all-to-all, gather, scatter and send-receive only",
  pairwise: "makes all-to-all and uneven-all-to-all only",
  binomial: "makes broadcast, reduce, gather and scatter only",
  "scatter-all-gather": "makes broadcast and reduce only",
  "double-binary-tree": "makes all-reduce only",
  chain: "makes broadcast and reduce only",
  dissemination: "makes barrier only",
  "ring-both-ways": undefined,
  "aggregated-trees": undefined,
  "hierarchical-pipelined": "makes all-reduce only",
  nvls: "makes all-reduce only",
  sharp: "makes all-reduce only",
};

test("what cannot run says why", () => {
  deepEqual(reasons(buildGraph(bareSwitch(6), 6)), {
    ring: undefined,
    "halving-doubling": "needs a power of two of ranks for all-gather, not 6",
    hierarchical: "needs several ranks in a node; here it is one",
    "hierarchical-3": "needs several ranks in a node; here it is one",
    "ring-channels": "needs several ranks in a node; here it is one",
    "hierarchical-halving-doubling": "needs several ranks in a node; here it is one",
    torus: "needs the dimensions of a torus; the fabric is a switch",
    "torus-all-links": "needs the dimensions of a torus; the fabric is a switch",
    ...OTHERS,
  });
  deepEqual(reasons(buildGraph(h100FatTree(1), 24)), {
    ring: undefined,
    "halving-doubling": "needs a power of two of ranks for all-gather, not 24",
    hierarchical: undefined,
    "hierarchical-3": "needs a level between node and fabric",
    "ring-channels": undefined,
    "hierarchical-halving-doubling": "needs a power of two of nodes for all-gather, not 3",
    torus: "needs the dimensions of a torus; the fabric is a fat-tree",
    "torus-all-links": "needs the dimensions of a torus; the fabric is a fat-tree",
    ...OTHERS,
  });
  equal(
    reasons(buildGraph(h100FatTree(1), 8))["hierarchical"],
    "needs several nodes; here it is one",
  );
});

test("four ranks in a ring send 2·3 times four messages of a quarter", () => {
  const ring = program(buildGraph(bareSwitch(4), 4), "ring", 1024);
  deepEqual(
    ring.steps.map(({ name, repeat }) => [name, repeat]),
    [
      ["reduce-scatter", 3],
      ["all-gather", 3],
    ],
  );
  for (const step of ring.steps) {
    deepEqual([...step.source], [0, 1, 2, 3]);
    deepEqual([...step.target], [1, 2, 3, 0]);
    deepEqual([...step.messageBytes], [256, 256, 256, 256]);
  }
});

test("halving-doubling halves the data as it doubles the distance, and back", () => {
  const steps = program(buildGraph(bareSwitch(8), 8), "halving-doubling", 800).steps;
  deepEqual(
    steps.map((step) => [at(step.target, 0), at(step.messageBytes, 0)]),
    [
      [1, 400],
      [2, 200],
      [4, 100],
      [4, 100],
      [2, 200],
      [1, 400],
    ],
  );
});

test("hierarchical goes round in the node, between nodes with an eighth, and back", () => {
  const steps = program(buildGraph(h100FatTree(1), 32), "hierarchical", 3200).steps;
  deepEqual(
    steps.map(({ name, repeat, messageBytes }) => [name, repeat, at(messageBytes, 0)]),
    [
      ["reduce-scatter in the node", 7, 400],
      ["reduce-scatter between nodes", 3, 100],
      ["all-gather between nodes", 3, 100],
      ["all-gather in the node", 7, 400],
    ],
  );
  // Rank 5 is the sixth of node 0; its partner between nodes is the sixth of node 1.
  equal(at(at(steps, 1).target, 5), 13);
});

test("torus goes x, y, z and back, half of the data each way round", () => {
  const steps = program(buildGraph(bareTorus([4, 3, 5]), 60), "torus", 1200).steps;
  deepEqual(
    steps.map(({ name, repeat, messageBytes }) => [name, repeat, at(messageBytes, 0)]),
    [
      ["reduce-scatter x", 3, 150],
      ["reduce-scatter y", 2, 50],
      ["reduce-scatter z", 4, 10],
      ["all-gather z", 4, 10],
      ["all-gather y", 2, 50],
      ["all-gather x", 3, 150],
    ],
  );
});

test("one rank has nobody to talk to, by any algorithm", () => {
  const graph = buildGraph(bareTorus([1, 1, 1]), 1);
  for (const name of ["ring", "halving-doubling", "torus"]) {
    deepEqual(program(graph, name, 1e9).steps, []);
  }
});

test("on any grid of nodes every rank sends 2(n−1)/n of the buffer, the least there is", () => {
  const graphs = [buildGraph(h100Torus(), 512), buildGraph(h100FatTree(2), 64)];
  for (const graph of graphs) {
    const n = graph.rankCount;
    for (const algorithm of ALGORITHMS) {
      if (algorithm.supports(graph, "all-reduce") !== undefined) continue;
      if (algorithm.graphFor !== undefined) continue; // switches help
      const sent = new Float64Array(n);
      for (const step of algorithm.program(graph, "all-reduce", 1).steps) {
        for (const [m, source] of step.source.entries()) {
          sent[source] = at(sent, source) + step.repeat * at(step.messageBytes, m);
        }
      }
      // On lines the ends send less and the middle more; the sum is the same.
      const mean = sent.reduce((a, b) => a + b, 0) / n;
      equal(Math.abs(mean - (2 * (n - 1)) / n) < 1e-12, true, algorithm.name);
    }
  }
});
