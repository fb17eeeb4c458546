/** The page of a comparison: its sections in order, its key figures, its scope. */
import { fixed, percent } from "../../base/format.ts";
import type { CompareResult } from "../../records/result.ts";
import { optionsOf, samplesDecimals, tableOf } from "../options.ts";
import type { Option, Options } from "../options.ts";
import { timeScale } from "../round.ts";
import { limitWords } from "../words.ts";
import { changeSection } from "./change-section.ts";
import { costSection } from "./cost-section.ts";
import { fabricSection } from "./fabric-section.ts";
import { measuredSection } from "./measured-section.ts";
import { memorySection } from "./memory-section.ts";
import { largestWords, optionsSection } from "./options-section.ts";
import { page } from "./page.ts";
import type { KeyFigure } from "./page.ts";
import { reproduceSection } from "./reproduce-section.ts";
import type { Section } from "./section.ts";
import { sourcesSection } from "./sources-section.ts";
import { whySection } from "./why-section.ts";

export async function comparePage(result: CompareResult): Promise<string> {
  const options = optionsOf(result);
  const points = options.rows.flatMap((option) => option.point ?? []);
  const nameOf = (id: string): string =>
    result.clusters.find((cluster) => cluster.clusterId === id)?.name ?? id;
  const measured: Section[] =
    result.measurement === undefined
      ? []
      : [await measuredSection(result.measurement, result.measurementFile)];
  return page({
    result,
    figures: keyFigures(result, options),
    scope: scopeOf(result),
    sections: [
      optionsSection(result),
      await whySection(result),
      await fabricSection(result.drawings, points),
      await changeSection(result.sensitivities),
      costSection({ ...result, nameOf, mainId: options.rows[0]?.cluster.clusterId }),
      memorySection(points),
      ...measured,
      sourcesSection(result.assumptions, result.sensitivities, result.asOf),
      reproduceSection(result),
    ],
  });
}

function keyFigures(result: CompareResult, options: Options): KeyFigure[] {
  const first = options.rows[0];
  const point = first?.point;
  if (first === undefined || point === undefined) return [];
  const scale = timeScale(point.stepTimeS);
  const time = (seconds: number): string => fixed(seconds * scale.perS, scale.decimals);
  const base = `against ${fixed(result.baseRankCount)} accelerators`;
  return [
    {
      name: "Largest size at the limit",
      value: largestWords(first),
      unit: "accelerators",
      more: first.cluster.largestIsUpperBound
        ? `the largest size asked; ${first.cluster.name}`
        : first.cluster.name,
    },
    {
      name: `Step time at ${fixed(point.rankCount)}`,
      value: time(point.stepTimeS),
      unit: scale.unit,
      more:
        `8 in 10: ${time(point.stepTimeLowS)} – ${time(point.stepTimeHighS)}; ` +
        `${time(point.exposedCommS)}\u00a0${scale.unit} of it exposed communication`,
    },
    {
      name: "Efficiency",
      value: fixed((point.efficiency ?? 0) * 100, 1),
      unit: "%",
      more: `limit ${percent(result.efficiencyMin, 0)}, ${base}; ${limitWords(point.limit)}`,
    },
    ...moneyFigure(first, options),
  ];
}

function moneyFigure({ cost, capitalUsd }: Option, { basis }: Options): KeyFigure[] {
  const usd = cost?.millionSamplesUsd;
  if (usd === undefined) return [];
  const hour =
    cost?.totalUsdPerS === undefined ? "" : `${fixed(cost.totalUsdPerS * 3600, 2)} USD/hour`;
  const buy = capitalUsd === undefined ? "" : `; ${fixed(capitalUsd / 1000)} k\u00a0USD to buy`;
  return [
    {
      name: `A million samples, by ${basis}`,
      value: fixed(usd, samplesDecimals(usd)),
      unit: "USD",
      more: hour + buy,
    },
  ];
}

function scopeOf(result: CompareResult): (readonly [string, string])[] {
  const table = tableOf(result.costs, result.costBasis);
  const yours = result.assumptions.filter((one) => one.provenance === "yours").length;
  return [
    [
      "Network model",
      `Discrete events at ${result.fidelity} level, ${result.semantics} semantics: a step of a ` +
        "collective starts when the one before has arrived.",
    ],
    ["Cost basis", `${result.costBasis}; ${fixed(yours)} figures are your own quotes.`],
    ["Included", table?.included.join(", ") ?? "no price"],
    ["Not included", table?.notIncluded.join(", ") ?? "no price"],
  ];
}
