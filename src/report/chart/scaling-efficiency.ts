/** The lower panel of the scaling chart: efficiency, its limit, and the knee with its cause. */
import { at } from "../../base/assert.ts";
import { fixed, percent } from "../../base/format.ts";
import type { PointRow } from "../../records/result.ts";
import { limitWords } from "../words.ts";
import { drawEndLabels, drawLine, endLabel } from "./series.ts";
import type { Panel, ScalingPlot } from "./series.ts";
import type { Pen } from "./svg.ts";
import { wrapped } from "./text-width.ts";

export function drawEfficiency(pen: Pen, plot: ScalingPlot, panel: Panel): void {
  const { x, left, right, top, bottom, narrow } = panel;
  const values = plot.series.flatMap((one) => one.rows.map((row) => row.efficiency ?? 0));
  const low = Math.min(...values) >= 0.6 ? 0.6 : 0;
  const high = Math.max(1, Math.ceil(Math.max(...values) * 20 - 1e-9) / 20);
  const y = pen.scaleLinear().domain([low, high]).range([bottom, top]);
  const base = `against ${fixed(plot.baseRankCount)}${narrow ? "" : " accelerators"}, %`;
  const title = `${plot.scalingWord}-scaling efficiency ${base}`;
  pen.text([0, top - 14], title, { style: "axis" });
  const step = low > 0 ? 0.1 : 0.2;
  for (let i = 0; low + i * step <= high + 1e-9; i++) {
    const value = low + i * step;
    pen.line([left, y(value)], [right, y(value)], "grid");
    const style = Math.abs(value - plot.efficiencyMin) < 1e-9 ? "name" : "axis";
    pen.text([left - 6, y(value) + 4], fixed(value * 100), { style, anchor: "end" });
  }
  pen.line([left, bottom], [right, bottom], "axis");
  pen.line([left, y(plot.efficiencyMin)], [right, y(plot.efficiencyMin)], "limit");
  for (const one of plot.series.toSorted((a, b) => b.styleIndex - a.styleIndex)) {
    drawLine(pen, one, (row) => [x(row.rankCount), y(row.efficiency ?? 0)]);
  }
  const limitText = `limit ${percent(plot.efficiencyMin, 0)}`;
  pen.text([left + 6, y(plot.efficiencyMin) + 16], limitText, { style: "bad", halo: true });
  const ends = plot.series.map((one) => {
    const last = at(one.rows, one.rows.length - 1);
    const value = last.efficiency ?? 0;
    return { ...endLabel(one, percent(value)), wantedY: y(value), fromX: x(last.rankCount) };
  });
  drawEndLabels(pen, ends, panel);
  drawKnee(pen, plot, panel, (value) => y(value));
}

/**
 * The first size after which efficiency falls at least twice as fast per doubling as before,
 * where another link becomes the limit. Without both there is no knee to speak of.
 */
export function kneeOf(rows: readonly PointRow[]): { row: PointRow; next: PointRow } | undefined {
  const slope = (from: PointRow, to: PointRow): number =>
    -Math.log((to.efficiency ?? 1) / (from.efficiency ?? 1)) /
    Math.log2(to.rankCount / from.rankCount);
  const LEAST_LOSS = 0.01;
  for (let i = 1; i + 1 < rows.length; i++) {
    const [before, row, next] = [at(rows, i - 1), at(rows, i), at(rows, i + 1)];
    const after = slope(row, next);
    const isOther = row.limit.kind !== next.limit.kind;
    if (isOther && after > LEAST_LOSS && after >= 2 * slope(before, row)) return { row, next };
  }
  return undefined;
}

function drawKnee(pen: Pen, plot: ScalingPlot, panel: Panel, y: (value: number) => number): void {
  const main = plot.series.find((one) => one.styleIndex === 0);
  const knee = main === undefined ? undefined : kneeOf(main.rows);
  if (knee === undefined) return;
  const { x, left, right, bottom, narrow } = panel;
  const words = `Knee at ${fixed(knee.row.rankCount)}: beyond it ${limitWords(knee.next.limit)}`;
  const room = (right - left) * (narrow ? 0.72 : 0.62);
  const lines = wrapped(words, room, 12, "bold").slice(0, narrow ? 4 : 3);
  const top = bottom - 8 - 16 * (lines.length - 1);
  const center = [x(knee.row.rankCount), y(knee.row.efficiency ?? 0)] as const;
  pen.circle(center, 8, "ring");
  pen.line([center[0], center[1] + 9], [Math.min(center[0], left + room), top - 14], "leader");
  lines.forEach((line, index) => {
    pen.text([left + 6, top + 16 * index], line, { style: "name", halo: true });
  });
}
