/**
 * What the answer is sensitive to: one row an input, moved 10 % down and up, everything else
 * held; the largest swing first.
 */
import { at } from "../../base/assert.ts";
import { fixed, percent } from "../../base/format.ts";
import type { Sensitivity } from "../../records/result.ts";
import { signedPercent } from "../words.ts";
import type { Chart } from "./chart.ts";
import type { Pen } from "./svg.ts";
import { fitted, textWidth, wrapped } from "./text-width.ts";

/** Inputs below this swing do not matter; they are named together. */
export const INERT_SWING = 0.001;

const ROWS_MOST = 5;

export interface Ranked {
  readonly metric: Sensitivity["metric"];
  readonly largest: readonly Sensitivity[];
  readonly between: readonly Sensitivity[];
  readonly inert: readonly Sensitivity[];
}

/** Per metric: the five largest swings, and those under 0.1 %. */
export function ranked(sensitivities: readonly Sensitivity[]): Ranked[] {
  // Time first: it is what the question asks about; money follows from it.
  const metrics = (["step time", "USD per million samples"] as const).filter((metric) =>
    sensitivities.some((one) => one.metric === metric),
  );
  return metrics.map((metric) => {
    const sorted = sensitivities
      .filter((one) => one.metric === metric)
      .toSorted((a, b) => b.swing - a.swing);
    const moving = sorted.filter((one) => one.swing >= INERT_SWING);
    return {
      metric,
      largest: moving.slice(0, ROWS_MOST),
      between: moving.slice(ROWS_MOST),
      inert: sorted.filter((one) => one.swing < INERT_SWING),
    };
  });
}

export function tornado(group: Ranked, ordinal = 1): Chart {
  const { metric, largest } = group;
  const first = at(largest, 0);
  return {
    name: "tornado",
    index: ordinal,
    title: `${first.name} moves the ${metric} most: ${percent(first.swing)} for 10 %`,
    subtitle:
      `Change of the ${metric} when one input moves by 10 %, everything else held. ` +
      `Upper bar: input 10 % lower; lower bar: 10 % higher.`,
    subject: `Sensitivity of the ${metric}`,
    desc:
      `Tornado chart of the ${largest.length} inputs that move the ${metric} most; the largest, ` +
      `${first.name}, by ${percent(first.swing)}.`,
    wide: [734, 66 + 40 * largest.length],
    narrow: [328, 66 + 54 * largest.length],
    draw: (pen, { size, narrow }) => draw(pen, largest, size[0], narrow),
    values: {
      columns: ["Input", "10 % lower, ratio", "10 % higher, ratio", "Swing, ratio"],
      rows: largest.map((one) => [one.name, one.whenLower, one.whenHigher, one.swing]),
    },
  };
}

const LABEL_PX = 64;

function draw(pen: Pen, rows: readonly Sensitivity[], width: number, narrow: boolean): void {
  const [left, right] = narrow ? [LABEL_PX, width - LABEL_PX] : [274 + LABEL_PX, width - 86];
  const [top, pitch] = [28, narrow ? 54 : 40];
  const ends = rows.flatMap((one) => [one.whenLower, one.whenHigher]);
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const x = pen.scaleLinear().domain([low, high]).range([left, right]);
  const bottom = top + pitch * rows.length;
  drawGrid(pen, x, { top, bottom, width, narrow });
  pen.line([x(0), top - 4], [x(0), bottom], "now");
  pen.text([x(0), top - 10], "now", { style: "name", anchor: nowAnchor(x(0), width) });
  rows.forEach((one, index) => {
    const y = top + pitch * index + (narrow ? 24 : 9);
    if (narrow) {
      pen.text([0, y - 7], fitted(one.name, width, 12, "bold"), { style: "name", halo: true });
    } else {
      const lines = wrapped(one.name, 264, 12, "bold");
      const shown = lines.length > 2 ? [at(lines, 0), fitted(rest(lines), 264, 12, "bold")] : lines;
      shown.forEach((line, order) => {
        const nameY = y + 15 + 15 * order - 7.5 * (shown.length - 1);
        pen.text([268, nameY], line, { style: "name", anchor: "end" });
      });
    }
    drawPair(pen, one, x, y);
  });
}

const rest = (lines: readonly string[]): string => lines.slice(1).join(" ");

const nowAnchor = (x: number, width: number) =>
  x < 20 ? "start" : x > width - 20 ? "end" : "middle";

/** Two thin bars; their labels stand one above the other where they point to the same side. */
function drawPair(pen: Pen, one: Sensitivity, x: (value: number) => number, y: number): void {
  const bars = [
    { value: one.whenLower, y, fill: "u3" },
    { value: one.whenHigher, y: y + 11, fill: "u2" },
  ];
  for (const bar of bars) {
    const [from, to] = [Math.min(x(0), x(bar.value)), Math.max(x(0), x(bar.value))];
    pen.rect({ x: from, y: bar.y, width: Math.max(0.5, to - from), height: 10 }, bar.fill);
    const toLeft = bar.value < 0;
    const anchor = toLeft ? "end" : "start";
    const place = [x(bar.value) + (toLeft ? -5 : 5), bar.y + (bar.fill === "u3" ? 7 : 12)] as const;
    pen.text(place, signedPercent(bar.value), { style: "small", anchor });
  }
}

function drawGrid(
  pen: Pen,
  x: ReturnType<Pen["scaleLinear"]>,
  { top, bottom, width, narrow }: { top: number; bottom: number; width: number; narrow: boolean },
): void {
  const { ticks, words } = labelledTicks(x, narrow ? 4 : 7);
  ticks.forEach((tick, index) => {
    pen.line([x(tick), top], [x(tick), bottom], "grid");
    const text = at(words, index);
    const half = textWidth(text, 12) / 2;
    if (x(tick) + half > width || x(tick) - half < 0) return;
    pen.text([x(tick), bottom + 18], text, { style: "axis", anchor: "middle" });
  });
}

/** As many round ticks as have room for their labels side by side. */
function labelledTicks(x: ReturnType<Pen["scaleLinear"]>, most: number) {
  for (let count = most; ; count--) {
    const ticks = x.ticks(count);
    const step = ticks.length > 1 ? at(ticks, 1) - at(ticks, 0) : 0.01;
    const decimals = Math.max(0, -Math.floor(Math.log10(step * 100) + 1e-9));
    const words = ticks.map((tick) => `${fixed(tick * 100, decimals)}\u00a0%`);
    const room = Math.max(...words.map((text) => textWidth(text, 12))) + 8;
    const fits = ticks.length < 2 || x(at(ticks, 1)) - x(at(ticks, 0)) >= room;
    if (fits || count <= 1) return { ticks, words };
  }
}
