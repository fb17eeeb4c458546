/** One or two bars a row over a common axis: the first is what counts, the second beside it. */
import { at } from "../../base/assert.ts";
import { fixed } from "../../base/format.ts";
import type { Chart } from "./chart.ts";
import type { Pen } from "./svg.ts";
import { fitted, textWidth } from "./text-width.ts";

export interface BarRow {
  readonly name: string;
  /** In the chart's unit; undefined: not known, and said so. */
  readonly values: readonly (number | undefined)[];
}

export interface BarChart {
  readonly name: string;
  readonly index: number;
  readonly title: string;
  readonly subtitle: string;
  readonly subject: string;
  readonly unit: string;
  readonly decimals: number;
  /** What the bars of a row are, one or two. */
  readonly kinds: readonly string[];
  readonly rows: readonly BarRow[];
}

const ROW_PX = 44;
const FILLS = ["u3", "u2"];

export function barChart(bars: BarChart): Chart {
  const { name, index, title, subtitle, subject, unit, kinds, rows } = bars;
  const height = 34 + ROW_PX * rows.length;
  return {
    ...{ name, index, title, subtitle, subject },
    desc: `${subject}: bars of ${rows.map((row) => row.name).join(", ")}, in ${unit}. ${title}.`,
    wide: [734, height],
    narrow: [328, height + 16 * rows.length],
    draw: (pen, { size, narrow }) => draw(pen, bars, size[0], narrow),
    values: {
      columns: ["Family", ...kinds.map((kind) => `${kind}, ${unit}`)],
      rows: rows.map((row) => [row.name, ...row.values.map((value) => value ?? "not known")]),
    },
  };
}

function draw(pen: Pen, bars: BarChart, width: number, narrow: boolean): void {
  const { rows, unit, decimals } = bars;
  const pitch = narrow ? ROW_PX + 16 : ROW_PX;
  const [left, right] = narrow ? [8, width - 76] : [128, width - 96];
  const most = Math.max(...rows.flatMap((row) => row.values.map((value) => value ?? 0)), 1e-12);
  const x = pen.scaleLinear().domain([0, most]).range([left, right]);
  const bottom = pitch * rows.length;
  drawAxis(pen, { x, bottom, width, unit });
  rows.forEach((row, order) => {
    const top = pitch * order + 4;
    if (narrow) pen.text([0, top + 11], fitted(row.name, width, 12, "bold"), { style: "name" });
    else {
      const name = fitted(row.name, left - 14, 12, "bold");
      pen.text([left - 8, top + 22], name, { style: "name", anchor: "end" });
    }
    row.values.forEach((value, kind) => {
      const y = top + (narrow ? 16 : 2) + 17 * kind;
      const end = value === undefined ? left : x(value);
      if (value !== undefined) {
        const box = { x: left, y, width: Math.max(0.5, end - left), height: 14 };
        pen.rect(box, at(FILLS, kind % FILLS.length));
      }
      const words = value === undefined ? "not known" : `${fixed(value, decimals)} ${unit}`;
      pen.text([end + 6, y + 11], words, { style: "small" });
    });
  });
}

interface Axis {
  readonly x: ReturnType<Pen["scaleLinear"]>;
  readonly bottom: number;
  readonly width: number;
  readonly unit: string;
}

function drawAxis(pen: Pen, { x, bottom, width, unit }: Axis): void {
  pen.line([x(0), 0], [x(0), bottom], "axis");
  const ticks = x.ticks(4);
  const step = ticks.length > 1 ? at(ticks, 1) - at(ticks, 0) : 1;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  for (const tick of ticks) {
    if (tick > 0) pen.line([x(tick), 0], [x(tick), bottom], "grid");
    const words = tick === 0 ? "0" : `${fixed(tick, decimals)}\u00a0${unit}`;
    const half = textWidth(words, 12) / 2;
    const place = Math.min(Math.max(x(tick), half), width - half);
    pen.text([place, bottom + 18], words, { style: "axis", anchor: "middle" });
  }
}
