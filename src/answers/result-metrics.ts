/** The figures of a result that two of them can be compared by, each with its unit. */
import type { ResultMetric } from "../records/difference.ts";
import type { PointRow, Result } from "../records/result.ts";

export interface ResultPart {
  readonly name: string;
  readonly durationS: number;
}

const metric = (
  id: string,
  name: string,
  unit: string,
  value: number,
  better: ResultMetric["better"],
): ResultMetric => ({ id, name, unit, value, better });

/** Undefined for results of many points: there is no one figure to compare. */
export function resultMetrics(result: Result): readonly ResultMetric[] | undefined {
  if (result.kind === "large") {
    const { stepTimeS, tokensPerS, tokensPerSPerAccelerator, mfu, memory, usdPerHour } = result;
    const fullest = Math.max(...memory.map(({ totalBytes }) => totalBytes));
    return [
      metric("step_time", "step time", "s", stepTimeS, "less"),
      metric("tokens_per_s", "tokens", "1/s", tokensPerS, "more"),
      metric("rate", "tokens an accelerator", "1/s", tokensPerSPerAccelerator, "more"),
      metric("mfu", "MFU", "", mfu, "more"),
      metric("memory", "memory of the fullest rank", "B", fullest, "less"),
      ...money(usdPerHour),
    ];
  }
  const [row] = result.kind === "simulate" ? result.rows : [];
  return row === undefined ? undefined : rowMetrics(row);
}

function rowMetrics(row: PointRow): ResultMetric[] {
  return [
    metric("step_time", "step time", "s", row.stepTimeS, "less"),
    metric("samples_per_s", "samples", "1/s", row.samplesPerS, "more"),
    metric("rate", "samples an accelerator", "1/s", row.samplesPerS / row.rankCount, "more"),
    metric("mfu", "MFU", "", row.mfu, "more"),
    metric("exposed", "communication that nothing hides", "s", row.exposedCommS, "less"),
    ...money(row.usdPerHour),
    ...(row.capitalUsd === undefined
      ? []
      : [metric("capital", "to buy", "USD", row.capitalUsd, "less")]),
  ];
}

const money = (usdPerHour: number | undefined): ResultMetric[] =>
  usdPerHour === undefined ? [] : [metric("usd_per_hour", "rent", "USD/h", usdPerHour, "less")];

/** Where the step goes, for the cause of a difference. */
export function resultParts(result: Result): readonly ResultPart[] {
  if (result.kind === "large") return result.parts;
  const [row] = result.kind === "simulate" ? result.rows : [];
  return row?.parts ?? [];
}
