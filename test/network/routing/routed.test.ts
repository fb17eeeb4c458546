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
import { bareFatTree, barePods, bareSwitch, bareTorus } from "../../support/clusters.ts";

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
});
