/**
 * What could make a plan late: one row an input at either end of its range, the line of now
 * and the line at which the answer flips; what lies beyond it in vermillion.
 */
import { at } from "../../base/assert.ts";
import { fixed } from "../../base/format.ts";
import type { PlanMove } from "../../records/plan.ts";
import type { Chart } from "./chart.ts";
import type { Box, Pen } from "./svg.ts";
import { textWidth, wrapped } from "./text-width.ts";

const DAY_S = 86_400;

export interface MovesInput {
  readonly moves: readonly PlanMove[];
  readonly nowS: number;
  readonly withinS: number;
}

export function movesChart({ moves, nowS, withinS }: MovesInput): Chart {
  const inside = moves.filter(({ flipsInside }) => flipsInside);
  const limit = fixed(withinS / DAY_S, 0);
  const first = at(moves, 0);
  const title =
    inside.length === 0
      ? `Nothing inside its plausible range makes it later than ${limit} days`
      : `${inside.map(({ name }) => name).join(" and ")} could make it later than ${limit} days`;
  return {
    name: "moves",
    index: 1,
    title,
    subtitle: "Days at p90 with one input at either end of its range; ◂ late inside the range.",
    subject: "Sensitivity of the days at p90",
    desc:
      `Tornado chart of ${moves.length} inputs; the largest, ${first.name}, moves the days at ` +
      `p90 from ${dayText(first.low.p90S)} to ${dayText(first.high.p90S)}; limit ${limit} days.`,
    wide: [734, 84 + 42 * moves.length],
    narrow: [328, 84 + 54 * moves.length],
    draw: (pen, { size, narrow }) =>
      draw(pen, { moves, nowS, withinS }, { width: size[0], narrow }),
    values: {
      columns: [
        ...["Input", "Now", "Low end", "High end"],
        ...["Days at p90, low", "Days at p90, high", "Deadline missed"],
      ],
      rows: moves.map((one) => [
        ...[one.name, one.now, one.low.input, one.high.input],
        ...[one.low.p90S / DAY_S, one.high.p90S / DAY_S, one.flipsAt ?? "nowhere near"],
      ]),
    },
  };
}

const dayText = (seconds: number): string => fixed(seconds / DAY_S, 1);

interface Place {
  readonly width: number;
  readonly narrow: boolean;
}

function draw(pen: Pen, { moves, nowS, withinS }: MovesInput, { width, narrow }: Place): void {
  const [left, right] = narrow ? [62, width - 62] : [274 + 62, width - 172];
  const [top, pitch, thick] = [46, narrow ? 54 : 42, narrow ? 12 : 18];
  const ends = moves.flatMap(({ low, high }) => [low.p90S, high.p90S]);
  const days = [...ends, nowS, withinS].map((seconds) => seconds / DAY_S);
  const x = pen
    .scaleLinear()
    .domain([Math.min(...days), Math.max(...days)])
    .range([left, right]);
  const bottom = top + pitch * moves.length;
  const ticks = x.ticks(narrow ? 3 : 6);
  for (const tick of ticks) {
    pen.line([x(tick), top], [x(tick), bottom], "grid");
    pen.text([x(tick), bottom + 16], fixed(tick), { style: "axis", anchor: "middle" });
  }
  pen.text([(left + right) / 2, bottom + 30], "days at p90", { style: "axis", anchor: "middle" });
  const [now, flip] = [x(nowS / DAY_S), x(withinS / DAY_S)];
  const late = x(Math.max(...days)) - flip;
  if (late > 0) pen.rect({ x: flip, y: top, width: late, height: bottom - top }, "nogo");
  moves.forEach((move, i) => {
    const y = top + pitch * i + (narrow ? 32 : (pitch - thick) / 2);
    drawBars(pen, move, { x, now, flip }, { y, thick });
    drawWords(pen, move, { x, y: y + thick / 2 + 4, width, narrow });
  });
  pen.line([now, top - 4], [now, bottom], "now");
  pen.line([flip, top - 4], [flip, bottom], "limit");
  const limitWords = `${fixed(withinS / DAY_S, 0)} days: too late`;
  const limitSide = flip + textWidth(limitWords, 12, "bold") > width ? "end" : "start";
  pen.text([now, top - 26], `now ${dayText(nowS)}`, { style: "name", anchor: "end" });
  pen.text([flip, top - 10], limitWords, { style: "bad", anchor: limitSide });
}

interface Scale {
  readonly x: ReturnType<Pen["scaleLinear"]>;
  readonly now: number;
  readonly flip: number;
}

function drawBars(
  pen: Pen,
  { low, high }: PlanMove,
  { x, now, flip }: Scale,
  { y, thick }: { readonly y: number; readonly thick: number },
): void {
  const box = (from: number, to: number): Box => ({
    ...{ x: Math.min(from, to), y, width: Math.abs(to - from), height: thick },
  });
  const [least, most] = [x(low.p90S / DAY_S), x(high.p90S / DAY_S)];
  if (Math.abs(least - now) > 0.4) pen.rect(box(least, now), "m-low");
  if (Math.abs(most - now) > 0.4) pen.rect(box(now, most), "m-high");
  if (most > flip) pen.rect(box(flip, most), "m-late");
}

function drawWords(
  pen: Pen,
  { name, low, high, flipsAt, flipsInside }: PlanMove,
  place: {
    readonly x: Scale["x"];
    readonly y: number;
    readonly width: number;
    readonly narrow: boolean;
  },
): void {
  const { x, y, width, narrow } = place;
  const ends = [x(low.p90S / DAY_S), x(high.p90S / DAY_S)].sort((a, b) => a - b);
  pen.text([at(ends, 0) - 6, y], low.input, { style: "value", anchor: "end", halo: true });
  pen.text([at(ends, 1) + 6, y], high.input, { style: "value", halo: true });
  const flips = flipsAt === undefined ? "nowhere near" : flipsAt;
  const words = `${flipsInside ? "◂ " : ""}late ${flips}`;
  const shown = flipsAt === undefined ? flips : words;
  if (narrow) {
    pen.text([0, y - 26], name, { style: "name", halo: true });
    pen.text([width, y - 12], shown, { style: "small", anchor: "end", halo: true });
    return;
  }
  const lines = wrapped(name, 252, 12, "bold").slice(0, 2);
  lines.forEach((line, order) => {
    const lineY = y + 15 * order - 7.5 * (lines.length - 1);
    pen.text([262, lineY], line, { style: "name", anchor: "end" });
  });
  const style = flipsInside ? "bad" : "value";
  pen.text([width, y], shown, { style, anchor: "end", halo: true });
}
