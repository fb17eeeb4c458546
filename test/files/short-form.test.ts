/** Clusters in one line, and parts that a cluster file defines for itself. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { readCluster, readDesign } from "../../src/files/cluster.ts";
import { isShortForm } from "../../src/files/short-form.ts";
import { issuesFrom, written } from "./support.ts";

const fabricOf = async (text: string) => (await readCluster(text)).fabric;

test("a number of nodes makes a short form, ids and paths do not", () => {
  const forms = ["128 x dgx-h100, a, b", "1,024 × host, torus", "8*host"];
  deepEqual(forms.map(isShortForm), [true, true, true]);
  for (const other of ["h100-torus", "8x8.yaml", "./1 x.yaml", "128"]) {
    equal(isShortForm(other), false, other);
  }
});

test("rail fat tree 2:1: 40 nodes a leaf, 20 up, on switches of 64 ports", async () => {
  const cluster = await readCluster("128 x dgx-h100, rail fat tree 2:1, 400G");
  const { fabric, node } = cluster;
  ok(fabric.kind === "fat-tree");
  // 64/3 = 21 units; 20 is the next below that fours divide.
  deepEqual(
    [fabric.portCount, fabric.portsPerLeaf, fabric.uplinksPerLeaf, fabric.spineRadix],
    [1024, 40, 20, 64],
  );
  deepEqual([fabric.rails, node.acceleratorCount], [true, 8]);
  equal(fabric.link.rateBytesPerS.value, 50e9);
  equal(cluster.id, "128-x-dgx-h100-rail-fat-tree-2-1-400g");
  equal(cluster.bill.leafSwitch?.id, "qm9700");
});

test("commas part words, not numbers, with a space behind them or without", async () => {
  for (const text of ["1,024 x host,fat tree 2:1,400G", "1024 x host, fat tree 2:1, 400G"]) {
    const fabric = await fabricOf(text);
    ok(fabric.kind === "fat-tree");
    deepEqual([fabric.portCount, fabric.portsPerLeaf], [1024, 40]);
  }
});

test("a third tier is added where two do not reach", async () => {
  // 1,024 nodes are 8,192 ports, 256 leaves of 32: more than a spine of 64 ports joins.
  const three = await fabricOf("1,024 x dgx-h100, fat tree, 400G");
  ok(three.kind === "fat-tree");
  deepEqual(three.core?.leavesPerPod, 32);
  const two = await fabricOf("256 x dgx-h100, fat tree, 400G");
  ok(two.kind === "fat-tree" && two.core === undefined);
});

test("planes, rail-only, tori, meshes and the families without tiers", async () => {
  const planes = await fabricOf("64 x dgx-h100, 2-plane fat tree, 400G");
  ok(planes.kind === "fat-tree");
  deepEqual([planes.planeCount, planes.portsPerLeaf], [2, 64]);
  const rails = await fabricOf("64 x dgx-h100, rail-only fat tree, 400G");
  ok(rails.kind === "fat-tree" && rails.railOnly === true);
  const torus = await fabricOf("64 x host, torus 4x4x4, 200G");
  ok(torus.kind === "torus");
  deepEqual([torus.shapes, torus.wrapLengthMin], [[[4, 4, 4]], 1]);
  equal(torus.link.rateBytesPerS.value, 25e9);
  const mesh = await fabricOf("8 x host, mesh 4x2, 400G");
  ok(mesh.kind === "torus" && mesh.wrapLengthMin > 4);
  // 1,024 ports: p = 4, a = 8, h = 4 hold up to 33 groups of 32; 32 are needed.
  const dragonfly = await fabricOf("128 x dgx-h100, dragonfly, 400G");
  ok(dragonfly.kind === "dragonfly");
  deepEqual(
    [dragonfly.groupCount, dragonfly.switchesPerGroup, dragonfly.hostsPerSwitch],
    [32, 8, 4],
  );
  equal((await fabricOf("1056 x host, dragonfly 33x8x4x4, 400G")).kind, "dragonfly");
  const hyperx = await fabricOf("128 x dgx-h100, hyperx 8x8, 400G");
  ok(hyperx.kind === "hyperx" && hyperx.hostsPerSwitch === 16);
  const slimFly = await fabricOf("25 x dgx-h100, slim fly, 400G");
  ok(slimFly.kind === "slim-fly");
  deepEqual([slimFly.elementCount, slimFly.hostsPerSwitch], [5, 4]);
  equal((await fabricOf("8 x host, switch, 100G")).kind, "switch");
});

test("a switch may be named; its ports count", async () => {
  const fabric = await fabricOf("72 x dgx-b300, fat tree, 800G, q3400");
  ok(fabric.kind === "fat-tree");
  deepEqual([fabric.portsPerLeaf, fabric.spineRadix], [72, 144]);
});

test("complaints name the column of the words they are about", async () => {
  for (const [text, column, code] of [
    ["128 x dgx-h100, rail fat tree 2:1", 17, "bad-short-form"],
    ["128 x dgx-h10, rail fat tree 2:1, 400G", 1, "unknown-part"],
    ["0 x dgx-h100, fat tree, 400G", 1, "bad-short-form"],
    ["128 x dgx-h100, fat three, 400G", 17, "bad-short-form"],
    ["128 x dgx-h100, fat tree 0:1, 400G", 17, "bad-short-form"],
    ["128 x dgx-h100, fat tree 1:1, fast", 31, "bad-short-form"],
    ["128 x dgx-h100, fat tree 1:1, 0G", 31, "out-of-range"],
    ["64 x host, torus 8x8x8, 400G", 12, "bad-short-form"],
    ["4 x host, torus 2x2, 400G", 11, "out-of-range"],
    ["900 x dgx-h100, rail-only fat tree, 400G, qm97", 43, "unknown-part"],
    ["72 x host, slim fly 6, 400G", 12, "no-such-size"],
  ] as const) {
    const [issue] = await issuesFrom(readDesign(text));
    deepEqual(
      [issue?.file, issue?.line, issue?.column, issue?.code],
      [...["--cluster", 1, column, code]],
      text,
    );
  }
});

test("a torus size of two asks what its wrap means, and takes the answer", async () => {
  const text = "8 x host, torus 2x2x2, 400G";
  const [issue] = await issuesFrom(readCluster(text));
  ok(issue?.expected.includes("a second cable between the same two nodes"), issue?.expected);
  const set = [{ path: "fabric.wrapLengthMin", value: "1" }];
  equal((await readCluster(text, { set })).fabric.kind, "torus");
});

const OWN = `id: mine
name: Mine
summary: mine
parts:
  box: { kind: switch, name: My box, ports: 20, latency: 300 ns, price: 9000 USD }
  wire: { kind: link, rate: 300 Gb/s, latency: 90 ns }
  node: { name: my node, accelerators: 4, scaleUp: { rate: 100 GB/s, latency: 0 ns } }
node: node
fabric: { kind: hyperx, shape: [3, 3], hostsPerSwitch: 8, link: wire, localLink: wire, switch: box }
`;

test("parts of the file itself stand where their ids are, and are yours", async () => {
  const { fabric, node, bill } = await readCluster(written("own.yaml", OWN));
  ok(fabric.kind === "hyperx");
  equal(fabric.switchLatencyS.value, 300e-9);
  deepEqual(
    [fabric.link.rateBytesPerS.value, fabric.link.rateBytesPerS.provenance],
    [37.5e9, "yours"],
  );
  equal(node.acceleratorCount, 4);
  deepEqual([bill.leafSwitch?.id, bill.leafSwitch?.priceUsd?.value], ["box", 9000]);
});

test("a mistake in a part of the file's own is named where it stands", async () => {
  const torn = OWN.replace("300 Gb/s", "300 Gb").replace("ports: 20", "ports: 11");
  const issues = await issuesFrom(readCluster(written("own.yaml", torn)));
  ok(
    issues.every(({ line }) => line === 6),
    JSON.stringify(issues),
  );
  // 8 hosts + 2 + 2 = 12 ports of 11: the switch is one short.
  const short = OWN.replace("ports: 20", "ports: 11");
  const [issue] = await issuesFrom(readCluster(written("own.yaml", short)));
  deepEqual([issue?.line, issue?.code], [9, "too-many-ports"]);
  ok(issue?.expected.includes("1 missing"), issue?.expected);
  ok(issue?.nextStep.includes("or a switch of at least 12 ports"), issue?.nextStep);
});
