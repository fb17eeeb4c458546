/** Tables of errors in Markdown. */
import { percent } from "../../base/format.ts";
import type { ErrorSummary } from "./errors.ts";

export const ERROR_HEADS = ["rows", "MAPE", "median", "p95", "bias"];

export function cells(summary: ErrorSummary): string[] {
  const { rows, meanErrorShare, medianErrorShare, p95ErrorShare, biasShare } = summary;
  return [
    String(rows),
    ...[meanErrorShare, medianErrorShare, p95ErrorShare].map((share) => percent(share)),
    signed(biasShare),
  ];
}

export const signed = (share: number): string =>
  `${share >= 0 ? "+" : "−"}${percent(Math.abs(share))}`;

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cellsOfLine: readonly string[]) => `| ${cellsOfLine.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}
