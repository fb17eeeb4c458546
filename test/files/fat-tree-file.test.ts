/** Fat trees as files: a third tier, given spines, knobs; and ports that do not add up. */
import { deepEqual, ok } from "node:assert/strict";
import { test } from "vitest";
import { readCluster } from "../../src/files/cluster.ts";
import type { Cluster, FatTreeFabric } from "../../src/records/cluster.ts";
import { issuesFrom } from "./support.ts";

const tree = ({ fabric }: Cluster): FatTreeFabric => {
  ok(fabric.kind === "fat-tree");
  return fabric;
};

const set = (...changes: string[]) => ({
  set: changes.map((change) => {
    const [path = "", value = ""] = change.split("=");
    return { path, value };
  }),
});

test("the large bare trees are non-blocking at every tier", async () => {
  for (const hosts of [131072, 1048576]) {
    const fabric = tree(await readCluster(`bare-fat-tree-${hosts}`));
    ok(fabric.core !== undefined);
    deepEqual([fabric.portCount, fabric.portsPerLeaf], [hosts, fabric.uplinksPerLeaf]);
    const { leavesPerPod, uplinksPerSpine, coreRadix, link } = fabric.core;
    deepEqual([leavesPerPod, uplinksPerSpine], [uplinksPerSpine, fabric.spineRadix / 2]);
    deepEqual(coreRadix * leavesPerPod * fabric.portsPerLeaf, hosts);
    deepEqual([link.rateBytesPerS.value, link.latencyS.value], [50e9, 500e-9]);
  }
});

test("knobs set the fields they stand for", async () => {
  const fabric = tree(await readCluster("bare-fat-tree-2l", set("hosts=4096", "hostsPerLeaf=64")));
  const { portCount, portsPerLeaf, uplinksPerLeaf, spines } = fabric;
  deepEqual([portCount, portsPerLeaf, uplinksPerLeaf, spines], [4096, 64, 64, 64]);
});

test("ports that do not add up are named, with how many are missing", async () => {
  const cases = [
    ["/fabric/core/leavesPerPod", "too-many-ports", "fabric.core.leavesPerPod=40"],
    ["/fabric/core/coreRadix", "too-many-ports", "fabric.core.coreRadix=63"],
    ["/fabric/spines", "does-not-divide", "fabric.spines=48"],
    ["/fabric/spines", "too-many-ports", "fabric.spines=32"],
  ] as const;
  for (const [pointer, code, change] of cases) {
    const found = await issuesFrom(readCluster("bare-fat-tree-131072", set(change)));
    deepEqual(
      found.map((issue) => [issue.pointer, issue.code]),
      [[pointer, code]],
    );
  }
  // 40 leaves need 40 ports of a spine that look down; 64 − 32 = 32 do.
  const [pods] = await issuesFrom(
    readCluster("bare-fat-tree-131072", set("fabric.core.leavesPerPod=40")),
  );
  ok(pods?.nextStep.startsWith("add 8 ports"));
});

test("rails count leaves by groups of nodes, and ask spines for as many ports", async () => {
  const made = await readCluster("h100-fat-tree-1to1", set("fabric.rails=true"));
  ok(tree(made).rails === true);
  const found = await issuesFrom(
    readCluster("h100-fat-tree-1to1", set("fabric.rails=true", "fabric.ports=16384")),
  );
  deepEqual(
    found.map((issue) => issue.code),
    ["too-many-ports"],
  );
});

test("a twist needs a last dimension twice as long as the others", async () => {
  const torus = "bare-torus-4x4x4";
  const [issue] = await issuesFrom(readCluster(torus, set("fabric.twisted=true")));
  deepEqual([issue?.pointer, issue?.code], ["/fabric/shapes/0", "out-of-range"]);
  const made = await readCluster(torus, set("fabric.twisted=true", "fabric.shapes=[[4,4,8]]"));
  ok(made.fabric.kind === "torus" && made.fabric.twisted === true);
});
