/** All pairs at once: merged where verified, equal to the plain engine, else refused. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { collectiveTime } from "../../../src/network/collective-time.ts";
import { mergedAllPairs } from "../../../src/network/engine/merge.ts";
import { sceneGraph } from "../../../src/network/scene.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import type { Graph } from "../../../src/records/graph.ts";
import type { RunOptions } from "../../../src/records/schedule.ts";
import {
  bareFatTree,
  barePods,
  bareSwitch,
  bareTorus,
  h100FatTree,
} from "../../support/clusters.ts";

const GIB = 2 ** 30;
const LEAVES = bareFatTree({ portCount: 64, portsPerLeaf: 8, uplinksPerLeaf: 8, spineRadix: 8 });

function direct(graph: Graph, run: RunOptions = {}) {
  const head = { collective: "all-to-all", algorithm: "direct", sizeBytes: GIB } as const;
  return collectiveTime(graph, { ...head, run }).timeline;
}

test("on a non-blocking tree it takes (n−1)/n·S/B and 1 µs", () => {
  // A host's own links bind; the flows of its leaf wait 1 µs and set the pace from then on,
  // those from afar wait 2 µs, when the links are busy already.
  for (const n of [16, 64]) {
    const { durationS } = direct(buildGraph(LEAVES, n));
    const expected = ((n - 1) / n) * (GIB / 50e9) + 1e-6;
    ok(Math.abs(durationS - expected) <= 1e-12 * expected, `${durationS} is ${expected}`);
  }
});

test("merged equals plain on intact fabrics, link bytes included", () => {
  const graphs = [
    buildGraph(LEAVES, 64),
    buildGraph(
      bareFatTree({ portCount: 32, portsPerLeaf: 8, uplinksPerLeaf: 4, spineRadix: 8 }),
      32,
    ),
    buildGraph(barePods(), 64),
    buildGraph(bareSwitch(9), 9),
    buildGraph(bareTorus([5, 5]), 25),
    buildGraph(h100FatTree(2), 64),
    sceneGraph(barePods(), 64, { routing: { kind: "spray" } }),
  ];
  for (const graph of graphs) {
    ok(mergedAllPairs(graph, 1e6) !== undefined, graph.clusterId);
    const merged = direct(graph);
    const plain = direct(graph, { unfolded: true });
    const within = 1e-10 * plain.durationS;
    ok(Math.abs(merged.durationS - plain.durationS) <= within, graph.clusterId);
    for (const [link, bytes] of plain.linkBytes.entries()) {
      ok(Math.abs(at(merged.linkBytes, link) - bytes) <= 1e-9 * bytes);
    }
    equal(merged.limit.kind, plain.limit.kind);
    equal(merged.eventCount, 0);
    ok(plain.eventCount > 0);
  }
});

test("one changed rate, one changed latency, one detour: no merging, and the plain result", () => {
  const graph = buildGraph(LEAVES, 64);
  const slow = graph.linkBytesPerS.slice();
  slow[40] = at(slow, 40) / 2;
  const late = graph.linkLatencyS.slice();
  late[40] = at(late, 40) * 2;
  const worn = [
    { ...graph, linkBytesPerS: slow },
    { ...graph, linkLatencyS: late },
    sceneGraph(LEAVES, 64, { failed: ["leaf-2:spine-5"] }),
    sceneGraph(LEAVES, 64, { routing: { kind: "ecmp", seed: 1, isSalted: true } }),
    buildGraph(bareTorus([4, 4]), 16), // half-way ties make links unequal
  ];
  for (const one of worn) {
    equal(mergedAllPairs(one, 1e6), undefined);
    const within = direct(one, { unfolded: true }).durationS;
    ok(Math.abs(direct(one).durationS - within) <= 1e-10 * within);
  }
});

test("too many ranks for a plain run of all pairs are refused, with what to do", () => {
  const made = bareFatTree({
    portCount: 1056,
    portsPerLeaf: 33,
    uplinksPerLeaf: 33,
    spineRadix: 64,
  });
  const graph = sceneGraph(made, 1056, { failed: ["leaf-2:spine-5"] });
  throws(() => direct(graph), { code: "too-many-events" });
});

test("pairwise rounds wait a latency each; auto takes the faster and shows the other", () => {
  const graph = buildGraph(bareSwitch(8), 8);
  const head = { collective: "all-to-all", sizeBytes: 8e6 } as const;
  const auto = collectiveTime(graph, { ...head, algorithm: "auto" });
  deepEqual([auto.algorithm, auto.losers.map((one) => one.algorithm)], ["direct", ["pairwise"]]);
  // Seven blocks of 1 MB at 50e9, and 1 µs once or in each of seven rounds.
  ok(Math.abs(auto.timeline.durationS - (140e-6 + 1e-6)) < 1e-15);
  ok(Math.abs(at(auto.losers, 0).durationS - 147e-6) < 1e-15);
});

test("broadcast by a binomial tree takes ⌈log₂ n⌉ whole buffers", () => {
  const graph = buildGraph(bareSwitch(9), 9);
  const head = { collective: "broadcast", sizeBytes: 50e6 } as const;
  const { durationS } = collectiveTime(graph, { ...head, algorithm: "binomial" }).timeline;
  ok(Math.abs(durationS - 4 * (1e-3 + 1e-6)) < 1e-12);
  // Halves and quarters go down the tree, then a ring of nine chunks: no more than two buffers.
  const other = collectiveTime(graph, { ...head, algorithm: "scatter-all-gather" });
  ok(other.timeline.durationS < 2.2e-3);
  // Along a chain 64 chunks need 7 steps more than there are chunks: little over one buffer.
  const chain = collectiveTime(graph, { ...head, algorithm: "auto" });
  equal(chain.algorithm, "chain");
  ok(Math.abs(chain.timeline.durationS - (64 + 7) * (1e-3 / 64 + 1e-6)) < 1e-12);
});

test("Bruck takes 2·⌈log₂ n⌉ latencies and 2(n−1)/n of the buffer, for any n", () => {
  for (const n of [3, 8, 13]) {
    const request = { collective: "all-reduce", algorithm: "bruck", sizeBytes: GIB } as const;
    const { durationS } = collectiveTime(buildGraph(bareSwitch(n), n), request).timeline;
    const expected = 2 * Math.ceil(Math.log2(n)) * 1e-6 + ((2 * (n - 1)) / n) * (GIB / 50e9);
    ok(Math.abs(durationS - expected) <= 1e-12 * expected);
  }
});
