/**
 * Bills of the shipped designs against NVIDIA's published counts. The full bill of four
 * units of H100: RA-11333-001 V11, tables 7 and 8, as collected in the Rackula project's
 * survey of DGX racks (2026-09-13).
 */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { answerBill, countsOf } from "../../src/answers/bill.ts";
import { Refusal } from "../../src/base/errors.ts";
import { exactSum } from "../../src/base/sum.ts";
import { countsByRule, countsOfGraph } from "../../src/cost/fabric-counts.ts";
import { readDesign } from "../../src/files/cluster.ts";
import { shippedIds } from "../../src/files/shipped.ts";
import { buildGraph } from "../../src/network/topology/build.ts";
import type { FabricCounts } from "../../src/records/fabric-plan.ts";
import type { MaterialBill, MaterialClass } from "../../src/records/material.ts";

const AS_OF = "2026-11-23";

const bill = async (id: string, rankCount?: number): Promise<MaterialBill> =>
  answerBill({ design: await readDesign(id), asOf: AS_OF }, rankCount);

const countOf = ({ rows }: MaterialBill, name: MaterialClass): number =>
  rows.find(({ materialClass }) => materialClass === name)?.count ?? 0;

const row = (counts: FabricCounts): readonly number[] => [
  ...[counts.acceleratorCount, counts.leafCount, counts.spineCount, counts.coreCount],
  ...[counts.hostLeafCableCount, counts.leafSpineCableCount, counts.spineCoreCableCount],
];

/** Design, accelerators, leaf, spine, core, cables of three tiers. */
const PUBLISHED: readonly (readonly [string, ...number[]])[] = [
  ["superpod-h100-1su", 248, 8, 4, 0, 252, 256, 0],
  ["superpod-h100-4su", 1016, 32, 16, 0, 1020, 1024, 0],
  ["superpod-b200-2su", 512, 16, 8, 0, 512, 512, 0],
  ["superpod-b200-4su", 1024, 32, 16, 0, 1024, 1024, 0],
  ["superpod-b200-8su", 2048, 64, 32, 0, 2048, 2048, 0],
  ["superpod-b200-16su", 4096, 128, 128, 64, 4096, 4096, 4096],
  ["superpod-b200-32su", 8192, 256, 256, 128, 8192, 8192, 8192],
  ["superpod-b200-64su", 16_384, 512, 512, 256, 16_384, 16_384, 16_384],
  ["superpod-b300-xdr-1su", 576, 8, 4, 0, 576, 576, 0],
  ["superpod-b300-xdr-2su", 1152, 16, 8, 0, 1152, 1152, 0],
  ["superpod-b300-xdr-4su", 2304, 32, 18, 0, 2304, 2304, 0],
  ["superpod-b300-xdr-8su", 4608, 64, 36, 0, 4608, 4608, 0],
  ["superpod-b300-xdr-18su", 10_368, 144, 72, 0, 10_368, 10_368, 0],
  ["superpod-b300-ethernet-1su", 512, 16, 8, 0, 512, 512, 0],
  ["superpod-b300-ethernet-2su", 1024, 32, 16, 0, 1024, 1024, 0],
  ["superpod-b300-ethernet-4su", 2048, 64, 32, 0, 2048, 2048, 0],
  ["superpod-b300-ethernet-8su", 4096, 128, 64, 0, 4096, 4096, 0],
  ["superpod-b300-ethernet-16su", 8192, 256, 128, 0, 8192, 8192, 0],
];

test("every shipped design holds what its published row says", async () => {
  const ids = (await shippedIds("cluster")).filter((id) => id.startsWith("superpod-"));
  deepEqual(ids, PUBLISHED.map(([id]) => id).sort());
  for (const [id, ...published] of PUBLISHED) {
    deepEqual(row(countsOf(await readDesign(id))), published, id);
  }
});

test("rule and graph count alike, but for managers: three tiers and planes too", async () => {
  let graphCount = 0;
  for (const [id] of PUBLISHED) {
    const design = await readDesign(id);
    const { rule, cluster } = design;
    if (rule === undefined) continue;
    graphCount++;
    const byRule = countsByRule(design, rule);
    const graph = buildGraph(cluster, byRule.acceleratorCount);
    deepEqual(countsOfGraph(cluster, graph), {
      ...byRule,
      hostLeafCableCount: byRule.hostLeafCableCount - rule.otherPortCount,
    });
  }
  // Two of H100, six of B200, five of XDR and five of Ethernet in two planes.
  equal(graphCount, 18);
});

test("four units of H100: the full bill, as far as published rules go", async () => {
  const whole = await bill("superpod-h100-4su");
  equal(countOf(whole, "node"), 127);
  equal(countOf(whole, "nic"), 1016);
  equal(countOf(whole, "leaf switch") + countOf(whole, "spine switch"), 48);
  // (32 · 64 + 16 · 64) / 2 and 127 · 4.
  equal(countOf(whole, "switch transceiver"), 1536);
  equal(countOf(whole, "node transceiver"), 508);
  // Published: 2,042 = 1,016 to the nodes + 1,024 between switches + 2 that no rule gives.
  const cables = countOf(whole, "host-leaf cable") + countOf(whole, "leaf-spine cable");
  equal(cables - countOf(whole, "fabric manager"), 1016 + 1024);
  equal(countOf(whole, "fabric manager"), 4);
  // 32 of the 38 racks and 96 of the 108 power units hold nodes; 16 out-of-band switches.
  equal(countOf(whole, "rack"), 32);
  equal(countOf(whole, "rack power unit"), 96);
  equal(countOf(whole, "management switch"), 16);
  // 548 storage, 304 in-band and 333 out-of-band cables and 4 management servers are not.
  for (const name of ["storage", "in-band", "out-of-band", "management servers", "racks"]) {
    ok(
      whole.notModeled.some((line) => line.includes(name)),
      name,
    );
  }
});

test("transceivers of switches fill all cages of leaves and those in use above", async () => {
  // 128 · 64 ports of leaves; spines use 4,096 down and 4,096 up, cores 4,096.
  equal(countOf(await bill("superpod-b200-16su"), "switch transceiver"), (128 * 64 + 3 * 4096) / 2);
  // Two planes: 256 leaves of 128 ports of 400G, and 2 · 8,192 ports of spines.
  const ethernet = await bill("superpod-b300-ethernet-16su");
  equal(countOf(ethernet, "switch transceiver"), (256 * 128 + 2 * 8192) / 2);
  // 8 leaves with 32 ports down and 16 up each, their 128 uplinks on the spines.
  equal(countOf(await bill("h100-fat-tree-2to1", 256), "switch transceiver"), (8 * 48 + 128) / 2);
});

test("a bill's total is the exact sum of its lines", async () => {
  const { rows, totalUsd } = await bill("h100-fat-tree-2to1", 256);
  equal(totalUsd, exactSum(rows.map((line) => line.totalUsd ?? 0)));
  // 32 nodes, 8 + 2 switches, 256 + 128 links: 9,920,000 + 360,000 + 491,520.
  equal(totalUsd, 10_771_520);
  for (const { count, unitUsd, totalUsd: all } of rows) {
    if (unitUsd !== undefined) equal(all, count * unitUsd.value);
  }
});

test("a design without a price for its nodes has no total, and says for which parts", async () => {
  const { totalUsd, unpriced } = await bill("superpod-b300-xdr-1su");
  equal(totalUsd, undefined);
  deepEqual(
    unpriced.map((model) => model.slice(0, 8)),
    ["DGX B300", "Quantum-", "800G lin"],
  );
});

test("chips of a torus are counted with three cables each", async () => {
  const pod = await bill("tpu-v5p", 64);
  equal(countOf(pod, "node"), 64);
  equal(countOf(pod, "torus cable"), 192);
  // A closed 4 × 4 × 4: two cuts of 16 links; two hops a dimension.
  equal(pod.counts.bisectionBytesPerS, 32 * 90e9);
  equal(pod.counts.diameterHopCount, 6);
});

test("bisection is that of the narrowest tier: half of it at 2 : 1", async () => {
  for (const [id, links] of [
    ["h100-fat-tree-1to1", 512],
    ["h100-fat-tree-2to1", 256],
    ["superpod-b200-16su", 2048],
  ] as const) {
    const counts = countsOf(await readDesign(id));
    equal(counts.bisectionBytesPerS, links * 50e9, id);
    equal(counts.diameterHopCount, id === "superpod-b200-16su" ? 6 : 4);
  }
});

test("racks hold what their power feeds, at least one node", async () => {
  const design = await readDesign("superpod-h100-4su");
  const racks = (rackMaxW: number): number =>
    countOf(answerBill({ design, rackMaxW, asOf: AS_OF }), "rack");
  // 10.2 kW a node: 100 kW would feed nine, the reference design puts four into one.
  equal(racks(100_000), 32);
  equal(racks(40_800), 32);
  equal(racks(40_799), 43); // ⌈127 / 3⌉
  equal(racks(10_200), 127);
  throws(() => racks(10_199), Refusal);
});

test("own prices take the place of shipped ones, and price what has none", async () => {
  const design = await readDesign("superpod-h100-1su");
  const own = (value: number) => ({
    ...{ value, source: "my quote", date: "2026-11-01" },
    provenance: "yours" as const,
  });
  const prices = new Map([
    ["dgx-h100", own(300_000)],
    ["rack", own(5_000)],
  ]);
  const plain = answerBill({ design, asOf: AS_OF });
  const mine = answerBill({ design, prices, asOf: AS_OF });
  // 31 nodes at 75,000 less, and 8 racks.
  equal((plain.totalUsd ?? 0) - (mine.totalUsd ?? 0), 31 * 75_000 - 8 * 5_000);
  equal(mine.rows.find(({ partId }) => partId === "dgx-h100")?.unitUsd?.provenance, "yours");
  ok(!mine.notInTotal.includes("rack"));
});

test("prices above 180 days on the day asked about are named once, with their age", async () => {
  const design = await readDesign("superpod-h100-1su");
  // 2025-03-03 to 2026-11-23; the last day of 2024-08 to then.
  deepEqual(answerBill({ design, asOf: AS_OF }).oldPrices, [
    "dgx-h100 (630 days)",
    "qm9700 (814 days)",
    "link-400g-switch (814 days)",
  ]);
  deepEqual(answerBill({ design, asOf: "2025-03-03" }).oldPrices.length, 2);
});

test("more ranks than a design holds are refused", async () => {
  const design = await readDesign("superpod-b200-16su");
  throws(() => countsOf(design, 4097), Refusal);
  equal(countsOf(design, 256).acceleratorCount, 4096);
});
