/** Traffic for people and programs: a table in the terminal, flows and links as CSV. */
import { bitRate, bytes, duration, fixed, percent } from "../base/format.ts";
import type { LinkLoad, TrafficResult, TrafficRow } from "../records/traffic.ts";
import { csvOf } from "./csv.ts";
import { plain } from "./escape.ts";
import { layOut } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

/** A terminal shows so many of the last messages and of the busiest links. */
const ROWS_SHOWN = 12;

export function trafficText(result: TrafficResult): string {
  const latest = result.rows.toSorted((a, b) => b.finishS - a.finishS).slice(0, ROWS_SHOWN);
  return [
    plain(result.sentence),
    `  shares ${result.share}; lower bound ${duration(result.lowerBoundS)}; ` +
      `${fixed(result.eventCount)} events` +
      (result.detourCount === 0 ? "" : `; ${fixed(result.detourCount)} messages re-routed`),
    ...packetLines(result),
    ...(result.jobs.length === 0 ? [] : ["", ...block(JOB_COLUMNS, result.jobs)]),
    ...(latest.length === 0 ? [] : ["", "  the last to arrive", ...block(MESSAGE_COLUMNS, latest)]),
    "",
    "  the busiest links",
    ...block(LINK_COLUMNS, result.links.slice(0, ROWS_SHOWN)),
    "",
  ].join("\n");
}

function packetLines({ packets }: TrafficResult): string[] {
  if (packets === undefined) return [];
  const { packetCount, dropCount, markCount, pauseCount, queueMaxBytes } = packets;
  return [
    `  ${fixed(packetCount)} packets, ${fixed(dropCount)} dropped, ${fixed(markCount)} marked, ` +
      `${fixed(pauseCount)} pauses; longest queue ${bytes(queueMaxBytes)}`,
  ];
}

function block<T>(columns: readonly TextColumn<T>[], rows: readonly T[]): string[] {
  const laid = layOut(columns, rows, Infinity);
  return [`  ${laid.head}`, `  ${"─".repeat(laid.columnCount)}`, ...laid.rows.map((r) => `  ${r}`)];
}

const JOB_COLUMNS: readonly TextColumn<TrafficResult["jobs"][number]>[] = [
  { head: "job", cell: (job) => plain(job.name) },
  { head: "algorithm", cell: (job) => plain(job.algorithm) },
  { head: "size", isNumber: true, cell: (job) => bytes(job.sizeBytes) },
  { head: "takes", isNumber: true, cell: (job) => duration(job.durationS) },
  { head: "alone", isNumber: true, cell: (job) => duration(job.aloneS) },
  { head: "slowdown", isNumber: true, cell: (job) => `${fixed(job.slowdown, 2)}×` },
];

const MESSAGE_COLUMNS: readonly TextColumn<TrafficRow>[] = [
  { head: "id", cell: (row) => plain(row.id) },
  { head: "from", isNumber: true, cell: (row) => String(row.source) },
  { head: "to", isNumber: true, cell: (row) => String(row.target) },
  { head: "size", isNumber: true, cell: (row) => bytes(row.sizeBytes) },
  { head: "begins", isNumber: true, cell: (row) => duration(row.beginS) },
  { head: "arrives", isNumber: true, cell: (row) => duration(row.finishS) },
];

const LINK_COLUMNS: readonly TextColumn<LinkLoad>[] = [
  { head: "link", cell: (link) => plain(link.id) },
  { head: "tier", cell: (link) => plain(link.tier) },
  { head: "rate", isNumber: true, cell: (link) => bitRate(link.linkBytesPerS) },
  { head: "carried", isNumber: true, cell: (link) => bytes(link.carriedBytes) },
  { head: "busy", isNumber: true, cell: (link) => percent(link.utilization) },
];

/** Every flow, one a row. */
export function eventsCsv({ rows }: TrafficResult): Promise<string> {
  return csvOf(rows.map((row) => ({ ...row })));
}

/** Every link that carried something, the busiest first. */
export function linksCsv({ links }: TrafficResult): Promise<string> {
  return csvOf(links.map((link) => ({ ...link })));
}
