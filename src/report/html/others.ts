/** The smaller pages: one point, the largest size of one cluster, a table of collectives. */
import { bytes, duration, fixed, percent } from "../../base/format.ts";
import type {
  CollectiveResult,
  CollectiveRow,
  PointRow,
  SimulateResult,
  SolveResult,
} from "../../records/result.ts";
import { samplesDecimals } from "../options.ts";
import { timeScale } from "../round.ts";
import { limitWords } from "../words.ts";
import { changeSection } from "./change-section.ts";
import { costSection } from "./cost-section.ts";
import { fabricSection, loserWords } from "./fabric-section.ts";
import { memorySection } from "./memory-section.ts";
import { page } from "./page.ts";
import type { KeyFigure } from "./page.ts";
import { reproduceSection } from "./reproduce-section.ts";
import type { Section } from "./section.ts";
import { sourcesSection } from "./sources-section.ts";
import { table } from "./table.ts";
import type { Column } from "./table.ts";
import { stepBody, stepLede } from "./why-section.ts";

export async function simulatePage(result: SimulateResult): Promise<string> {
  const point = result.rows[0];
  const nameOf = (id: string): string =>
    result.rows.find((row) => row.clusterId === id)?.clusterName ?? id;
  const why = point === undefined ? [] : [await whyPoint(point, result)];
  return page({
    result,
    figures: point === undefined ? [] : pointFigures(point),
    scope: [],
    sections: [
      ...why,
      await fabricSection(result.drawings, result.rows),
      await changeSection(result.sensitivities),
      costSection({ ...result, differences: [], nameOf, mainId: point?.clusterId }),
      memorySection(result.rows),
      sourcesSection(result.assumptions, result.sensitivities, result.asOf),
      reproduceSection(result),
    ],
  });
}

function pointFigures(point: PointRow): KeyFigure[] {
  const scale = timeScale(point.stepTimeS);
  const usd = point.millionSamplesUsd;
  const exposed = percent(point.exposedCommS / point.stepTimeS);
  const money: KeyFigure[] =
    usd === undefined
      ? []
      : [
          {
            name: "A million samples",
            value: fixed(usd, samplesDecimals(usd)),
            unit: "USD",
            more: `${fixed(point.usdPerHour ?? 0, 2)} USD/hour`,
          },
        ];
  return [
    {
      name: "Step time",
      value: fixed(point.stepTimeS * scale.perS, scale.decimals),
      unit: scale.unit,
      more:
        `8 in 10: ${fixed(point.stepTimeLowS * scale.perS, scale.decimals)} – ` +
        `${fixed(point.stepTimeHighS * scale.perS, scale.decimals)}; ` +
        `${exposed} of it exposed communication`,
    },
    {
      name: "Throughput",
      value: fixed(point.samplesPerS),
      unit: "samples/s",
      more: `${fixed(point.rankCount)} accelerators, global batch ${fixed(point.globalBatch)}`,
    },
    {
      name: "Model flop utilization",
      value: fixed(point.mfu * 100, 1),
      unit: "%",
      more: `limit: ${limitWords(point.limit)}`,
    },
    ...money,
  ];
}

export async function solvePage(result: SolveResult): Promise<string> {
  const last = result.rows.at(-1);
  const shown = result.rows.find((row) => row.rankCount === result.largestRankCount) ?? last;
  const limit = percent(result.efficiencyMin, 0);
  const base = fixed(result.baseRankCount);
  const tried: Section = {
    title: "Sizes tried",
    reader: "everybody",
    lede:
      result.largestRankCount === undefined
        ? `No size tried keeps ${limit} against ${base}.`
        : `${fixed(result.largestRankCount)} is the largest size that keeps ${limit} against ` +
          `${base}.`,
    body: table(triedColumns(result.rows), result.rows, {
      caption: `${last?.model ?? ""} on ${last?.clusterName ?? "this cluster"}, in the order tried`,
      isMarked: (row) => row.rankCount === result.largestRankCount,
    }),
  };
  const why = shown === undefined ? [] : [await whyPoint(shown, { sensitivities: [] })];
  return page({
    result,
    figures: shown === undefined ? [] : pointFigures(shown),
    scope: [],
    sections: [tried, ...why, ...lastSections(result)],
  });
}

function triedColumns(rows: readonly PointRow[]): Column<PointRow>[] {
  const scale = timeScale(Math.max(0, ...rows.map((row) => row.stepTimeS)));
  const time = (seconds: number): string => fixed(seconds * scale.perS, scale.decimals);
  const efficiency = (row: PointRow): string =>
    row.efficiency === undefined ? "no base" : percent(row.efficiency);
  return [
    { head: "Accelerators", isNumber: true, cell: (row) => fixed(row.rankCount) },
    { head: `Step time, ${scale.unit}`, isNumber: true, cell: (row) => time(row.stepTimeS) },
    { head: "Efficiency", isNumber: true, cell: efficiency },
    { head: `Exposed, ${scale.unit}`, isNumber: true, cell: (row) => time(row.exposedCommS) },
    { head: "Limit", cell: (row) => limitWords(row.limit) },
  ];
}

/** Where the step of one point goes. */
const whyPoint = async (
  point: PointRow,
  result: Pick<SimulateResult, "sensitivities">,
): Promise<Section> => ({
  title: "Why",
  reader: "the architect",
  lede: stepLede(point),
  body: await stepBody(point, result),
});

const lastSections = (result: SolveResult | CollectiveResult): Section[] => [
  sourcesSection(result.assumptions, [], result.asOf),
  reproduceSection(result),
];

export async function collectivePage(result: CollectiveResult): Promise<string> {
  const rate = (value: number): string => fixed(value / 1e9, 2);
  const columns: Column<CollectiveRow>[] = [
    { head: "Size", isNumber: true, cell: (row) => bytes(row.sizeBytes) },
    { head: "Size, B", isNumber: true, cell: (row) => fixed(row.sizeBytes) },
    { head: "Time", isNumber: true, cell: (row) => duration(row.timeS, 4) },
    { head: "algbw, GB/s", isNumber: true, cell: (row) => rate(row.algbwBytesPerS) },
    { head: "busbw, GB/s", isNumber: true, cell: (row) => rate(row.busbwBytesPerS) },
    { head: "Algorithm", cell: (row) => row.algorithm },
    { head: "Limit", cell: (row) => limitWords(row.limit) },
    { head: "Slower", cell: (row) => loserWords(row.losers) },
  ];
  const best = result.rows.toSorted((a, b) => b.busbwBytesPerS - a.busbwBytesPerS)[0];
  const times: Section = {
    title: "Times",
    reader: "everybody",
    lede:
      best === undefined
        ? "No size was asked."
        : `Bus bandwidth reaches ${rate(best.busbwBytesPerS)} GB/s at ${bytes(best.sizeBytes)}.`,
    body: table(columns, result.rows, {
      caption:
        `${best?.collective ?? "Collective"} on ${fixed(best?.rankCount ?? 0)} ranks of ` +
        `${result.clusterId}; a GB is a billion bytes, bandwidths as nccl-tests defines them.`,
    }),
  };
  return page({ result, figures: [], scope: [], sections: [times, ...lastSections(result)] });
}
