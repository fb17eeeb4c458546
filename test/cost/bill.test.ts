import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { exactSum } from "../../src/base/sum.ts";
import { billOfMaterials } from "../../src/cost/bill.ts";
import {
  ACCELERATOR,
  FAT_TREE_64,
  PARTS,
  TORUS_64,
  cluster,
  graph,
  part,
} from "./small-clusters.ts";

test("64 H100 on a 2:1 fat tree: 8 nodes, 2 leaves, a spine and 96 cables", () => {
  // Cables: 128/2 to the nodes and 64/2 to the spine; NVLink comes with the node.
  const bill = billOfMaterials(cluster(PARTS, ACCELERATOR), FAT_TREE_64);
  deepEqual(
    bill.lines.map(({ name, count, totalUsd }) => [name, count, totalUsd]),
    [
      ["NODE", 8, 2_400_000],
      ["LEAF", 2, 80_000],
      ["SPINE", 1, 50_000],
      ["CABLE", 96, 96_000],
    ],
  );
  // 2,400,000 + 80,000 + 50,000 + 96,000.
  equal(bill.capitalUsd, 2_626_000);
  // 64 · 1,000 + 2 · 1,500 + 2,000 W.
  equal(bill.powerW, 69_000);
  equal(bill.rankCount, 64);
});

test("a torus of nodes with four cables each has 32 of them, and no switches", () => {
  const { node, link } = PARTS;
  const parts = { ...(node && { node }), ...(link && { link }), cablesPerNode: 4 };
  const bill = billOfMaterials(cluster(parts, ACCELERATOR), TORUS_64);
  deepEqual(
    bill.lines.map(({ name, count }) => [name, count]),
    [
      ["NODE", 8],
      ["CABLE", 32],
    ],
  );
  equal(bill.capitalUsd, 2_432_000);
  equal(bill.powerW, 64_000);
});

test("a torus that does not say how many cables it needs is counted by its links", () => {
  // x, y and z with 8 directed links each: 12 cables; neither NVLink nor the way to the NIC.
  const bill = billOfMaterials(cluster(PARTS, ACCELERATOR), TORUS_64);
  equal(bill.lines.find(({ partClass }) => partClass === "link")?.count, 12);
});

test("a part without a price has a count, no total, and takes the capital with it", () => {
  const unsold = { ...PARTS, node: part("tpu host", "node", {}) };
  const bill = billOfMaterials(cluster(unsold, ACCELERATOR), FAT_TREE_64);
  deepEqual(bill.lines[0], { partId: "tpu host", name: "TPU HOST", partClass: "node", count: 8 });
  equal("capitalUsd" in bill, false);
  equal(bill.lines[1]?.totalUsd, 80_000);
  equal(bill.powerW, 69_000);
});

test("a bare cluster lists what it is made of, without money or power", () => {
  const bare = graph("switch", { vertices: { host: 64, switch: 1 }, links: { host: 128 } });
  const hosts = cluster({});
  const bill = billOfMaterials({ ...hosts, node: { ...hosts.node, acceleratorCount: 1 } }, bare);
  deepEqual(
    bill.lines.map(({ name, count }) => [name, count]),
    [
      ["box of eight", 64],
      ["leaf switch", 1],
      ["cable", 64],
    ],
  );
  equal(bill.capitalUsd, undefined);
  equal(bill.powerW, undefined);
});

test("what stands there is paid for, also where the job leaves it idle", () => {
  // A job of 4 ranks on one of the 8 nodes.
  const small = { ...FAT_TREE_64, rankCount: 4, ranksPerNode: 4, nodeCount: 1 };
  const bill = billOfMaterials(cluster(PARTS, ACCELERATOR), small);
  equal(bill.lines[0]?.count, 8);
  equal(bill.powerW, 69_000);
});

test("half a node is our bug", () => {
  const half = graph("fat-tree", { vertices: { accelerator: 12 }, links: {} });
  throws(() => billOfMaterials(cluster(PARTS), half), { name: "InvariantError" });
});

test("power is unknown if one switch's is", () => {
  const parts = { ...PARTS, leafSwitch: part("leaf", "switch", { priceUsd: 1 }) };
  const bill = billOfMaterials(cluster(parts, ACCELERATOR), FAT_TREE_64);
  equal(bill.powerW, undefined);
});

test("the bill of another cluster's graph is our bug", () => {
  const other = { ...FAT_TREE_64, clusterId: "d" };
  throws(() => billOfMaterials(cluster(PARTS), other), { name: "InvariantError" });
});

test("the lines of any bill sum to its capital exactly", () => {
  const price = fc.nat(30_000_000).map((thirds) => thirds / 3);
  const count = fc.integer({ min: 1, max: 5000 });
  fc.assert(
    fc.property(price, price, price, price, count, count, (a, b, c, d, leaf, cables) => {
      const parts = {
        node: part("node", "node", { priceUsd: a }),
        leafSwitch: part("leaf", "switch", { priceUsd: b }),
        spineSwitch: part("spine", "switch", { priceUsd: c }),
        link: part("cable", "link", { priceUsd: d }),
      };
      const counts = {
        vertices: { accelerator: 64, leaf, spine: 3 },
        links: { host: 2 * cables, uplink: 6 },
      };
      const { lines, capitalUsd } = billOfMaterials(cluster(parts), graph("fat-tree", counts));
      equal(lines.length, 4);
      equal(exactSum(lines.map(({ totalUsd }) => totalUsd ?? Number.NaN)), capitalUsd);
      deepEqual(
        lines.map((line) => line.totalUsd),
        [8 * a, leaf * b, 3 * c, (cables + 3) * d],
      );
    }),
    { seed: 11, numRuns: 200 },
  );
});
