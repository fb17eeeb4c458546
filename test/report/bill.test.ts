/** Bills on paper: keys that other programs read, cells that a spreadsheet takes as text. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "vitest";
import { billCsv, billJson, billText, countsShown } from "../../src/report/bill.ts";
import type { FabricCounts } from "../../src/records/fabric-plan.ts";
import type { MaterialBill } from "../../src/records/material.ts";

const COUNTS: FabricCounts = {
  ...{ acceleratorCount: 16, hostCount: 2, leafCount: 1, spineCount: 0, coreCount: 0 },
  ...{ hostLeafCableCount: 16, leafSpineCableCount: 0, spineCoreCableCount: 0 },
  ...{ neighborCableCount: 0, switchCageCount: 32 },
  ...{ bisectionBytesPerS: 4e11, diameterHopCount: 2 },
};

const BILL: MaterialBill = {
  clusterId: "c",
  name: "C",
  counts: COUNTS,
  rows: [
    {
      materialClass: "node",
      partId: "n",
      model: "=HYPERLINK(0)",
      count: 2,
      unitUsd: { value: 10, source: "s", date: "2026-01", provenance: "vendor" },
      totalUsd: 20,
      rule: "nodes",
    },
    {
      materialClass: "nic",
      partId: "card",
      model: "Card",
      count: 16,
      includedIn: "N",
      totalUsd: 0,
      rule: "8 a node",
    },
    { materialClass: "rack", partId: "rack", model: "rack", count: 1, rule: "4 a rack" },
  ],
  totalUsd: 20,
  unpriced: [],
  oldPrices: [],
  notInTotal: ["rack"],
  notModeled: ["spares"],
};

test("JSON has the keys that other programs read, and null where a price is missing", () => {
  const { rows, totalUsd } = JSON.parse(billJson(BILL)) as {
    rows: Record<string, unknown>[];
    totalUsd: number;
  };
  equal(totalUsd, 20);
  const keys = ["class", "model", "count", "unitUsd", "totalUsd", "source", "asOf", "verified"];
  deepEqual(
    rows.map((row) => keys.map((key) => row[key])),
    [
      ["node", "=HYPERLINK(0)", 2, 10, 20, "s", "2026-01", true],
      ["nic", "Card", 16, 0, 0, "in the price of N", null, false],
      ["rack", "rack", 1, null, null, null, null, false],
    ],
  );
});

test("an assumed price is not verified, and a bill without total says null", () => {
  const [first] = BILL.rows;
  ok(first?.unitUsd);
  const unitUsd = { ...first.unitUsd, provenance: "assumed" as const };
  const { totalUsd: _, ...rest } = BILL;
  const shown = JSON.parse(billJson({ ...rest, rows: [{ ...first, unitUsd }] })) as {
    rows: { verified: boolean }[];
    totalUsd: null;
  };
  equal(shown.rows[0]?.verified, false);
  equal(shown.totalUsd, null);
});

test("a name that a spreadsheet would run becomes text in CSV", async () => {
  const lines = (await billCsv(BILL)).trimEnd().split("\n");
  equal(lines.length, 4);
  match(lines[1] ?? "", /^node,n,'=HYPERLINK\(0\),2,10,20,s,2026-01,true,/);
});

test("text shows every line, the total, and what is not in it", () => {
  const shown = billText(BILL);
  for (const part of [
    "included",
    "total: 20.0 USD",
    "not in the total (no price): rack.",
    "spares",
  ]) {
    ok(shown.includes(part), `${part}\n${shown}`);
  }
  const { totalUsd: _, ...rest } = BILL;
  ok(billText({ ...rest, unpriced: ["DGX"] }).includes("no total, because these have no sourced"));
});

test("counts are told in the words of other programs", () => {
  deepEqual(countsShown(COUNTS), {
    accelerators: 16,
    hosts: 2,
    switches: { leaf: 1, spine: 0, core: 0 },
    cables: { hostLeaf: 16, leafSpine: 0, spineCore: 0 },
    bisectionBytesPerS: 4e11,
    diameterHops: 2,
  });
});
