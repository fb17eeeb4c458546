/** What is left of a fabric after failures: all of them, or a sample that says so. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { checkTopology } from "../../src/answers/topology-check.ts";
import { drawnGroups } from "../../src/answers/drawn-groups.ts";
import { fabricEnds } from "../../src/answers/fabric-ends.ts";
import { answerTopology } from "../../src/answers/topology.ts";
import { readDesign } from "../../src/files/cluster.ts";
import { buildGraph } from "../../src/network/topology/build.ts";
import { checkText } from "../../src/report/topology-check.ts";
import type { CustomFabric } from "../../src/records/fabric.ts";
import { BARE_LINK, bareFatTree, bareTorus, direct, dragonfly } from "../support/clusters.ts";

const ring = (n: number) =>
  direct<CustomFabric>({
    kind: "custom",
    switches: Array.from({ length: n }, (_, s) => `s${s}`),
    hostCounts: Array.from({ length: n }, () => 1),
    cables: Array.from({ length: n }, (_, s) => {
      return { aId: s, bId: (s + 1) % n, count: 1, link: BARE_LINK };
    }),
  });

test("any one cable of a ring may fail, any two part it", () => {
  const one = checkTopology(ring(6), { failedCount: 1, seed: 1 });
  deepEqual([one.possibleCount, one.triedCount, one.cutCount, one.seed], [6, 6, 0, undefined]);
  // One of two ways round is left of the two.
  equal(one.bisectionBytesPerS, 2 * 50e9);
  equal(one.leastBisectionBytesPerS, 50e9);
  const two = checkTopology(ring(6), { failedCount: 2, seed: 1 });
  // 6·5/2 pairs.
  deepEqual([two.possibleCount, two.triedCount, two.cutCount], [15, 15, 15]);
  deepEqual(two.cuts[0], { cables: ["s0 → s1", "s1 → s2"], ranks: [0, 1] });
  equal(two.leastBisectionBytesPerS, 0);
});

test("a tree with one uplink to each of four spines bears three failures, not four", () => {
  const tree = bareFatTree({ portCount: 8, portsPerLeaf: 4, uplinksPerLeaf: 4, spineRadix: 2 });
  const bears = (failedCount: number) => checkTopology(tree, { failedCount, seed: 1 });
  // Two leaves, eight cables; a spine is of use only with both its cables: four failures, one
  // at each spine or all of a leaf, part the leaves: 2^4 choices of one cable a spine.
  deepEqual([bears(3).cutCount, bears(3).triedCount], [0, 56]);
  deepEqual([bears(4).cutCount, bears(4).triedCount], [16, 70]);
});

test("too many failures are sampled by a seed, and the text says so", () => {
  const torus = bareTorus([4, 4, 4]);
  const check = checkTopology(torus, { failedCount: 4, seed: 5 });
  equal(check.seed, 5);
  equal(check.triedCount, 2000);
  // Each of so many sets equally likely: 192·191·190·189 / 24 of them.
  equal(check.possibleCount, 54_870_480);
  ok(checkText(check).includes("drawn by seed 5"));
  ok(checkText(check).includes("none of them parts any of the 64 ranks"));
});

test("rails that do not meet must each hold together", async () => {
  // Two leaves a rail for 16 nodes, eight cables up from each.
  const set = ["portsPerLeaf", "uplinksPerLeaf"].map((key) => ({
    path: `fabric.${key}`,
    value: "8",
  }));
  const rails = (await readDesign("h100-rail-only", { set })).cluster;
  const check = checkTopology(rails, { failedCount: 1, seed: 1, rankCount: 128 });
  equal(check.cableCount, 16 * 8);
  deepEqual([check.cutCount, check.triedCount], [0, check.cableCount]);
});

test("groups are drawn with their boxes, ports and bundles", () => {
  const { groups, bundles, groupKind } = drawnGroups(buildGraph(dragonfly(5, 1), 40));
  equal(groupKind, "group");
  equal(groups.length, 5);
  for (const group of groups) {
    deepEqual([group.boxCount, group.hostPortCount, group.insideCableCount], [4, 8, 6]);
  }
  deepEqual(bundles.map(({ aId, bId, cableCount }) => `${aId}-${bId}:${cableCount}`).slice(0, 4), [
    "0-1:1",
    "0-2:1",
    "0-3:1",
    "0-4:1",
  ]);
  equal(answerTopology(ring(6)).family, "custom");
});

test("bisection is by formula where there is one, else measured, and says which", async () => {
  const by = async (id: string) => fabricEnds(await readDesign(id)).isMeasured;
  deepEqual(await Promise.all(["h100-dragonfly", "bare-slim-fly-5", "bare-torus-4x4x4"].map(by)), [
    false,
    true,
    false,
  ]);
});
