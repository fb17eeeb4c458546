/** The losses of a model that was really trained on this machine. */
import { at } from "../../base/assert.ts";
import { fixed, significant } from "../../base/format.ts";
import type { Measurement } from "../../records/trace.ts";
import type { Chart, Size } from "./chart.ts";
import type { Pen } from "./svg.ts";
import { textWidth } from "./text-width.ts";

export function losses(measurement: Measurement, ordinal = 1): Chart {
  const { losses: values, model } = measurement;
  const [first, last] = [at(values, 0), at(values, values.length - 1)];
  const points = shownPoints(values);
  const change = `from ${significant(first, 4)} to ${significant(last, 4)}`;
  const some = points.length < values.length ? ` (${fixed(points.length)} of them)` : "";
  const verb = last < first ? "falls" : "goes";
  return {
    name: "losses",
    index: ordinal,
    title: `${model}: loss ${verb} ${change} in ${fixed(values.length)} steps`,
    subtitle: `Training loss by step${some}, ${measurement.backend} backend; no unit.`,
    subject: `Training loss of ${model}`,
    desc: `Line chart of the loss over ${fixed(values.length)} steps, ${change}.`,
    wide: [540, 220],
    narrow: [328, 190],
    draw: (pen, { size, narrow }) => draw(pen, points, size, narrow),
    values: {
      columns: ["Step", "Loss"],
      rows: points.map(({ step, loss }) => [step, loss]),
    },
  };
}

interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

const POINTS_MOST = 100;

/** At most so many steps, evenly spaced, first and last among them. */
function shownPoints(all: readonly number[]): LossPoint[] {
  const last = all.length - 1;
  const count = Math.min(POINTS_MOST, all.length);
  return Array.from({ length: count }, (_, i) => {
    const index = count === 1 ? 0 : Math.round((i * last) / (count - 1));
    return { step: index + 1, loss: at(all, index) };
  });
}

function draw(pen: Pen, shown: readonly LossPoint[], [width, height]: Size, narrow: boolean): void {
  const values = shown.map((one) => one.loss);
  const lastStep = at(shown, shown.length - 1).step;
  const [left, right, top, bottom] = [48, width - 64, 30, height - 40];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = high > low ? (high - low) * 0.08 : Math.abs(high) * 0.1 + 1e-9;
  const y = pen
    .scaleLinear()
    .domain([low - margin, high + margin])
    .range([bottom, top]);
  const x = pen
    .scaleLinear()
    .domain([1, Math.max(2, lastStep)])
    .range([left, right]);
  pen.text([0, 14], "Loss, axis does not start at zero", { style: "axis" });
  const ticks = y.ticks(narrow ? 3 : 4);
  const step = ticks.length > 1 ? at(ticks, 1) - at(ticks, 0) : 1;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  for (const tick of ticks) {
    pen.line([left, y(tick)], [right, y(tick)], "grid");
    pen.text([left - 6, y(tick) + 4], fixed(tick, decimals), { style: "axis", anchor: "end" });
  }
  pen.line([left, bottom], [right, bottom], "axis");
  let free = -Infinity;
  for (const tick of x.ticks(narrow ? 4 : 8).filter(Number.isInteger)) {
    const half = textWidth(fixed(tick), 12) / 2;
    if (x(tick) - half < free) continue;
    pen.text([x(tick), bottom + 17], fixed(tick), { style: "axis", anchor: "middle" });
    free = x(tick) + half + 8;
  }
  pen.text([(left + right) / 2, bottom + 34], "step", { style: "axis", anchor: "middle" });
  const points = shown.map(({ step, loss }) => [x(step), y(loss)] as const);
  pen.path(pen.polyline(points), "s-main");
  const end = at(points, points.length - 1);
  pen.circle(end, 3.4, "d-main");
  pen.text([end[0] + 8, end[1] + 4], significant(at(values, values.length - 1), 4), {
    style: "name",
  });
}
