/** One step of a large model on a terminal, as Markdown blocks, and as rows of a CSV. */
import type { LargeResult } from "../records/result.ts";
import type { Row } from "./csv.ts";
import { largeFacts, largeTables } from "./large-tables.ts";
import { listed } from "./terminal-parts.ts";
import { rule } from "./terminal-style.ts";
import type { Style } from "./terminal-style.ts";
import { layOut } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

/** Sections that only reports show: their tables are long. */
const REPORT_ONLY = new Set(["The model"]);

export function largeLines(result: LargeResult, style: Style): string[] {
  const facts = largeFacts(result).flatMap(({ name, text }) => listed(name, text, style, 3));
  const beware = result.answer.beware.flatMap((text, i) =>
    listed(i === 0 ? "beware" : "", text, style, 3),
  );
  const tables = largeTables(result).filter(({ title }) => !REPORT_ONLY.has(title));
  const blocks = tables.flatMap(({ title, heads, rows, numbersColumn }) => {
    const columns = heads.map((head, i): TextColumn<readonly string[]> => ({
      head: style.text(head.toLowerCase()),
      isKept: i < 3,
      isNumber: i >= numbersColumn && i < heads.length - (isProse(heads) ? 1 : 0),
      cell: (row) => style.text(row[i] ?? ""),
    }));
    const laid = layOut(columns, rows, style.columns - 2);
    return [
      "",
      style.bold(title),
      style.dim(`  ${laid.head}`),
      style.dim(`  ${rule(Math.min(laid.columnCount, style.columns - 2), style)}`),
      ...laid.rows.map((row) => `  ${row}`),
    ];
  });
  const causes = result.changes.flatMap(({ change, cause }) =>
    listed("why", `${change}: ${cause}`, style, 4),
  );
  return [...facts, ...beware, ...blocks, ...(causes.length === 0 ? [] : ["", ...causes])];
}

/** Whether the last column holds words although numbers stand before it. */
export const isProse = (heads: readonly string[]): boolean =>
  ["Cause", "Why not first", "Limit", "From"].includes(heads.at(-1) ?? "");

/** A fact each: section, name, and value in SI units, so that programs need no text. */
export function largeRows(result: LargeResult): Row[] {
  const { clusterId, rankCount, layout } = result;
  const rows: Row[] = [];
  const add = (section: string, name: string, unit: string, value: number, note = ""): void => {
    rows.push({ section, name, unit, value, note, clusterId, rankCount, layout: layout.text });
  };
  add("answer", "step time", "s", result.stepTimeS);
  add("answer", "step time p10", "s", result.stepTimeLowS);
  add("answer", "step time p90", "s", result.stepTimeHighS);
  add("answer", "tokens per second", "1/s", result.tokensPerS);
  add("answer", "tokens per second an accelerator", "1/s", result.tokensPerSPerAccelerator);
  add("answer", "mfu", "", result.mfu, result.denominator);
  add("answer", "hfu", "", result.hfu, result.denominator);
  for (const { name, group, durationS } of result.parts) add("step", name, "s", durationS, group);
  for (const { rankClass, parts, totalBytes, capacityBytes } of result.memory) {
    for (const { name, sizeBytes } of parts) add("memory", name, "B", sizeBytes, rankClass);
    add("memory", "sum", "B", totalBytes, rankClass);
    add("memory", "capacity", "B", capacityBytes, rankClass);
  }
  for (const { id, measuredS, predictedS } of result.nearest) {
    add("published run, measured", id, "s", measuredS);
    add("published run, predicted", id, "s", predictedS);
  }
  for (const { change, stepTimeRatio, memoryRatio, costRatio, cause } of result.changes) {
    add("what if, time", change, "", stepTimeRatio, cause);
    add("what if, memory", change, "", memoryRatio, cause);
    add("what if, cost", change, "", costRatio, cause);
  }
  for (const { layout: text, stepTimeS, why } of result.search?.ranked ?? []) {
    add("layout", text, "s", stepTimeS, why);
  }
  return rows;
}
