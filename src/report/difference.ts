/** A Δ table for a terminal, for a comment on a change, and for programs. */
import { duration, percent, significant } from "../base/format.ts";
import type { Difference, DifferenceRow, ResultMetric } from "../records/difference.ts";
import { plain } from "./escape.ts";
import { safe } from "./markdown.ts";
import { layOut, wrap } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

export function differenceJson({ names, rows, inputs, cause, failed }: Difference): string {
  const shown = {
    ...{ from: names[0], to: names[1] },
    rows: rows.map(({ metric, from, to, changeRatio, verdict }) => ({
      ...{ metric: metric.id, name: metric.name, unit: metric.unit, from, to },
      ...{ change: Number.isFinite(changeRatio) ? changeRatio : null, verdict },
    })),
    ...{ cause, inputs, failed },
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

const COLUMNS: readonly TextColumn<DifferenceRow>[] = [
  { head: "metric", cell: ({ metric }) => metric.id },
  { head: "from", isNumber: true, cell: ({ metric, from }) => amount(metric, from) },
  { head: "to", isNumber: true, cell: ({ metric, to }) => amount(metric, to) },
  { head: "Δ", isNumber: true, cell: ({ changeRatio }) => change(changeRatio) },
  { head: "", cell: ({ verdict }) => verdict },
];

export function differenceText(difference: Difference): string {
  const { names, rows, inputs, cause, failed } = difference;
  const table = layOut(COLUMNS, rows, 98);
  const changed = inputs.map(({ name, from, to }) => `  ${name}: ${from} → ${to}`);
  return (
    [
      ...wrap(`from: ${names[0]}`, 98),
      ...wrap(`to:   ${names[1]}`, 98),
      "",
      table.head,
      ...table.rows,
      "",
      `cause: ${cause}`,
      ...(changed.length === 0 ? [] : ["inputs that differ:", ...changed.slice(0, SHOWN)]),
      ...(changed.length > SHOWN ? [`  and ${changed.length - SHOWN} more (--json)`] : []),
      ...failed.map((rule) => `failed: ${rule}`),
    ]
      .map(plain)
      .join("\n") + "\n"
  );
}

const SHOWN = 12;

export function differenceMarkdown(difference: Difference): string {
  const { names, rows, inputs, cause, failed } = difference;
  const cells = rows.map((row) => `| ${COLUMNS.map(({ cell }) => safe(cell(row))).join(" | ")} |`);
  const changed = inputs.map(
    ({ name, from, to }) => `- ${safe(name)}: ${safe(from)} → ${safe(to)}`,
  );
  return [
    `From: ${safe(names[0])}  \nTo: ${safe(names[1])}`,
    "",
    "| metric | from | to | Δ | |",
    "| --- | ---: | ---: | ---: | --- |",
    ...cells,
    "",
    `Cause: ${safe(cause)}`,
    ...(changed.length === 0 ? [] : ["", "Inputs that differ:", "", ...changed]),
    ...(failed.length === 0 ? [] : ["", ...failed.map((rule) => `**Failed:** ${safe(rule)}`)]),
    "",
  ].join("\n");
}

function amount({ unit }: ResultMetric, value: number): string {
  if (unit === "s") return duration(value);
  if (unit === "") return percent(value);
  return `${significant(value, 4)} ${unit}`;
}

function change(ratio: number): string {
  if (!Number.isFinite(ratio)) return "from 0";
  return `${ratio < 0 ? "" : "+"}${percent(ratio, 2)}`;
}
