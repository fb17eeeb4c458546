/** Fat trees by rule: simulated where two tiers in one plane reach, refused with a neighbor. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { readCluster, readDesign } from "../../src/files/cluster.ts";
import { issuesFrom, written } from "./support.ts";

const text = (fabric: string): string =>
  [
    ...["id: mine", "name: Mine", "summary: mine", "node: dgx-b200", "fabric:"],
    ...["  kind: non-blocking", "  switch: qm9700", "  link: link-400g-host"],
    ...["  uplink: link-400g-switch", "  cable: link-400g-switch", fabric, ""],
  ].join("\n");

test("a design of two tiers is a fat tree with half of each leaf's ports down", async () => {
  const { fabric } = await readCluster(written("mine.yaml", text("  nodes: 100")));
  ok(fabric.kind === "fat-tree");
  deepEqual(
    [fabric.portCount, fabric.portsPerLeaf, fabric.uplinksPerLeaf, fabric.spineRadix],
    [800, 32, 32, 64],
  );
  equal(fabric.size, "whole");
});

test("where two tiers do not reach, cores join pods of half as many leaves as ports", async () => {
  // 2,048 endpoints are two tiers of 64 ports; the port of a manager is one too many.
  for (const [more, isThreeTiers] of [
    ["  nodes: 256", false],
    ["  nodes: 256\n  otherPorts: 1", true],
    ["  nodes: 257", true],
  ] as const) {
    const { fabric } = await readCluster(written("mine.yaml", text(more)));
    ok(fabric.kind === "fat-tree");
    equal(fabric.core !== undefined, isThreeTiers, more);
    if (fabric.core === undefined) continue;
    deepEqual([fabric.core.leavesPerPod, fabric.core.uplinksPerSpine], [32, 32]);
  }
});

test("two planes double a switch's ports and are one tree of the whole rate", async () => {
  const { fabric } = await readCluster("superpod-b300-ethernet-16su");
  ok(fabric.kind === "fat-tree");
  // 64 ports of 800 Gb/s, wired as 128 of 400.
  deepEqual([fabric.planeCount, fabric.portsPerLeaf, fabric.spineRadix], [2, 64, 128]);
  equal(fabric.link.rateBytesPerS.value, 100e9);
});

test("more nodes than three tiers reach are refused at their line", async () => {
  // 64³ / 4 = 65,536 endpoints.
  ok(await readDesign(written("a.yaml", text("  nodes: 8192"))));
  const issues = await issuesFrom(readDesign(written("b.yaml", text("  nodes: 8193"))));
  deepEqual(
    issues.map(({ code, pointer }) => `${code} ${pointer}`),
    ["too-many-ports /fabric/nodes"],
  );
});
