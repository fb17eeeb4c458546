/**
 * Cost against days: every size that was priced, the front in ink, the recommended one ringed,
 * and the days that would be too late.
 */
import { at } from "../../base/assert.ts";
import { fixed } from "../../base/format.ts";
import type { PlanPoint } from "../../records/plan.ts";
import type { Chart, Size } from "./chart.ts";
import { spread } from "./labels.ts";
import type { Pen } from "./svg.ts";
import { fitted, textWidth } from "./text-width.ts";

const DAY_S = 86_400;

export interface ParetoInput {
  readonly points: readonly PlanPoint[];
  readonly withinS: number;
  readonly basis: string;
  readonly title: string;
}

interface Dot {
  readonly point: PlanPoint;
  readonly label: string;
  readonly costM: number;
  readonly days: number;
}

export function pareto(input: ParetoInput): Chart {
  const dots = input.points.map(dotOf);
  const front = frontOf(dots.filter(({ point }) => point.isWithinCaps));
  const best = dots.find(({ point }) => point.optionIndex === 0);
  const costs = front.map(({ costM }) => fixed(costM, 1)).join(", ");
  return {
    name: "pareto",
    index: 1,
    title: input.title,
    subtitle:
      `${fixed(dots.length)} priced sizes, ${input.basis}; days at p50, whisker p10–p90. ` +
      "Line: nothing is both cheaper and earlier. Numbers are those of the options.",
    subject: "Cost against days of every priced size",
    desc:
      `Scatter of ${dots.length} sizes over cost in million USD and days; the front at ` +
      `${costs} M USD; recommended at ${fixed(best?.costM ?? 0, 1)} M USD and ` +
      `${fixed(best?.days ?? 0, 1)} days; limit ${fixed(input.withinS / DAY_S, 1)} days.`,
    wide: [540, 466],
    narrow: [328, 306],
    draw: (pen, { size, narrow }) => draw(pen, { dots, front, input }, size, narrow),
    values: {
      columns: [
        ...["Cluster", "Accelerators", "Option", "Days p10", "Days p50", "Days p90"],
        ...["M USD p10", "M USD", "M USD p90"],
      ],
      rows: dots.map(({ point, days, costM }) => [
        ...[point.cluster, point.acceleratorCount, placeOf(point) ?? "rejected"],
        ...[point.p10S / DAY_S, days, point.p90S / DAY_S],
        ...[point.total.lowUsd / 1e6, costM, point.total.highUsd / 1e6],
      ]),
    },
  };
}

/** Options are numbered from 1. */
const placeOf = ({ optionIndex }: PlanPoint): number | undefined =>
  optionIndex === undefined ? undefined : optionIndex + 1;

const dotOf = (point: PlanPoint): Dot => ({
  point,
  label: point.optionIndex === 0 ? "1, recommended" : `${placeOf(point) ?? ""}`,
  costM: point.total.midUsd / 1e6,
  days: point.p50S / DAY_S,
});

/** Cheapest first, each earlier than all before. */
function frontOf(dots: readonly Dot[]): Dot[] {
  const sorted = dots.toSorted((a, b) => a.costM - b.costM || a.days - b.days);
  const front: Dot[] = [];
  for (const dot of sorted) {
    const last = front.at(-1);
    if (last === undefined || dot.days < last.days) front.push(dot);
  }
  return front;
}

interface Plot {
  readonly dots: readonly Dot[];
  readonly front: readonly Dot[];
  readonly input: ParetoInput;
}

function draw(pen: Pen, plot: Plot, [width, height]: Size, narrow: boolean): void {
  const { dots, input } = plot;
  const [left, right, top, bottom] = [
    narrow ? 34 : 44,
    width - (narrow ? 12 : 20),
    30,
    height - 44,
  ];
  const limit = input.withinS / DAY_S;
  const lows = dots.map(({ point }) => point.p10S / DAY_S);
  const highs = dots.map(({ point }) => point.p90S / DAY_S);
  const span = Math.max(limit, ...highs) - Math.min(...lows);
  const y = pen
    .scaleLinear()
    .domain([Math.min(...lows) - 0.08 * span, Math.max(limit, ...highs) + 0.1 * span])
    .range([bottom, top]);
  const costs = dots.map(({ costM }) => costM);
  const [least, most] = [Math.min(...costs), Math.max(...costs)];
  const room = Math.max(most - least, 0.1 * most);
  const x = pen
    .scaleLinear()
    .domain([Math.max(0, least - 0.12 * room), most + 0.12 * room])
    .range([left, right]);
  const frame = { x, y, left, right, top, bottom, limit, narrow };
  drawAxes(pen, frame);
  drawMarks(pen, plot, frame);
}

interface Frame {
  readonly x: ReturnType<Pen["scaleLinear"]>;
  readonly y: ReturnType<Pen["scaleLinear"]>;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly limit: number;
  readonly narrow: boolean;
}

function drawAxes(pen: Pen, { x, y, left, right, top, bottom, limit, narrow }: Frame): void {
  pen.rect({ x: left, y: top, width: right - left, height: y(limit) - top }, "nogo");
  pen.text([0, 14], "Days from start to last step", { style: "axis" });
  for (const tick of y.ticks(5)) {
    pen.line([left, y(tick)], [right, y(tick)], "grid");
    pen.text([left - 6, y(tick) + 4], fixed(tick), { style: "axis", anchor: "end" });
  }
  const ticks = x.ticks(narrow ? 4 : 6);
  const step = at(ticks, 1) - at(ticks, 0);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  for (const tick of ticks) {
    pen.line([x(tick), bottom], [x(tick), bottom + 5], "axis");
    const words = fixed(tick, decimals);
    pen.text([x(tick), bottom + 18], words, { style: "axis", anchor: "middle" });
  }
  pen.line([left, bottom], [right, bottom], "axis");
  pen.text([(left + right) / 2, bottom + 36], "cost, million USD", {
    ...{ style: "axis", anchor: "middle" },
  });
  pen.line([left, y(limit)], [right, y(limit)], "limit");
  const words = `later than ${fixed(limit, 0)} days`;
  pen.text([right - 6, y(limit) - 6], words, { style: "bad", anchor: "end" });
  pen.arrow([left + 40, bottom - 34], [left + 14, bottom - 10], "arrow");
  pen.text([left + 44, bottom - 30], "better", { style: "name" });
}

function drawMarks(pen: Pen, { dots, front }: Plot, frame: Frame): void {
  const { x, y } = frame;
  const steps = front.flatMap((dot, i) => {
    const before = front[i - 1];
    const corner = before === undefined ? [] : [[x(dot.costM), y(before.days)] as const];
    return [...corner, [x(dot.costM), y(dot.days)] as const];
  });
  if (steps.length > 1) pen.path(pen.polyline(steps), "front");
  const named = dots.filter(({ point }) => point.optionIndex !== undefined);
  for (const { point, costM, days } of dots) {
    if (point.optionIndex === undefined) pen.circle([x(costM), y(days)], 3, "dot");
  }
  for (const { point, costM, days } of named) {
    const isFirst = point.optionIndex === 0;
    pen.line([x(costM), y(point.p10S / DAY_S)], [x(costM), y(point.p90S / DAY_S)], "whisker");
    pen.circle([x(costM), y(days)], isFirst ? 4.5 : 3.6, isFirst ? "d-main" : "d-other");
    if (isFirst) pen.circle([x(costM), y(days)], 9, "ringed");
  }
  drawNames(pen, named, frame);
}

/** Beside each numbered dot, moved apart where two would touch. */
function drawNames(pen: Pen, named: readonly Dot[], frame: Frame): void {
  const { x, y, right, top, bottom } = frame;
  const spots = named.map((dot) => ({ dot, wantedY: y(dot.days) }));
  const room = { gap: 15, low: top + 28, high: bottom - 52 };
  for (const { label, position } of spread(spots, room)) {
    const { dot } = label;
    const isFirst = dot.point.optionIndex === 0;
    const weight = isFirst ? "bold" : "regular";
    const from = x(dot.costM) + 13;
    const words = dot.label;
    const width = textWidth(words, 12, weight);
    const style = isFirst ? "name" : "value";
    if (from + width <= right) {
      pen.text([from, position + 4], words, { style, halo: true });
    } else {
      const shown = fitted(words, x(dot.costM) - 13 - frame.left, 12, weight);
      pen.text([x(dot.costM) - 13, position + 4], shown, { style, anchor: "end", halo: true });
    }
  }
}
