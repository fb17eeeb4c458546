/** The page of fabrics side by side: every chart with an axis and its values, names harmless. */
import { equal, match, ok } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../src/base/assert.ts";
import type { FabricComparison, FabricRow } from "../../src/records/fabric-comparison.ts";
import { barChart } from "../../src/report/chart/bars.ts";
import { chartSvg } from "../../src/report/chart/chart.ts";
import { fabricsCsv } from "../../src/report/compare-fabrics.ts";
import { compareFabricsPage } from "../../src/report/html/compare-fabrics.ts";

const HOSTILE = "<script>alert(1)</script>";

const row = (family: string, allReduceS: number, deliveredBytesPerS: number): FabricRow => ({
  ...{ family, cluster: `16 x ${family}`, rankCount: 128, bisectionBytesPerS: 64 * 50e9 },
  ...{ portCount: 512, missShare: family === "torus" ? -0.25 : 0, routing: "hashed ECMP" },
  ...{ allReduceS, allReduceAlgorithm: "ring", allReduceWorstS: 1.5 * allReduceS },
  ...{ exchangeS: 0.004, deliveredBytesPerS },
  failed: { box: "leaf-0", lostCount: 8, bisectionShare: 0.75 },
});

const COMPARISON: FabricComparison = {
  ...{ equal: "cost", sizeBytes: 2 ** 24, seedCount: 4, groupRankCount: 64 },
  rows: [
    { ...row("fat-tree", 0.002, 4e12), fabricUsd: 543_680, usdPerGBPerS: 135.92 },
    row("torus", 0.001, 1e12),
  ],
};

const REPORT = {
  ...{ comparison: COMPARISON, hostCount: 16, node: HOSTILE, asOf: "2026-11-23" },
  ...{ catalog: "2026-11-23", version: "0.1.0", reproduce: `compare '${HOSTILE}'` },
};

test("each chart has its axis with units, its finding, and all its values as a table", async () => {
  const page = await compareFabricsPage(REPORT);
  equal((page.match(/<svg/g) ?? []).length, 6);
  equal((page.match(/Show the values as a table/g) ?? []).length, 3);
  for (const finding of [
    "torus is fastest: 1.00 ms",
    "fat-tree delivers 4,000 GB/s",
    "fat-tree costs least: 136 USD a delivered GB/s",
    "torus misses in cost by \u221225.0 %",
    "8 ranks, 75",
  ]) {
    ok(page.replaceAll("\u00a0", " ").includes(finding), finding);
  }
  match(page, /class="grid"[^>]*>/);
  equal(page.includes("<script"), false);
  equal(page, await compareFabricsPage(REPORT));
});

test("a bar is as long as its value is of the greatest, and an unknown one says so", async () => {
  const svg = await chartSvg(
    barChart({
      ...{ name: "b", index: 1, title: "t", subtitle: "s", subject: "u", unit: "ms", decimals: 1 },
      kinds: ["median", "worst"],
      rows: [
        { name: "one", values: [1, 4] },
        { name: "two", values: [2, undefined] },
      ],
    }),
    "wide",
  );
  const widths = [...svg.matchAll(/<rect[^>]*width="([\d.]+)"[^>]*height="14"/g)].map(([, width]) =>
    Number(width),
  );
  equal(widths.length, 3);
  ok(Math.abs(at(widths, 1) / at(widths, 0) - 4) < 0.01, String(widths));
  ok(Math.abs(at(widths, 2) / at(widths, 0) - 2) < 0.01, String(widths));
  ok(svg.includes("not known") && svg.includes("4.0 ms"));
  // The axis starts at 0 and says its unit.
  match(svg, />0<\/text>/);
  match(svg, />2\u00a0ms<\/text>/);
});

test("rows of the table name their units", async () => {
  const [head = "", first = ""] = (await fabricsCsv(COMPARISON)).split("\n");
  ok(head.startsWith("family,cluster,rankCount,bisectionBytesPerS,"), head);
  ok(head.endsWith("fabricUsd,usdPerGBPerS,lostRankCount,bisectionLeftShare"), head);
  ok(first.endsWith(",543680,135.92,8,0.75"), first);
});
