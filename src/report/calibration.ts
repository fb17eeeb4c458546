/** A calibration for the terminal: constants, residuals by row, what rows not seen say. */
import { duration, fixed, percent } from "../base/format.ts";
import { plain } from "./escape.ts";
import { layOut } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

export interface CalibrationShown {
  readonly set: Readonly<Record<string, string>>;
  readonly fittedErrorShare: number;
  readonly leftOut: readonly { readonly by: string; readonly errorShare: number }[];
  readonly residuals: readonly ResidualShown[];
}

interface ResidualShown {
  readonly file: string;
  readonly sizeBytes: number;
  readonly measuredS: number;
  readonly modeledS: number;
  readonly algorithm: string;
}

const COLUMNS: readonly TextColumn<ResidualShown>[] = [
  { head: "log", cell: (row) => plain(row.file) },
  { head: "bytes", isNumber: true, cell: (row) => fixed(row.sizeBytes) },
  { head: "measured", isNumber: true, cell: (row) => duration(row.measuredS) },
  { head: "modeled", isNumber: true, cell: (row) => duration(row.modeledS) },
  { head: "error", isNumber: true, cell: (row) => percent(row.modeledS / row.measuredS - 1) },
  { head: "algorithm", cell: (row) => plain(row.algorithm) },
];

export function calibrationText(shown: CalibrationShown): string {
  const laid = layOut(COLUMNS, shown.residuals, Infinity);
  return [
    "fitted constants",
    ...Object.entries(shown.set).map(([name, value]) => `  ${name.padEnd(28)}${value}`),
    "",
    `mean error of the fit ${percent(shown.fittedErrorShare)}`,
    ...shown.leftOut.map(({ by, errorShare }) => `  ${by} left out: ${percent(errorShare)}`),
    "",
    `  ${laid.head}`,
    ...laid.rows.map((row) => `  ${row}`),
    "",
  ].join("\n");
}
