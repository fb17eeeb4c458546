/** Families of fabrics sized alike: what is equal is, what misses is told. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { compareFabrics } from "../../src/answers/compare-fabrics.ts";
import { expertExchange } from "../../src/answers/fabric-load.ts";
import { fabricCandidates } from "../../src/files/fabric-candidates.ts";
import { compareFabricsText } from "../../src/report/compare-fabrics.ts";

const REQUEST = { hostCount: 16, node: "hgx-h100", perNodeCount: 8 };
const names = ["fat-tree", "torus", "dragonfly"];
const FAMILIES = await Promise.all(
  names.map(async (family) => ({ family, candidates: await fabricCandidates(family, REQUEST) })),
);
const ASK = { families: FAMILIES, sizeBytes: 2 ** 24, seedCount: 4, asOf: "2026-11-24" };

test("every family is sized from parts with prices, thin to wide", () => {
  for (const { family, candidates } of FAMILIES) {
    ok(candidates.length > 1, family);
    for (const { cluster } of candidates) ok(cluster.bill.link?.priceUsd !== undefined, family);
  }
});

test("the first family misses nothing, others say by how much; money is that of the bill", () => {
  const { rows } = compareFabrics({ ...ASK, equal: "cost" });
  const [tree, torus, dragonfly] = rows;
  ok(tree !== undefined && torus !== undefined && dragonfly !== undefined);
  // 128 GPUs: 4 leaves and 2 spines at 36,000 USD, 256 cables at 1,280 USD.
  equal(tree.fabricUsd, 6 * 36_000 + 256 * 1280);
  equal(tree.missShare, 0);
  // A torus has half as many cables as cards: 64 at 1,280 USD, and no switch.
  equal(torus.fabricUsd, 64 * 1280);
  equal(torus.missShare, (64 * 1280) / (tree.fabricUsd ?? 0) - 1);
  deepEqual([tree.portCount, torus.portCount], [512, 128]);
  ok(Math.abs(dragonfly.missShare) < 0.2, String(dragonfly.missShare));
});

test("equal bisection takes the candidate nearest in it", () => {
  const { rows } = compareFabrics({ ...ASK, equal: "bisection" });
  const [tree, , dragonfly] = rows;
  // 128 ports of 50 GB/s: half of them cross.
  equal(tree?.bisectionBytesPerS, 64 * 50e9);
  ok(Math.abs(dragonfly?.missShare ?? 1) < 0.2);
});

test("seeds, a lost leaf and delivered bytes are reported; the table names routings", () => {
  const made = compareFabrics({ ...ASK, equal: "ports" });
  for (const row of made.rows) {
    ok(row.allReduceWorstS >= row.allReduceS);
    ok(row.failed.lostCount > 0 && row.failed.bisectionShare < 1);
    // Each of 128 ranks sends all of the size.
    ok(Math.abs(row.deliveredBytesPerS * row.exchangeS - 128 * 2 ** 24) < 1);
    const usd = (row.fabricUsd ?? 0) / (row.deliveredBytesPerS / 1e9);
    ok(Math.abs((row.usdPerGBPerS ?? 0) - usd) < 1e-9 * usd);
  }
  equal(made.rows[0]?.failed.lostCount, 32);
  const text = compareFabricsText(made);
  for (const word of ["hashed ECMP, 4 seeds", "dimension order", "miss in ports"]) {
    ok(text.includes(word), word);
  }
});

test("experts' exchange: every rank sends to all others of its group, across the cluster", () => {
  // 32 nodes of 2: four groups of 8 nodes; group g has nodes g, g + 4, g + 8 …
  const { program, groupRankCount, movedBytes } = expertExchange(64, 2, 15);
  equal(groupRankCount, 16);
  const [step] = program.steps;
  ok(step !== undefined);
  equal(step.source.length, 64 * 15);
  equal(movedBytes, 64 * 15);
  for (const [m, source] of step.source.entries()) {
    const target: number = step.target[m] ?? -1;
    ok(source !== target);
    equal((source >> 1) % 4, (target >> 1) % 4);
  }
  equal(new Set(step.source.map((source, m) => source * 64 + (step.target[m] ?? 0))).size, 960);
});

test("a family without a candidate is refused by name", () => {
  const families = [{ family: "torus", candidates: [] }];
  throws(() => compareFabrics({ ...ASK, families, equal: "cost" }), /no torus of so many hosts/);
});
