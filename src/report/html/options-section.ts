/** 1 Options: the clusters side by side at one size, and why the others are not first. */
import { fixed, percent } from "../../base/format.ts";
import type { CompareResult } from "../../records/result.ts";
import type { HtmlPart } from "../escape.ts";
import { html } from "../escape.ts";
import { optionsOf, samplesDecimals } from "../options.ts";
import type { Option, Options } from "../options.ts";
import { timeScale } from "../round.ts";
import { limitWords } from "../words.ts";
import type { Section } from "./section.ts";
import { second, table } from "./table.ts";
import type { Column } from "./table.ts";

export const largestWords = ({ cluster }: Option): string => {
  if (cluster.largestRankCount === undefined) return "none";
  return `${cluster.largestIsUpperBound ? "≥\u00a0" : ""}${fixed(cluster.largestRankCount)}`;
};

export function optionsSection(result: CompareResult): Section {
  const options = optionsOf(result);
  const held = options.rows.filter((option) => option.holds).length;
  const size = fixed(options.rankCount);
  return {
    title: "Options",
    reader: "everybody",
    lede:
      `All ${fixed(options.rows.length)} clusters do the same job. With ${size} accelerators ` +
      `${fixed(held)} of them keep at least ${percent(result.efficiencyMin, 0)} efficiency ` +
      `against ${fixed(result.baseRankCount)}.`,
    body: table(columnsOf(result, options), options.rows, {
      caption:
        `Each cluster with ${size} accelerators; largest size: the most accelerators that keep ` +
        `${percent(result.efficiencyMin, 0)}. Money by ${options.basis}.`,
      cards: true,
      isMarked: (option) => option.isRecommended,
    }),
  };
}

function columnsOf(result: CompareResult, options: Options): Column<Option>[] {
  const longest = Math.max(...options.rows.map((option) => option.point?.stepTimeS ?? 0));
  const scale = timeScale(longest);
  const time = (seconds: number | undefined): string =>
    seconds === undefined ? "not built" : fixed(seconds * scale.perS, scale.decimals);
  const most = Math.max(...options.rows.map((option) => option.cost?.millionSamplesUsd ?? 0));
  const usd = (value: number | undefined, decimals: number): string =>
    value === undefined ? "no price" : fixed(value, decimals);
  const hourly = ({ cost }: Option): number | undefined =>
    cost?.totalUsdPerS === undefined ? undefined : cost.totalUsdPerS * 3600;
  return [
    { head: "Cluster", cell: ({ cluster }) => [cluster.name, second(cluster.summary)] },
    { head: "Largest size", isNumber: true, cell: largestWords },
    {
      head: `Step time, ${scale.unit} (8 in 10)`,
      isNumber: true,
      cell: ({ point }) => [
        time(point?.stepTimeS),
        second(`${time(point?.stepTimeLowS)} – ${time(point?.stepTimeHighS)}`),
      ],
    },
    {
      head: `Efficiency, base ${fixed(result.baseRankCount)}`,
      isNumber: true,
      cell: efficiencyCell,
    },
    {
      head: `Exposed, ${scale.unit}`,
      isNumber: true,
      cell: ({ point }) => time(point?.exposedCommS),
    },
    {
      head: "Limit",
      cell: ({ point }) => (point === undefined ? "not built" : limitWords(point.limit)),
    },
    { head: "USD/hour", isNumber: true, cell: (option) => usd(hourly(option), 2) },
    {
      head: "USD per M samples",
      isNumber: true,
      cell: ({ cost }) => usd(cost?.millionSamplesUsd, samplesDecimals(most)),
    },
    { head: "Why not first", cell: (option) => option.reason },
  ];
}

function efficiencyCell({ point, holds }: Option): HtmlPart {
  if (point?.efficiency === undefined) return "no base";
  const words = percent(point.efficiency);
  return holds
    ? html`<span class="ok">✓ ${words}</span>`
    : html`<span class="fail">✗ ${words}</span>`;
}
