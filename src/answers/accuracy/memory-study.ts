/** Memory as predicted beside the memory that tables print. */
import { rankMemory } from "../../workload/dense/memory.ts";
import type { ErrorSummary } from "./errors.ts";
import { relativeError, summaryOf } from "./errors.ts";
import { devicesPerChip, readTrain } from "./read-train.ts";
import { configurationOf, number } from "./row.ts";
import type { ValidationTable } from "./validation.ts";
import { silencedBy } from "./votes.ts";

export interface MemorySummary {
  readonly source: string;
  readonly summary: ErrorSummary;
}

const GB = 1e9;

/** Of tables that print memory, and of all their rows together. */
export function memoryStudy(tables: readonly ValidationTable[]): MemorySummary[] {
  const bySource = tables.map(({ name, rows }) => {
    const errors = rows.flatMap((row) => {
      const measured = number(row, "memory_gb");
      const reading = readTrain(configurationOf(row));
      if (measured === undefined || silencedBy(row, reading) !== "") return [];
      const { totalBytes } = rankMemory(reading.run);
      return [relativeError((totalBytes * devicesPerChip(row)) / GB, measured)];
    });
    return { source: name, errors };
  });
  const all = { source: "all", errors: bySource.flatMap(({ errors }) => errors) };
  return [...bySource, all]
    .filter(({ errors }) => errors.length > 0)
    .map(({ source, errors }) => ({ source, summary: summaryOf(errors) }));
}
