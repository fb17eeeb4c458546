/** Points of two figures, one against the other, and the front of those that no other beats. */
import { fixed, significant } from "../../base/format.ts";
import type { Chart, Size } from "./chart.ts";
import type { Pen, Point } from "./svg.ts";

export interface ScatterInput {
  readonly title: string;
  readonly subject: string;
  /** With units. */
  readonly xName: string;
  readonly yName: string;
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly name: string;
    readonly isOnFront: boolean;
  }[];
}

export function scatter(input: ScatterInput, ordinal = 1): Chart {
  const { points, xName, yName, subject } = input;
  const count = points.filter(({ isOnFront }) => isOnFront).length;
  return {
    name: "scatter",
    index: ordinal,
    title: input.title,
    subtitle:
      `${yName} against ${xName}, both logarithmic; filled and joined: the ${fixed(count)} ` +
      `shown points that no other beats in both.`,
    subject,
    desc: `Scatter chart of ${fixed(points.length)} points: ${yName} against ${xName}.`,
    wide: [1120, 420],
    narrow: [328, 300],
    draw: (pen, { size, narrow }) => draw(pen, input, size, narrow),
    values: {
      columns: ["Point", xName, yName, "On the front"],
      rows: points.map(({ name, x, y, isOnFront }) => [name, x, y, isOnFront ? "yes" : "no"]),
    },
  };
}

/** A margin on both sides, also of a single value. */
function bounds(values: readonly number[]): readonly [number, number] {
  const positive = values.filter((value) => value > 0);
  const [low, high] = [Math.min(...positive), Math.max(...positive)];
  return positive.length === 0 ? [1, 10] : [low / 1.08, high * 1.08];
}

/** Of a decade 1, 2 and 5; of a short range, the scale's own. */
function ticksOf(low: number, high: number, own: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const step of [1, 2, 5]) {
      const tick = step * 10 ** power;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks.length >= 2 ? ticks : own.slice(0, 6);
}

function draw(pen: Pen, input: ScatterInput, [width, height]: Size, narrow: boolean): void {
  const { points, xName, yName } = input;
  const [left, right, top, bottom] = [narrow ? 52 : 72, width - 16, 28, height - 44];
  const [xs, ys] = [bounds(points.map(({ x }) => x)), bounds(points.map(({ y }) => y))];
  const x = pen.scaleLog().domain([xs[0], xs[1]]).range([left, right]);
  const y = pen.scaleLog().domain([ys[0], ys[1]]).range([bottom, top]);
  pen.text([0, 14], `${yName}, log`, { style: "axis" });
  for (const tick of ticksOf(ys[0], ys[1], y.ticks(4))) {
    pen.line([left, y(tick)], [right, y(tick)], "grid");
    pen.text([left - 6, y(tick) + 4], tickText(tick), { style: "axis", anchor: "end" });
  }
  let free = -Infinity;
  for (const tick of ticksOf(xs[0], xs[1], x.ticks(4))) {
    if (x(tick) < free || x(tick) > right - 8) continue;
    pen.line([x(tick), bottom], [x(tick), bottom + 4], "axis");
    pen.text([x(tick), bottom + 18], tickText(tick), { style: "axis", anchor: "middle" });
    free = x(tick) + 52;
  }
  pen.line([left, bottom], [right, bottom], "axis");
  pen.text([(left + right) / 2, bottom + 38], `${xName}, log`, { style: "axis", anchor: "middle" });
  const at = (point: { readonly x: number; readonly y: number }): Point => [
    x(Math.max(point.x, xs[0])),
    y(Math.max(point.y, ys[0])),
  ];
  const front = points.filter(({ isOnFront }) => isOnFront).toSorted((a, b) => a.x - b.x);
  if (front.length > 1) pen.path(pen.polyline(front.map(at)), "dotted");
  // One circle a point, in their order: the page's script hides those that a filter leaves out.
  for (const point of points) {
    pen.circle(at(point), point.isOnFront ? 4 : 2.6, point.isOnFront ? "d-main" : "d-other");
  }
}

function tickText(value: number): string {
  if (value >= 1e9) return `${significant(value / 1e9, 2)}\u00a0G`;
  if (value >= 1e6) return `${significant(value / 1e6, 2)}\u00a0M`;
  if (value >= 1e4) return `${significant(value / 1e3, 2)}\u00a0k`;
  return significant(value, 2);
}
