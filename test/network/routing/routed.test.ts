/** Hashed and sprayed ways up a fat tree. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { linkId } from "../../../src/base/ids.ts";
import { collectiveTime } from "../../../src/network/collective-time.ts";
import { pathOf } from "../../../src/network/routing/path.ts";
import { orderOf } from "../../../src/network/routing/placement.ts";
import { sceneGraph } from "../../../src/network/scene.ts";
import type { Graph } from "../../../src/records/graph.ts";
import type { Routing } from "../../../src/records/schedule.ts";
import { splitProgram } from "../../../src/network/routing/queue-pairs.ts";
import { runProgram } from "../../../src/network/engine/run.ts";
import type { Program } from "../../../src/records/schedule.ts";
import { bareFatTree, barePods, bareSwitch, bareTorus, dragonfly } from "../../support/clusters.ts";

const GIB = 2 ** 30;
const PODS = barePods();
const ecmp = (seed: number, isSalted = true): Routing => ({ kind: "ecmp", seed, isSalted });

function ringS(graph: Graph, seed: number): number {
  const order = orderOf({ kind: "random", seed }, graph.rankCount);
  const head = { collective: "all-reduce", algorithm: "ring" } as const;
  return collectiveTime(graph, { ...head, sizeBytes: GIB, order }).timeline.durationS;
}

/** Links of a tier that some pair of different pods uses. */
function linksUsed(graph: Graph, kind: string): number {
  const used = new Set<number>();
  for (let source = 0; source < 64; source++) {
    for (let target = 0; target < 64; target++) {
      if (source >> 4 === target >> 4) continue;
      for (const link of pathOf(graph, source, target).links) {
        if (at(graph.linkTiers, at(graph.linkTier, link)).kind === kind) used.add(link);
      }
    }
  }
  return used.size;
}

test("a hashed way is contiguous, the same each time, and another with another seed", () => {
  const [one, two] = [1, 2].map((seed) => sceneGraph(PODS, 64, { routing: ecmp(seed) }));
  ok(one !== undefined && two !== undefined);
  let differ = 0;
  for (let source = 0; source < 64; source++) {
    const target = (source * 7 + 13) % 64;
    const { links } = pathOf(one, source, target);
    let vertex = source;
    for (const link of links) {
      equal(one.linkSource[link], vertex);
      vertex = at(one.linkTarget, link);
    }
    equal(vertex, target);
    deepEqual(links, pathOf(one, source, target).links);
    if (links.join() !== pathOf(two, source, target).links.join()) differ++;
  }
  ok(differ > 30, String(differ));
});

test("switches that hash alike polarize: they use a quarter of the cores; salt cures it", () => {
  // Unsalted, the spine's choice repeats the leaf's: on plane s only core s of 4.
  const cores = 2 * 16 * 4;
  equal(linksUsed(sceneGraph(PODS, 64, { routing: ecmp(3, false) }), "core-uplink"), cores / 4);
  equal(linksUsed(sceneGraph(PODS, 64, { routing: ecmp(3) }), "core-uplink"), cores);
});

test("spraying makes any permutation free on a non-blocking tree; hashing does not", () => {
  // 2·63·(GiB/64/50e9 + 3e-6): the longest way, six links, sets the latency.
  const free = 126 * (GIB / 64 / 50e9 + 3e-6);
  const sprayed = ringS(sceneGraph(PODS, 64, { routing: { kind: "spray" } }), 5);
  ok(Math.abs(sprayed - free) <= 1e-12 * free, `${sprayed} is ${free}`);
  const hashed = Array.from({ length: 8 }, (_, seed) =>
    ringS(sceneGraph(PODS, 64, { routing: ecmp(seed) }), 5),
  );
  ok(Math.min(...hashed) > 1.5 * free);
});

test("sprayed bundles are the expanded tree: two tiers, 2:1, all hosts of a leaf at once", () => {
  // Four hosts a leaf over two uplinks: a shift by one leaf sends 4·B over 2·B.
  const made = bareFatTree({ portCount: 16, portsPerLeaf: 4, uplinksPerLeaf: 2, spineRadix: 8 });
  const graph = sceneGraph(made, 16, { routing: { kind: "spray" } });
  const uplink = graph.linkTiers.find((tier) => tier.kind === "uplink");
  deepEqual([uplink?.linkBytesPerS, uplink?.linkCount], [100e9, 8]);
  equal(graph.linkName(linkId(32)), "leaf-0 → all spines");
  const order = Int32Array.from({ length: 16 }, (_, i) => (i % 4) * 4 + (i >> 2));
  const head = { collective: "all-reduce", algorithm: "ring", sizeBytes: GIB, order } as const;
  const { durationS } = collectiveTime(graph, head).timeline;
  // Twelve of sixteen messages go to the next leaf and four (3 → 0) too: all cross, at B/2.
  const expected = 30 * (GIB / 16 / 25e9 + 2e-6);
  ok(Math.abs(durationS - expected) <= 1e-9 * expected, `${durationS} is ${expected}`);
});

test("a routing that the fabric does not have is refused", () => {
  const code = { code: "unsupported-routing" };
  throws(() => sceneGraph(bareTorus([4]), 4, { routing: ecmp(1) }), code);
  throws(() => sceneGraph(bareSwitch(4), 4, { routing: { kind: "spray" } }), code);
  throws(() => sceneGraph(PODS, 64, { routing: { kind: "dimension-order" } }), code);
  throws(() => sceneGraph(PODS, 64, { routing: { kind: "spray" }, failed: ["core-0"] }), code);
  equal(sceneGraph(bareTorus([4]), 4, { routing: { kind: "dimension-order" } }).family, "torus");
  throws(() => sceneGraph(PODS, 64, { routing: { kind: "valiant", seed: 1 } }), code);
  throws(() => sceneGraph(bareTorus([4]), 4, { routing: { kind: "adaptive", seed: 1 } }), code);
  throws(() => sceneGraph(PODS, 64, { queuePairCount: 4 }), code);
});

/** Every host of a group to its counterpart of the next group, all at once. */
function toNextGroup(hosts: number, inGroup: number, bytes: number): Program {
  const source = Int32Array.from({ length: hosts }, (_, i) => i);
  return {
    ...{ collective: "all-to-all", algorithm: "shift", rankCount: hosts, sizeBytes: bytes },
    steps: [
      {
        ...{ name: "shift", repeat: 1, source },
        target: source.map((i) => (i + inGroup) % hosts),
        messageBytes: new Float64Array(hosts).fill(bytes),
        part: () => ({ from: 0, to: 1, reduces: false }),
      },
    ],
  };
}

test("Valiant relieves the one link between neighboring groups; adaptive does better yet", () => {
  // Nine groups of eight hosts, one link to each other group: minimal puts eight on one link.
  const cluster = dragonfly(9, 2);
  const program = toNextGroup(72, 8, 1e8);
  const time = (routing: Routing): number =>
    runProgram(program, sceneGraph(cluster, 72, { routing }), { verify: true }).durationS;
  const minimal = time({ kind: "minimal" });
  const expected = 8 * (1e8 / 50e9);
  ok(Math.abs(minimal - expected) < 3e-6, `${minimal} is ${expected}`);
  const valiant = [1, 2, 3, 4, 5].map((seed) => time({ kind: "valiant", seed }));
  valiant.sort((a, b) => a - b);
  ok(at(valiant, 2) < 0.9 * minimal, String(valiant));
  const adaptive = time({ kind: "adaptive", seed: 1 });
  ok(adaptive < at(valiant, 2), `${adaptive} and ${at(valiant, 2)}`);
});

test("adaptive routing places a permutation better than any of eight hashes", () => {
  const order = orderOf({ kind: "random", seed: 5 }, 64);
  const head = { collective: "all-reduce", algorithm: "ring", sizeBytes: GIB, order } as const;
  const time = (routing: Routing): number =>
    collectiveTime(sceneGraph(PODS, 64, { routing }), head).timeline.durationS;
  const hashedS = Array.from({ length: 8 }, (_, seed) => time(ecmp(seed)));
  const adaptiveS = time({ kind: "adaptive", seed: 1 });
  ok(adaptiveS < Math.min(...hashedS), `${adaptiveS} and ${hashedS.join()}`);
});

test("several queue pairs even out collisions, and carry the same bytes", () => {
  const order = orderOf({ kind: "random", seed: 5 }, 64);
  const run = (queuePairCount: number) =>
    collectiveTime(sceneGraph(PODS, 64, { routing: ecmp(2), queuePairCount }), {
      ...{ collective: "all-reduce", algorithm: "ring", sizeBytes: GIB, order, queuePairCount },
    }).timeline;
  const [one, eight] = [run(1), run(8)];
  ok(eight.durationS < 0.8 * one.durationS, `${eight.durationS} and ${one.durationS}`);
  // All bytes leave by the hosts' own links, the first of them in the graph.
  const sum = (bytes: Float64Array): number => bytes.subarray(0, 128).reduce((a, b) => a + b, 0);
  ok(Math.abs(sum(eight.linkBytes) - sum(one.linkBytes)) < 1e-9 * sum(one.linkBytes));
});

test("parts of a split message are its bytes, once each", () => {
  const whole = toNextGroup(8, 2, 12);
  const step = at(splitProgram(whole, 4).steps, 0);
  deepEqual([step.source.length, at(step.messageBytes, 31)], [32, 3]);
  deepEqual(
    [1, 9, 17, 25].map((m) => step.part(m, 0)),
    [0, 1, 2, 3].map((q) => ({ from: q / 4, to: (q + 1) / 4, reduces: false })),
  );
});

test("failed cables are gone round by adaptive ways too", () => {
  const graph = sceneGraph(dragonfly(5, 1), 40, {
    routing: { kind: "adaptive", seed: 1 },
    failed: ["group-0/switch-0"],
  });
  throws(() => runProgram(toNextGroup(40, 8, 1e6), graph), /no way left from rank 0/);
});
