/** Published rows of collectives, as cases of the law and by the series they belong to. */
import type { CollectiveCase } from "../../network/measured/collective-case.ts";
import { collectiveCaseOf } from "./read-collective.ts";
import type { Row } from "./row.ts";
import { cell, configurationOf, number } from "./row.ts";

export interface CollectiveRun {
  readonly id: string;
  /** Rows that differ in size alone: one machine, one benchmark. */
  readonly series: string;
  readonly source: string;
  readonly part: string;
  /** Part, ranks and nodes: what two sources may have measured both. */
  readonly system: string;
  readonly given: CollectiveCase;
  readonly measuredS: number;
}

/** All rows that have a time, or a bandwidth from which it follows. */
export function collectiveRuns(rows: readonly Row[]): CollectiveRun[] {
  return rows.flatMap((row) => {
    const configuration = configurationOf(row);
    const { given } = collectiveCaseOf(configuration);
    const measuredS = measuredTimeS(row, given);
    if (measuredS === undefined || !(measuredS > 0)) return [];
    const words = ["collective", "gpu", "ranks", "nodes", "inter_network", "library", "algorithm"];
    const source = cell(row, "source").replace(/ line [0-9]+$/, "");
    const series = [...words.map((word) => cell(configuration, word)), source].join(" | ");
    const part = given.rates.id;
    const system = `${part} ${given.ranks} ${given.domains}`;
    return [{ id: cell(row, "id"), series, source, part, system, given, measuredS }];
  });
}

function measuredTimeS(row: Row, { sizeBytes }: CollectiveCase): number | undefined {
  const printed = number(row, "time_us");
  if (printed !== undefined) return printed * 1e-6;
  const rate = number(row, "algbw_GBps");
  if (rate !== undefined) return sizeBytes / (rate * 1e9);
  const bus = number(row, "busbw_GBps");
  const ranks = number(row, "ranks") ?? 8;
  const factor = (/all_?reduce/.test(cell(row, "collective")) ? 2 : 1) * ((ranks - 1) / ranks);
  return bus === undefined ? undefined : (sizeBytes * factor) / (bus * 1e9);
}
