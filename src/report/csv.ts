/**
 * Long, tidy rows for spreadsheets and data frames: one row a point, one a collective, units
 * in the column names, numbers unrounded.
 *
 * Cells that a spreadsheet would take for a formula are disarmed, but only text: csv-stringify
 * would also quote a negative number, and writes true as 1 and false as nothing.
 */
import { assert } from "../base/assert.ts";
import type {
  CollectiveRow,
  CompareResult,
  PointRow,
  Result,
  StepPart,
} from "../records/result.ts";
import { plain } from "./escape.ts";
import { largeRows } from "./large-text.ts";

type Cell = string | number | boolean | undefined;
export type Row = Readonly<Record<string, Cell>>;

export async function csv(result: Result): Promise<string> {
  return csvOf(rowsOf(result));
}

/** Rows of one table; the first names the columns. */
export async function csvOf(rows: readonly Row[]): Promise<string> {
  const { stringify } = await import("csv-stringify/sync");
  const columns = rows[0] === undefined ? [] : Object.keys(rows[0]);
  return stringify(
    rows.map((row) => columns.map((column) => safe(column, row[column]))),
    {
      header: true,
      columns: columns.map((column) => ({ key: column, header: column })),
      escape_formulas: true,
      cast: {
        boolean: (value) => (value ? "true" : "false"),
        number: (value) => ({ value: String(value), escape_formulas: false }),
      },
    },
  );
}

function safe(column: string, cell: Cell): Cell {
  if (typeof cell === "string") return plain(cell);
  assert(typeof cell !== "number" || Number.isFinite(cell), `${column} is a finite number`);
  return cell;
}

function rowsOf(result: Result): Row[] {
  switch (result.kind) {
    case "compare":
      return compareRows(result);
    case "simulate":
    case "solve":
      return result.rows.map((row) => pointRow("answer", row));
    case "large":
      return largeRows(result);
    case "collective":
      return result.rows.map((row) => collectiveRow(result.clusterId, row));
  }
}

function compareRows(result: CompareResult): Row[] {
  const { recommended, efficiencyMin } = result;
  const isRecommended = (row: PointRow): boolean =>
    row.scaling === "strong" &&
    row.clusterId === recommended?.clusterId &&
    row.rankCount === recommended.rankCount;
  const withClaims = (part: string, row: PointRow, isAnswer: boolean): Row => ({
    ...pointRow(part, row),
    isRecommended: isAnswer && isRecommended(row),
    holdsLimit: row.efficiency === undefined ? undefined : row.efficiency >= efficiencyMin,
  });
  return [
    ...result.rows.map((row) => withClaims("answer", row, true)),
    ...result.whatIfs.flatMap((whatIf) =>
      whatIf.rows.map((row) => withClaims(`what if: ${whatIf.name}`, row, false)),
    ),
    ...result.replays.map((row) => withClaims("replay", row, false)),
  ];
}

const PARTS: readonly (readonly [StepPart["name"], string])[] = [
  ["ideal compute", "idealComputeS"],
  ["matmul below peak", "matmulBelowPeakS"],
  ["memory-bound ops", "memoryBoundOpsS"],
  ["launch", "launchS"],
  ["optimizer", "optimizerS"],
  ["overlap slowdown", "overlapSlowdownS"],
  ["exposed reduce-scatter", "exposedReduceScatterS"],
  ["exposed all-reduce", "exposedAllReduceS"],
  ["exposed all-gather", "exposedAllGatherS"],
];

function pointRow(part: string, row: PointRow): Row {
  const { memory, limit } = row;
  const durations = PARTS.map(([name, column]) => [
    column,
    row.parts.find((one) => one.name === name)?.durationS ?? 0,
  ]);
  return {
    part,
    clusterId: row.clusterId,
    clusterName: row.clusterName,
    model: row.model,
    scaling: row.scaling,
    sharding: row.sharding,
    rankCount: row.rankCount,
    globalBatch: row.globalBatch,
    microBatch: row.microBatch,
    accumulation: row.accumulation,
    stepTimeS: row.stepTimeS,
    stepTimeLowS: row.stepTimeLowS,
    stepTimeHighS: row.stepTimeHighS,
    samplesPerS: row.samplesPerS,
    efficiency: row.efficiency,
    baseRankCount: row.baseRankCount,
    mfu: row.mfu,
    computeS: row.computeS,
    exposedCommS: row.exposedCommS,
    ...Object.fromEntries(durations),
    limitKind: limit.kind,
    limitId: limit.id,
    limitUtilization: limit.utilization,
    limitShare: row.limitShare,
    weightBytes: memory.weightBytes,
    gradientBytes: memory.gradientBytes,
    optimizerBytes: memory.optimizerBytes,
    activationBytes: memory.activationBytes,
    totalBytes: memory.totalBytes,
    capacityBytes: memory.capacityBytes,
    capitalUsd: row.capitalUsd,
    usdPerHour: row.usdPerHour,
    millionSamplesUsd: row.millionSamplesUsd,
  };
}

const collectiveRow = (clusterId: string, row: CollectiveRow): Row => ({
  clusterId,
  collective: row.collective,
  algorithm: row.algorithm,
  rankCount: row.rankCount,
  sizeBytes: row.sizeBytes,
  timeS: row.timeS,
  algbwBytesPerS: row.algbwBytesPerS,
  busbwBytesPerS: row.busbwBytesPerS,
  limitKind: row.limit.kind,
  limitId: row.limit.id,
  limitUtilization: row.limit.utilization,
});
