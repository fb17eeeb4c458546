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

test("three tiers or two planes are refused, and the nearest that can run is named", async () => {
  for (const [id, near] of [
    ["superpod-b200-16su", "superpod-b200-8su"],
    ["superpod-b300-ethernet-1su", "superpod-b300-xdr-1su"],
    ["superpod-b300-ethernet-16su", "superpod-b300-xdr-18su"],
  ] as const) {
    const issues = await issuesFrom(readCluster(id));
    deepEqual(
      issues.map(({ code }) => code),
      ["not-simulated"],
    );
    ok(issues[0]?.nextStep.startsWith(`take ${near};`), issues[0]?.nextStep);
    equal((await readDesign(id)).cluster, undefined);
  }
});

test("a design of a file is told by its path", async () => {
  const path = written("mine.yaml", text("  nodes: 257"));
  const [issue] = await issuesFrom(readCluster(path));
  ok(issue?.nextStep.includes(`fabricast bom ${path}`));
  equal((await readDesign(path)).reference, path);
  // 2,048 endpoints are two tiers; the port of a manager is one too many.
  equal(
    (await issuesFrom(readCluster(written("a.yaml", text("  nodes: 256\n  otherPorts: 1")))))
      .length,
    1,
  );
  equal((await readDesign(written("b.yaml", text("  nodes: 256")))).cluster?.id, "mine");
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
