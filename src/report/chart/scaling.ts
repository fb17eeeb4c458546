/**
 * How far it scales: throughput above, efficiency below, one x axis. The recommended cluster
 * is ink; the others are grey, told apart by dash, marker and a label at the end of the line.
 */
import { at } from "../../base/assert.ts";
import { fixed, percent, significant } from "../../base/format.ts";
import type { PointRow } from "../../records/result.ts";
import { limitWords } from "../words.ts";
import type { Chart, Size } from "./chart.ts";
import { shortNames } from "./labels.ts";
import { drawEfficiency } from "./scaling-efficiency.ts";
import { drawEndLabels, drawLine, endLabel } from "./series.ts";
import type { Panel, ScalingPlot, Series } from "./series.ts";
import type { Pen } from "./svg.ts";
import { textWidth } from "./text-width.ts";

export interface ScalingInput {
  /** Rows of one scaling and sharding, all clusters. */
  readonly rows: readonly PointRow[];
  readonly recommendedId?: string;
  readonly efficiencyMin: number;
  readonly baseRankCount: number;
  readonly title: string;
}

export function scaling(input: ScalingInput, ordinal = 1): Chart {
  const { rows, efficiencyMin, baseRankCount } = input;
  const plot = plotOf(input);
  const word = plot.scalingWord.toLowerCase();
  const ends = plot.series.map((one) => `${one.name} ${percent(endEfficiency(one))}`).join(", ");
  return {
    name: "scaling",
    index: ordinal,
    title: input.title,
    subtitle:
      `${plot.scalingWord} scaling of ${at(rows, 0).model}; dotted: ideal; dashed: the limit of ` +
      `${percent(efficiencyMin, 0)} against ${fixed(baseRankCount)} accelerators.`,
    subject: `${plot.scalingWord} scaling of ${at(rows, 0).model}`,
    desc:
      `Two line charts over the number of accelerators: throughput, and ${word}-scaling ` +
      `efficiency against ${fixed(baseRankCount)} accelerators. At the largest size: ${ends}.`,
    wide: [540, 458],
    narrow: [328, 394],
    draw: (pen, { size, narrow }) => draw(pen, plot, size, narrow),
    values: {
      columns: ["Cluster", "Accelerators", "Throughput, samples/s", "Efficiency, ratio", "Limit"],
      rows: rows.map((row) => [
        row.clusterName,
        row.rankCount,
        row.samplesPerS,
        row.efficiency ?? "no base",
        limitWords(row.limit),
      ]),
    },
  };
}

function plotOf(input: ScalingInput): ScalingPlot {
  const { rows } = input;
  const ids = [...new Set(rows.map((row) => row.clusterId))];
  const nameOf = (id: string): string =>
    rows.find((row) => row.clusterId === id)?.clusterName ?? id;
  const short = shortNames(ids.map(nameOf));
  let others = 0;
  const series = ids.map((id, index) => ({
    name: at(short, index),
    styleIndex: id === input.recommendedId ? 0 : (others++ % 3) + 1,
    rows: rows.filter((row) => row.clusterId === id).toSorted((a, b) => a.rankCount - b.rankCount),
  }));
  return {
    series,
    rankCounts: [...new Set(rows.map((row) => row.rankCount))].toSorted((a, b) => a - b),
    efficiencyMin: input.efficiencyMin,
    baseRankCount: input.baseRankCount,
    scalingWord: at(rows, 0).scaling === "strong" ? "Strong" : "Weak",
  };
}

const endEfficiency = (series: Series): number => series.rows.at(-1)?.efficiency ?? 0;

/** Three digits: "30.2 k". */
const rateText = (perS: number): string =>
  perS >= 1e4 ? `${significant(perS / 1e3, 3)}\u00a0k` : significant(perS, 3);

function draw(pen: Pen, plot: ScalingPlot, [width, height]: Size, narrow: boolean): void {
  const left = narrow ? 34 : 46;
  const right = width - labelRoom(plot, narrow);
  const bounds = [plot.rankCounts[0] ?? 1, plot.rankCounts.at(-1) ?? 2];
  const x = pen.scaleLog().domain(bounds).range([left, right]);
  const split = narrow ? 158 : 206;
  const frame = { x, left, right, width, narrow };
  drawThroughput(pen, plot, { ...frame, top: 36, bottom: split });
  drawEfficiency(pen, plot, { ...frame, top: split + 44, bottom: height - 40 });
  drawSizes(pen, plot.rankCounts, { ...frame, top: split, bottom: height - 40 });
}

/** Room for the longest label at the right: bold, with the longest value. */
function labelRoom({ series }: ScalingPlot, narrow: boolean): number {
  const longest = Math.max(
    ...series.map((one) => textWidth(one.name, 12, one.styleIndex === 0 ? "bold" : "regular")),
  );
  const value = textWidth(" 100.0\u00a0%", 12, "bold");
  return Math.min(longest + value + 18, narrow ? 146 : 210);
}

function drawThroughput(pen: Pen, plot: ScalingPlot, panel: Panel): void {
  const { x, left, right, top, bottom } = panel;
  const all = plot.series.flatMap((one) => one.rows.map((row) => row.samplesPerS));
  const first = plot.series.find((one) => one.styleIndex === 0) ?? at(plot.series, 0);
  const start = at(first.rows, 0);
  const ideal = (n: number): number => (start.samplesPerS * n) / start.rankCount;
  const largest = plot.rankCounts.at(-1) ?? 1;
  const low = Math.min(...all, ideal(start.rankCount));
  const high = Math.max(...all, ideal(largest));
  const y = pen
    .scaleLog()
    .domain([low * 0.8, high * 1.25])
    .range([bottom, top]);
  pen.text([0, 14], "Throughput, samples/s, log", { style: "axis" });
  for (let power = Math.ceil(Math.log10(low * 0.8)); 10 ** power <= high * 1.25; power++) {
    pen.line([left, y(10 ** power)], [right, y(10 ** power)], "grid");
    const text = power < 3 ? fixed(10 ** power) : `${fixed(10 ** (power - 3))}\u00a0k`;
    pen.text([left - 6, y(10 ** power) + 4], text, { style: "axis", anchor: "end" });
  }
  pen.line([left, bottom], [right, bottom], "axis");
  const from = [x(start.rankCount), y(start.samplesPerS)] as const;
  pen.line(from, [x(largest), y(ideal(largest))], "dotted");
  const lines = plot.series.toSorted((a, b) => b.styleIndex - a.styleIndex);
  for (const one of lines) {
    drawLine(pen, one, (row) => [x(row.rankCount), y(row.samplesPerS)]);
  }
  const ends = plot.series.map((one) => {
    const last = at(one.rows, one.rows.length - 1);
    const text = rateText(last.samplesPerS);
    return { ...endLabel(one, text), wantedY: y(last.samplesPerS), fromX: x(last.rankCount) };
  });
  const idealText = rateText(ideal(largest));
  const idealLabel = { name: "ideal", value: idealText, isMain: false };
  ends.push({ ...idealLabel, wantedY: y(ideal(largest)), fromX: x(largest) });
  drawEndLabels(pen, ends, { ...panel, top: 10, bottom: bottom - 4 });
}

/** Sizes under both panels, the largest always; others only where they do not touch. */
function drawSizes(pen: Pen, rankCounts: readonly number[], panel: Panel): void {
  const { x, left, right, top, bottom } = panel;
  let free = Infinity;
  for (const count of rankCounts.toReversed()) {
    for (const y of [top, bottom]) pen.line([x(count), y], [x(count), y + 5], "axis");
    const text = fixed(count);
    const half = textWidth(text, 12) / 2;
    if (x(count) + half > free) continue;
    pen.text([x(count), bottom + 18], text, { style: "axis", anchor: "middle" });
    free = x(count) - half - 8;
  }
  const middle = (left + right) / 2;
  pen.text([middle, bottom + 36], "accelerators, log", { style: "axis", anchor: "middle" });
}
