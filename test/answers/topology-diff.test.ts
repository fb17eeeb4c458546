/** Designed against found: missing, surplus and miscabled links, by the names of boxes. */
import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "vitest";
import { namedFabricOf, wiringDifference } from "../../src/answers/topology-diff.ts";
import { readCluster } from "../../src/files/cluster.ts";
import type { NamedFabric } from "../../src/records/wiring-difference.ts";
import { differenceLines } from "../../src/report/topology-diff.ts";

const named = (cables: readonly string[], hosts: readonly string[] = []): NamedFabric => ({
  name: "f",
  hasHostNames: true,
  hosts: hosts.map((one) => ({
    name: one.split("-")[0] ?? "",
    switchName: one.split("-")[1] ?? "",
  })),
  cables: cables.map((one) => ({ from: one.charAt(0), to: one.charAt(1), count: 1 })),
});

test("the same cables in another order and direction are no difference", () => {
  const { missing, surplus, miscabled, sameCount } = wiringDifference(
    named(["ab", "ab", "cd"], ["h-a"]),
    named(["dc", "ba", "ab"], ["h-a"]),
  );
  deepEqual([missing, surplus, miscabled, sameCount], [[], [], [], 4]);
});

test("two swapped cables are two at the wrong end, neither missing nor surplus", () => {
  // Designed a–b and c–d; found a–d and c–b: from a the cable goes to d, from c to b.
  const { missing, surplus, miscabled } = wiringDifference(
    named(["ab", "cd"]),
    named(["ad", "cb"]),
  );
  deepEqual([missing, surplus], [[], []]);
  deepEqual(miscabled, [
    { at: "a", designed: "b", found: "d", count: 1 },
    { at: "c", designed: "d", found: "b", count: 1 },
  ]);
});

test("what has no partner is missing or surplus, with its number", () => {
  const difference = wiringDifference(named(["ab", "ab", "ab"]), named(["ab", "cd"]));
  deepEqual(difference.missing, [{ from: "a", to: "b", count: 2 }]);
  deepEqual(difference.surplus, [{ from: "c", to: "d", count: 1 }]);
  deepEqual(differenceLines(difference), [
    "1 cables as designed, 2 missing, 1 surplus, 0 at the wrong end",
    "missing: a – b (2)",
    "surplus: c – d (1)",
  ]);
});

test("hosts are compared by name, or counted where a side has none", () => {
  const design = named(["ab"], ["h-a", "i-a"]);
  const found = named(["ab"], ["i-a", "h-b"]);
  deepEqual(wiringDifference(design, found).miscabled, [
    { at: "h", designed: "a", found: "b", count: 1 },
  ]);
  const numbered = wiringDifference({ ...design, hasHostNames: false }, found);
  deepEqual(numbered.missing, [{ from: "a", to: "hosts", count: 1 }]);
  deepEqual(numbered.surplus, [{ from: "b", to: "hosts", count: 1 }]);
});

test("a cluster's cables are those of its graph, each once; tori have no switches", async () => {
  // Seven pairs, the chord twice: 8 cables; 2 hosts on each of 6 switches.
  const ring = namedFabricOf(await readCluster("bare-ring-custom"));
  equal(ring.cables.length, 8);
  equal(ring.hosts.length, 12);
  const { sameCount, missing } = wiringDifference(ring, ring);
  deepEqual([sameCount, missing], [20, []]);
  const torus = await readCluster("bare-torus-4x4x4");
  throws(() => namedFabricOf(torus), /without switches/);
  const tree = namedFabricOf(await readCluster("bare-fat-tree-2l"));
  equal(wiringDifference(tree, tree).sameCount, tree.cables.length + tree.hosts.length);
});
