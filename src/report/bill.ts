/** A bill of materials as JSON for programs, CSV for spreadsheets and text for a terminal. */
import { fixed, usd } from "../base/format.ts";
import type { FabricCounts } from "../records/fabric-plan.ts";
import type { Material, MaterialBill } from "../records/material.ts";
import { csvOf } from "./csv.ts";
import { plain } from "./escape.ts";
import { layOut, wrap } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

/** Figures that someone read in a source, or gave; not those that we assume. */
const isVerified = ({ unitUsd }: Material): boolean =>
  unitUsd !== undefined && unitUsd.provenance !== "assumed";

export function billJson(bill: MaterialBill): string {
  const { clusterId, name, counts, totalUsd, unpriced, oldPrices } = bill;
  const shown = {
    clusterId,
    name,
    ...countsShown(counts),
    rows: bill.rows.map(cells),
    totalUsd: totalUsd ?? null,
    unpriced,
    oldPrices,
    notInTotal: bill.notInTotal,
    notModeled: bill.notModeled,
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

/** The words of other programs for what a fabric holds. */
export function countsShown(counts: FabricCounts): Readonly<Record<string, unknown>> {
  return {
    accelerators: counts.acceleratorCount,
    hosts: counts.hostCount,
    switches: { leaf: counts.leafCount, spine: counts.spineCount, core: counts.coreCount },
    cables: {
      hostLeaf: counts.hostLeafCableCount,
      leafSpine: counts.leafSpineCableCount,
      spineCore: counts.spineCoreCableCount,
      ...(counts.neighborCableCount > 0 ? { neighbor: counts.neighborCableCount } : {}),
    },
    bisectionBytesPerS: counts.bisectionBytesPerS,
    diameterHops: counts.diameterHopCount,
  };
}

function cells(row: Material): Readonly<Record<string, string | number | boolean | null>> {
  const isIncluded = row.includedIn !== undefined;
  return {
    class: row.materialClass,
    sku: row.partId,
    model: row.model,
    count: row.count,
    unitUsd: row.unitUsd?.value ?? (isIncluded && row.totalUsd === 0 ? 0 : null),
    totalUsd: row.totalUsd ?? null,
    source: isIncluded ? `in the price of ${row.includedIn}` : (row.unitUsd?.source ?? null),
    asOf: row.unitUsd?.date ?? null,
    verified: isVerified(row),
    provenance: row.unitUsd?.provenance ?? null,
    rule: row.rule,
  };
}

export async function billCsv(bill: MaterialBill): Promise<string> {
  return csvOf(
    bill.rows.map((row) =>
      Object.fromEntries(Object.entries(cells(row)).map(([key, cell]) => [key, cell ?? undefined])),
    ),
  );
}

const COLUMNS: readonly TextColumn<Material>[] = [
  { head: "class", cell: (row) => row.materialClass },
  { head: "model", cell: (row) => plain(row.model) },
  { head: "count", isNumber: true, isKept: true, cell: (row) => fixed(row.count) },
  { head: "each, USD", isNumber: true, cell: (row) => each(row) },
  { head: "all, USD", isNumber: true, isKept: true, cell: (row) => money(row.totalUsd) },
  { head: "as of", cell: (row) => row.unitUsd?.date ?? "" },
  { head: "from", cell: (row) => row.unitUsd?.provenance ?? "" },
];

const money = (value: number | undefined): string => (value === undefined ? "–" : fixed(value));

function each(row: Material): string {
  return row.includedIn === undefined ? money(row.unitUsd?.value) : "included";
}

/** The whole table is shown, however wide: a bill with columns missing is none. */
export function billText(bill: MaterialBill): string {
  const laid = layOut(COLUMNS, bill.rows, Infinity);
  const lines = [
    plain(`${bill.name} (${bill.clusterId}): ${fixed(bill.counts.acceleratorCount)} accelerators`),
    "",
    `  ${laid.head}`,
    `  ${"─".repeat(laid.columnCount)}`,
    ...laid.rows.map((row) => `  ${row}`),
    "",
    ...totalLines(bill),
    ...noteLines("prices older than 180 days", bill.oldPrices),
    ...noteLines("not in the total (no price)", bill.notInTotal),
    ...noteLines("included in another line", included(bill)),
    ...noteLines("not modeled", bill.notModeled),
  ];
  return `${lines.join("\n").replaceAll("\u00a0", " ")}\n`;
}

function totalLines({ totalUsd, unpriced }: MaterialBill): string[] {
  if (totalUsd !== undefined) return [`  total: ${usd(totalUsd)} (${fixed(totalUsd)} USD)`];
  return noteLines("no total, because these have no sourced price", unpriced);
}

function included({ rows }: MaterialBill): string[] {
  return rows.flatMap(({ includedIn, materialClass }) =>
    includedIn === undefined ? [] : [`${materialClass} in ${includedIn}`],
  );
}

function noteLines(head: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return wrap(plain(`${head}: ${names.join("; ")}.`), 96).map((line) => `  ${line}`);
}
