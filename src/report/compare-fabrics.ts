/** Families of fabrics side by side, as text. */
import { bitRate, bytes, duration, fixed, percent, usd } from "../base/format.ts";
import type { FabricComparison, FabricRow } from "../records/fabric-comparison.ts";
import { csvOf } from "./csv.ts";
import { plain } from "./escape.ts";
import { layOut, wrap } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

const money = (value: number | undefined): string =>
  value === undefined ? "no price" : usd(value);
const signed = (share: number): string =>
  share === 0 ? "=" : `${share > 0 ? "+" : "−"}${percent(Math.abs(share), 1)}`;

/** The columns of the table, of text as of the page. */
export function fabricColumns(equal: string): TextColumn<FabricRow>[] {
  return [
    { head: "family", cell: (row) => plain(row.family) },
    { head: `miss in ${equal}`, isNumber: true, cell: (row) => signed(row.missShare) },
    { head: "fabric", isNumber: true, cell: (row) => money(row.fabricUsd) },
    { head: "ports", isNumber: true, cell: (row) => fixed(row.portCount) },
    { head: "bisection", isNumber: true, cell: (row) => bitRate(row.bisectionBytesPerS) },
    { head: "all-reduce", isNumber: true, cell: (row) => duration(row.allReduceS) },
    { head: "worst seed", isNumber: true, cell: (row) => duration(row.allReduceWorstS) },
    { head: "all-to-all", isNumber: true, cell: (row) => duration(row.exchangeS) },
    { head: "delivered", isNumber: true, cell: (row) => bitRate(row.deliveredBytesPerS) },
    { head: "per GB/s", isNumber: true, cell: (row) => money(row.usdPerGBPerS) },
    { head: "a leaf lost", cell: ({ failed }) => lostWords(failed) },
  ];
}

/** What the columns mean, and what each family is. */
export function fabricNotes(comparison: FabricComparison): string[] {
  const { equal, sizeBytes, seedCount, groupRankCount, rows } = comparison;
  return [
    `Equal in ${equal}, as near as real parts come to the first family's widest fabric.`,
    `All-reduce of ${bytes(sizeBytes)} by the fastest algorithm, the median and the worst of ` +
      `${fixed(seedCount)} seeds where the routing draws. All-to-all: groups of ` +
      `${fixed(groupRankCount)} ranks spread over the cluster, all at once, ` +
      `${bytes(sizeBytes)} sent by each rank. Per GB/s: switches and cables over what the ` +
      `all-to-all delivers; nodes with their cards are not in it.`,
    ...rows.map((row) => `${row.family}: ${row.cluster}; ${row.routing}.`),
  ];
}

export function compareFabricsText(comparison: FabricComparison): string {
  const laid = layOut(fabricColumns(comparison.equal), comparison.rows, Infinity);
  const notes = fabricNotes(comparison);
  const lines = [
    `  ${laid.head}`,
    `  ${"─".repeat(laid.columnCount)}`,
    ...laid.rows.map((row) => `  ${row}`),
    "",
    ...notes.flatMap((note) => wrap(plain(note), 96).map((one) => `  ${one}`)),
  ];
  return `${lines.join("\n").replaceAll("\u00a0", " ")}\n`;
}

const lostWords = ({ lostCount, bisectionShare }: FabricRow["failed"]): string =>
  `${fixed(lostCount)} ranks, ${percent(bisectionShare, 0)} of bisection left`;

/** One row a family, units in the names of the columns. */
export async function fabricsCsv({ rows }: FabricComparison): Promise<string> {
  return await csvOf(
    rows.map(({ failed, fabricUsd, usdPerGBPerS, ...row }) => ({
      ...row,
      fabricUsd,
      usdPerGBPerS,
      lostRankCount: failed.lostCount,
      bisectionLeftShare: failed.bisectionShare,
    })),
  );
}
