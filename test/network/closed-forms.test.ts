/** Times that can be written down on paper. */
import { deepEqual, ok } from "node:assert/strict";
import { test } from "vitest";
import { collectiveTime } from "../../src/network/collective-time.ts";
import { buildGraph } from "../../src/network/topology/build.ts";
import type { Collective } from "../../src/records/schedule.ts";
import type { Graph } from "../../src/records/graph.ts";
import {
  bareFatTree,
  bareSwitch,
  bareTorus,
  h100FatTree,
  h100Torus,
  link,
} from "../support/clusters.ts";

const GIB = 2 ** 30;

function seconds(
  graph: Graph,
  algorithm: string,
  sizeBytes: number,
  collective: Collective = "all-reduce",
): number {
  return collectiveTime(graph, { collective, algorithm, sizeBytes }).timeline.durationS;
}

function near(actual: number, expected: number): void {
  ok(Math.abs(actual - expected) <= 1e-12 * expected, `${actual} is ${expected}`);
}

test("a ring on the bare switch takes 2(n−1)·(S/n/50e9 + 1e-6)", () => {
  for (const n of [2, 3, 5, 7, 32, 64]) {
    const graph = buildGraph(bareSwitch(64), n);
    for (const size of [1, 1000, 1e6 + 1, GIB]) {
      near(seconds(graph, "ring", size), 2 * (n - 1) * (size / n / 50e9 + 1e-6));
    }
  }
});

test("a ring on the bare fat tree, in natural order, waits 2e-6 a step", () => {
  const graph = buildGraph(bareFatTree(), 1024);
  for (const size of [1, 1e6 + 1, GIB]) {
    near(seconds(graph, "ring", size), 2 * 1023 * (size / 1024 / 50e9 + 2e-6));
  }
});

/** Σ_d 2(X_d−1)·(S_d/(2·X_d·50e9) + 5e-7), each next S_d divided by X_d; a line has no 2. */
function torusS(shape: readonly number[], wraps: readonly boolean[], sizeBytes: number): number {
  let size = sizeBytes;
  let total = 0;
  for (const [d, length] of shape.entries()) {
    const ways = wraps[d] === true && length > 2 ? 2 : 1;
    total += 2 * (length - 1) * (size / (ways * length * 50e9) + 5e-7);
    size /= length;
  }
  return total;
}

test("collectives of one step or one tree take their closed forms", () => {
  for (const n of [2, 3, 5, 8, 13]) {
    const graph = buildGraph(bareSwitch(n), n);
    const depth = Math.ceil(Math.log2(n));
    const a = 1e-6;
    const share = ((n - 1) / n) * 1e6;
    near(seconds(graph, "direct", 1e6, "gather"), a + share / 50e9);
    near(seconds(graph, "direct", 1e6, "scatter"), a + share / 50e9);
    near(seconds(graph, "direct", 1e6, "send-receive"), a + 1e6 / 50e9);
    near(seconds(graph, "dissemination", 1e6, "barrier"), depth * a);
    near(seconds(graph, "binomial", 1e6, "reduce"), depth * (a + 1e6 / 50e9));
    if (n === 8) near(seconds(graph, "binomial", 1e6, "gather"), depth * a + share / 50e9);
    // 64 chunks of 1 MiB follow each other over n − 1 edges.
    near(seconds(graph, "chain", 2 ** 26, "reduce"), (n + 62) * (a + 2 ** 20 / 50e9));
    // Parallel trees send n − 1 chunks in ⌈log₂ n⌉ steps, each way.
    near(seconds(graph, "aggregated-trees", 1e6), 2 * depth * a + (2 * share) / 50e9);
    if (n > 2) near(seconds(graph, "ring-both-ways", 1e6), 2 * (n - 1) * (a + 1e6 / n / 50e9));
  }
});

test("rings of channels use all ports of a node; switches that add halve the work", () => {
  const node = { name: "node", acceleratorCount: 4, scaleUp: link(450e9, 250e-9) };
  const graph = buildGraph({ ...bareSwitch(4), node }, 16);
  // A flat ring crosses nodes over one port of 50e9; four channels over four, a quarter each.
  near(seconds(graph, "ring", GIB), 30 * (GIB / 16 / 50e9 + 1e-6));
  near(seconds(graph, "ring-channels", GIB), 30 * (GIB / 64 / 50e9 + 1e-6));
  // Parts that follow each other are faster where neither kind of link has all the time.
  ok(seconds(graph, "hierarchical-pipelined", GIB) < 0.95 * seconds(graph, "hierarchical", GIB));
  // One node, one chunk: all up, a quarter down, a quarter up, all down; one link of 250 ns each.
  const inNode = buildGraph({ ...bareSwitch(1), node }, 4);
  near(seconds(inNode, "nvls", 4e5), 4 * 250e-9 + 2.5 * (4e5 / 450e9));
  // One switch, one chunk: up and down, a link of 500 ns each.
  near(seconds(buildGraph(bareSwitch(8), 8), "sharp", 1e5), 2 * (500e-9 + 1e5 / 50e9));
  // Many chunks: each link carries the buffer once each way, at the same time.
  const chunks = 64;
  const longS = seconds(buildGraph(bareSwitch(8), 8), "sharp", GIB);
  near(longS, (chunks + 1) * (500e-9 + GIB / chunks / 50e9));
});

test("a torus all-reduce goes both ways round in each dimension", () => {
  for (const shape of [[4, 4, 4], [8, 8, 8], [3, 5, 7], [16], [4, 1, 6]]) {
    const n = shape.reduce((a, b) => a * b, 1);
    const graph = buildGraph(bareTorus(shape), n);
    for (const size of [1, 1e6 + 1, GIB]) {
      near(seconds(graph, "torus", size), torusS(shape, graph.wraps, size));
    }
  }
  // Spelled out once: 4×4×4 and 1 GiB.
  const sizes = [GIB, GIB / 4, GIB / 16];
  const spelled = sizes.reduce((sum, s) => sum + 6 * (s / (8 * 50e9) + 5e-7), 0);
  near(seconds(buildGraph(bareTorus([4, 4, 4]), 64), "torus", GIB), spelled);
});

test("with all links busy the bytes of a cubic torus take a third of the time", () => {
  for (const length of [3, 4, 8]) {
    const n = length ** 3;
    const graph = buildGraph(bareTorus([length, length, length]), n);
    // Σ_d 2(X−1)·(S_d/(3·2·X·50e9) + 5e-7): the latencies stay.
    const latencyS = 3 * 2 * (length - 1) * 5e-7;
    const bytesS = torusS(graph.shape, graph.wraps, GIB) - latencyS;
    near(seconds(graph, "torus-all-links", GIB), bytesS / 3 + latencyS);
    near(seconds(graph, "torus", GIB), bytesS + latencyS);
  }
});

test("on unequal sizes all links still help, but parts meet in the long dimension", () => {
  const graph = buildGraph(bareTorus([4, 8]), 32);
  const [all, one] = ["torus-all-links", "torus"].map((name) => seconds(graph, name, GIB));
  ok(all !== undefined && one !== undefined && all < 0.8 * one && all > 0.5 * one);
});

test("on a mesh a chunk crosses each link once a step: half the speed of a ring", () => {
  for (const shape of [[2, 2, 2], [2, 2, 4], [3, 2], [7]]) {
    const n = shape.reduce((a, b) => a * b, 1);
    const graph = buildGraph(bareTorus(shape, 99), n);
    near(seconds(graph, "torus", GIB), torusS(shape, graph.wraps, GIB));
  }
});

test("a line after a ring shares its links between the halves, at no loss", () => {
  const graph = buildGraph(bareTorus([4, 2], 4), 8);
  deepEqual(graph.wraps, [true, false]);
  near(seconds(graph, "torus", GIB), torusS([4, 2], graph.wraps, GIB));
});

test("halving-doubling takes 2·log₂n latencies and 2(n−1)/n of the buffer", () => {
  const n = 64;
  const graph = buildGraph(bareSwitch(n), n);
  near(seconds(graph, "halving-doubling", GIB), 2 * 6 * 1e-6 + (((2 * (n - 1)) / n) * GIB) / 50e9);
});

test("hierarchical adds a ring in the node to rings between nodes, endpoints included", () => {
  // 16 nodes: a message in the node 2 + 2·0.25 µs, to another leaf 5 + 4·0.2 + 3·0.3 µs.
  const graph = buildGraph(h100FatTree(1), 128);
  const inNode = 2 * 7 * (GIB / 8 / 450e9 + 2.5e-6);
  const between = 2 * 15 * (GIB / 128 / 50e9 + 6.7e-6);
  near(seconds(graph, "hierarchical", GIB), 10e-6 + inNode + between);
});

test("on H100 nodes in a torus eight rings share each link of a dimension", () => {
  // 4×4×4 nodes of 8; per node and way the eight ranks send S/8/(2·4) each over one link.
  const graph = buildGraph(h100Torus(), 512);
  const rate = 400e9 / 6;
  let size = GIB;
  let between = 0;
  for (let d = 0; d < 3; d++) {
    between += 2 * 3 * (size / (2 * 4 * rate) + 5e-6 + 200e-9);
    size /= 4;
  }
  const inNode = 2 * 7 * (GIB / 8 / 450e9 + 2.5e-6);
  near(seconds(graph, "torus", GIB), 10e-6 + inNode + between);
});
