import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { billOfMaterials } from "../../src/cost/bill.ts";
import { type CostEntry, costTable } from "../../src/cost/tables.ts";
import type { Accelerator, BillParts } from "../../src/records/cluster.ts";
import { ACCELERATOR, FAT_TREE_64, PARTS, cluster, part } from "./small-clusters.ts";

/** A step of 2 s over 1,000 sequences. */
function entry(parts: BillParts, accelerator?: Accelerator): CostEntry {
  const subject = cluster(parts, accelerator);
  const bill = billOfMaterials(subject, FAT_TREE_64);
  return { cluster: subject, bill, stepTimeS: 2, globalBatch: 1000 };
}

test("ownership is capital over its life, plus energy", () => {
  const [row] = costTable("ownership", [entry(PARTS, ACCELERATOR)]).rows;
  // 2,626,000 USD / 1e7 s.
  equal(row?.capitalUsd, 2_626_000);
  equal(row?.capitalUsdPerS, 0.2626);
  // 69,000 W · 0.5 · 1.25 · 2^-25 USD/J.
  const energyUsdPerS = 43_125 / 2 ** 25;
  equal(row?.energyUsdPerS, energyUsdPerS);
  equal(row?.totalUsdPerS, 0.2626 + energyUsdPerS);
  // A million samples are 1,000 steps of 2 s.
  const expectedUsd = 2000 * (0.2626 + energyUsdPerS);
  ok(Math.abs((row?.millionSamplesUsd ?? 0) - expectedUsd) < 1e-12 * expectedUsd);
  equal(row?.missing, undefined);
});

test("rent is the first listed price for every accelerator", () => {
  const second = { kind: "spot", usdPerS: { ...ACCELERATOR.peakBf16FlopPerS, value: 1 } } as const;
  const twice = { ...ACCELERATOR, rents: [...ACCELERATOR.rents, second] };
  const [row] = costTable("rent", [entry(PARTS, twice)]).rows;
  // 64 · 2 USD an hour; a million samples take 2,000 s.
  const hourUsd = (row?.totalUsdPerS ?? 0) * 3600;
  ok(Math.abs(hourUsd - 128) < 1e-12 * 128);
  ok(Math.abs((row?.millionSamplesUsd ?? 0) - (128 * 2000) / 3600) < 1e-10);
  equal(row?.capitalUsd, undefined);
});

test("a part that is not sold has no capital, no total, and a reason; energy stays", () => {
  const unsold = { ...PARTS, node: part("tpu v5p host", "node", {}) };
  const [row] = costTable("ownership", [entry(unsold, ACCELERATOR)]).rows;
  deepEqual(row, {
    clusterId: "c",
    rankCount: 64,
    energyUsdPerS: 43_125 / 2 ** 25,
    missing: "TPU V5P HOST is not sold, or has no sourced price",
  });
});

test("every reason is told at once", () => {
  const { site, node, ...rest } = PARTS;
  ok(site !== undefined && node !== undefined);
  const [row] = costTable("ownership", [entry(rest)]).rows;
  equal(
    row?.missing,
    "box of eight is not sold, or has no sourced price; " +
      "no site gives life and energy price; the power of a part is not known",
  );
  equal(row?.totalUsdPerS, undefined);
});

test("what is not rented says so", () => {
  const [unlisted] = costTable("rent", [entry(PARTS, { ...ACCELERATOR, rents: [] })]).rows;
  deepEqual(unlisted, {
    clusterId: "c",
    rankCount: 64,
    missing: "H100 SXM has no listed price by the hour",
  });
  const [bare] = costTable("rent", [entry({})]).rows;
  equal(bare?.missing, "bare hosts have no price by the hour");
});

test("a table has one basis, a row for each entry, and names what it leaves out", () => {
  const entries = [entry(PARTS, ACCELERATOR), entry({}, ACCELERATOR)];
  for (const basis of ["ownership", "rent"] as const) {
    const table = costTable(basis, entries);
    equal(table.basis, basis);
    equal(table.rows.length, 2);
    ok(table.included.length > 0);
    for (const word of ["staff", "storage", "taxes"]) {
      ok(
        table.notIncluded.some((left) => left.startsWith(word)),
        `${basis} leaves out ${word}`,
      );
    }
  }
  // Rent may hold what ownership must buy: the building is the landlord's.
  ok(costTable("ownership", []).notIncluded.some((left) => left.startsWith("building")));
  ok(!costTable("rent", []).notIncluded.some((left) => left.startsWith("building")));
});
