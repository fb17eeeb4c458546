/**
 * Where the step goes: one bar a part, each starting where the one above ends, so that the
 * parts visibly sum to the step. Hatched bars are communication that nothing hides.
 */
import { at } from "../../base/assert.ts";
import { fixed, percent } from "../../base/format.ts";
import type { PointRow, StepPart } from "../../records/result.ts";
import { closing, closingShares, rounded, timeScale } from "../round.ts";
import type { TimeScale } from "../round.ts";
import { capitalized, causeOf, isExposed, isLink, limitWords } from "../words.ts";
import type { Chart } from "./chart.ts";
import type { Pen } from "./svg.ts";
import { fitted, textWidth } from "./text-width.ts";

export interface Bar {
  readonly name: string;
  readonly cause: string;
  readonly fill: string;
  readonly exposed: boolean;
  readonly startS: number;
  readonly durationS: number;
  /** Printed figures without unit; they sum to the printed total and to 100.0 per cent. */
  readonly time: string;
  readonly share: string;
  readonly limit?: string;
}

/** A total whose parts are told one by one; seconds. */
export interface Fall {
  readonly stepTimeS: number;
  readonly stepTimeLowS: number;
  readonly stepTimeHighS: number;
  /** Beside the longest exposed bar: the link that limits it. */
  readonly limitWords?: string;
}

/** A part before it has its place and its figures; `isLimited`: the link is its limit. */
export type Kept = Pick<Bar, "name" | "cause" | "fill" | "exposed" | "durationS"> & {
  readonly isLimited?: boolean;
};

/** Parts below this share are joined, and listed in the table. */
const SMALL_SHARE = 0.005;

const FILLS: Readonly<Record<StepPart["name"], string>> = {
  "ideal compute": "f-comp",
  "matmul below peak": "f-comp2",
  "memory-bound ops": "f-mem",
  optimizer: "f-mem",
  launch: "f-bub",
  "overlap slowdown": "f-dp",
  "exposed reduce-scatter": "f-dp",
  "exposed all-reduce": "f-dp",
  "exposed all-gather": "f-dp",
};

/** The bars of one step, in order, with figures that close. */
export function waterfallBars(row: PointRow, scale = timeScale(row.stepTimeS)): Bar[] {
  return fallBars(fallOf(row), row.parts.map(keptOf(row)), scale);
}

const fallOf = (row: PointRow): Fall => ({
  ...row,
  ...(isLink(row.limit) ? { limitWords: limitWords(row.limit) } : {}),
});

const keptOf =
  (row: PointRow) =>
  (part: StepPart): Kept => ({
    name: capitalized(part.name),
    cause: causeOf(part.name, row),
    fill: FILLS[part.name],
    exposed: isExposed(part),
    durationS: part.durationS,
  });

/** Small parts joined, the others in order, with figures that close. */
export function fallBars(fall: Fall, all: readonly Kept[], scale: TimeScale): Bar[] {
  const parts = all.filter((part) => part.durationS !== 0);
  const isSmall = (part: Kept): boolean => part.durationS < SMALL_SHARE * fall.stepTimeS;
  const small = parts.filter(isSmall);
  if (small.length < 2) return placed(fall, parts, scale);
  const other: Kept = {
    name: `Other, ${small.length} parts`,
    cause: "each under 0.5 % of the step",
    fill: "f-bub",
    exposed: false,
    durationS: small.reduce((sum, part) => sum + part.durationS, 0),
  };
  return placed(fall, [...parts.filter((part) => !isSmall(part)), other], scale);
}

function placed(row: Fall, kept: readonly Kept[], scale: TimeScale): Bar[] {
  const times = kept.map((bar) => bar.durationS);
  const shown = closing(
    times.map((time) => time * scale.perS),
    scale.decimals,
    row.stepTimeS * scale.perS,
  );
  const shares = closingShares(times);
  const worst = Math.max(...kept.filter((bar) => bar.exposed).map((bar) => bar.durationS), 0);
  let startS = 0;
  return kept.map((bar, index) => {
    const here = startS;
    startS += bar.durationS;
    const isNamed = bar.isLimited ?? (bar.exposed && bar.durationS === worst);
    const isWorst = isNamed && row.limitWords !== undefined;
    return {
      ...bar,
      startS: here,
      time: fixed(at(shown, index), scale.decimals),
      share: fixed(at(shares, index), 1),
      ...(isWorst ? { limit: `limit: ${row.limitWords}` } : {}),
    };
  });
}

export function waterfall(row: PointRow, ordinal = 1): Chart {
  const scale = timeScale(row.stepTimeS);
  const bars = waterfallBars(row, scale);
  const time = (seconds: number): string =>
    `${fixed(seconds * scale.perS, scale.decimals)}\u00a0${scale.unit}`;
  const exposed = row.exposedCommS / row.stepTimeS;
  return {
    name: "waterfall",
    index: ordinal,
    title: `Of ${time(row.stepTimeS)} a step, ${time(row.exposedCommS)} are exposed communication`,
    subtitle:
      `One step of ${row.model} on ${fixed(row.rankCount)} accelerators, ${row.clusterName}, ` +
      `${scale.unit}. Hatched: communication not hidden behind compute.`,
    subject: `Where a step of ${row.model} on ${row.clusterName} goes`,
    desc:
      `Waterfall of one training step of ${time(row.stepTimeS)}: ${bars.length} parts that sum ` +
      `exactly, ${percent(exposed)} of it exposed communication; limit ${limitWords(row.limit)}.`,
    ...fallDrawing(row, bars, scale),
    values: {
      columns: ["Part", "Duration, s", "Of the step, %"],
      rows: [
        ...row.parts.map((part) => [
          capitalized(part.name),
          part.durationS,
          (part.durationS / row.stepTimeS) * 100,
        ]),
        ["Step time", row.stepTimeS, 100],
      ],
    },
  };
}

/** Sizes and drawing of a fall; its words are the caller's. */
export function fallDrawing(
  row: Fall,
  bars: readonly Bar[],
  scale: TimeScale,
): Pick<Chart, "wide" | "narrow" | "draw"> {
  return {
    wide: [734, 24 + 34 * (bars.length + 1) + 14],
    narrow: [328, 24 + 35 * (bars.length + 1) + 14],
    draw: (pen, { size, narrow }) =>
      (narrow ? drawNarrow : drawWide)(pen, { row, bars, scale, width: size[0] }),
  };
}

interface Plot {
  readonly row: Fall;
  readonly bars: readonly Bar[];
  readonly scale: TimeScale;
  readonly width: number;
}

function drawWide(pen: Pen, plot: Plot): void {
  const { row, bars, scale, width } = plot;
  const [left, right, top, pitch, thick] = [212, width - 118, 24, 34, 18];
  const x = pen
    .scaleLinear()
    .domain([0, row.stepTimeS * scale.perS])
    .range([left, right]);
  const bottom = top + pitch * bars.length;
  drawAxis(pen, plot, { x, tickCount: 5, top, bottom: bottom + pitch });
  pen.text([width - 62, top - 8], scale.unit, { style: "axis", anchor: "end" });
  pen.text([width, top - 8], "of step", { style: "axis", anchor: "end" });
  bars.forEach((bar, index) => {
    const y = top + pitch * index + (pitch - thick) / 2;
    const box = barBox(bar, { x, y, thick, perS: scale.perS });
    pen.text([left - 10, y + 6], bar.name, { style: "name", anchor: "end" });
    const cause = fitted(bar.cause, left - 12, 11.5, "regular");
    pen.text([left - 10, y + 20], cause, { style: "small", anchor: "end" });
    drawBar(pen, bar, box, y + pitch);
    if (bar.limit !== undefined) limitBeside(pen, bar.limit, { left, box, right });
    figures(pen, [width, y + 13], [bar.time, share(bar)]);
  });
  pen.line([0, bottom], [width, bottom], "axis");
  const y = bottom + (pitch - thick) / 2;
  pen.rect({ x: left, y, width: x(row.stepTimeS * scale.perS) - left, height: thick }, "total");
  pen.text([left + 8, y + 13], rangeText(plot), { style: "on-total" });
  pen.text([left - 10, y + 13], "Step time", { style: "name", anchor: "end" });
  figures(pen, [width, y + 13], [totalText(plot), "100.0\u00a0%"], true);
}

/** On the bar of the total: the parts sum exactly, their sum is a prediction. */
function rangeText({ row, scale }: Plot): string {
  const bound = (seconds: number): string => fixed(seconds * scale.perS, scale.decimals);
  return `8 in 10: ${bound(row.stepTimeLowS)} – ${bound(row.stepTimeHighS)}`;
}

function drawNarrow(pen: Pen, plot: Plot): void {
  const { row, bars, scale, width } = plot;
  const [top, pitch, thick] = [24, 35, 12];
  const x = pen
    .scaleLinear()
    .domain([0, row.stepTimeS * scale.perS])
    .range([0, width - 1]);
  const bottom = top + pitch * bars.length;
  drawAxis(pen, plot, { x, tickCount: 3, top, bottom: bottom + pitch });
  const nameRoom = width - 140;
  bars.forEach((bar, index) => {
    const y = top + pitch * index;
    const box = barBox(bar, { x, y: y + 19, thick, perS: scale.perS });
    const name = fitted(bar.name, nameRoom, 12, "bold");
    pen.text([0, y + 14], name, { style: "name", halo: true });
    drawBar(pen, bar, box, y + pitch + 19);
    if (bar.limit !== undefined) limitBeside(pen, bar.limit, { left: 0, box, right: width });
    figures(pen, [width, y + 14], [`${bar.time}\u00a0${scale.unit}`, share(bar)]);
  });
  pen.line([0, bottom + 1], [width, bottom + 1], "axis");
  pen.text([0, bottom + 15], "Step time", { style: "name" });
  const total = `${totalText(plot)}\u00a0${scale.unit}`;
  figures(pen, [width, bottom + 15], [total, "100.0\u00a0%"], true);
  const whole = x(row.stepTimeS * scale.perS);
  pen.rect({ x: 0, y: bottom + 20, width: whole, height: thick }, "total");
}

const share = (bar: Bar): string => `${bar.share}\u00a0%`;
const totalText = ({ row, scale }: Plot): string =>
  fixed(rounded(row.stepTimeS * scale.perS, scale.decimals), scale.decimals);

/** The two columns at the right: time bold, share plain. */
function figures(
  pen: Pen,
  [x, y]: readonly [number, number],
  [time, part]: readonly [string, string],
  isTotal = false,
): void {
  pen.text([x - 62, y], time, { style: "name", anchor: "end", halo: true });
  pen.text([x, y], part, { style: isTotal ? "name" : "value", anchor: "end", halo: true });
}

interface Axis {
  readonly x: ReturnType<Pen["scaleLinear"]>;
  readonly tickCount: number;
  readonly top: number;
  readonly bottom: number;
}

function drawAxis(pen: Pen, plot: Plot, { x, tickCount, top, bottom }: Axis): void {
  const { scale } = plot;
  const values = x.ticks(tickCount);
  const step = at(values, 1) - at(values, 0);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  values.forEach((value, index) => {
    pen.line([x(value), top], [x(value), bottom], "grid");
    const unit = index === values.length - 1 ? `\u00a0${scale.unit}` : "";
    const words = fixed(value, decimals) + unit;
    const isLast = x(value) + textWidth(words, 12) / 2 > plot.width;
    const anchor = index === 0 ? "start" : isLast ? "end" : "middle";
    pen.text([isLast ? plot.width : x(value), top - 8], words, { style: "axis", anchor });
  });
}

const barBox = (
  bar: Bar,
  { x, y, thick, perS }: { x: (value: number) => number; y: number; thick: number; perS: number },
) => {
  const start = x(bar.startS * perS);
  const width = Math.max(0.8, x((bar.startS + bar.durationS) * perS) - start);
  return { x: start, y, width, height: thick };
};

function drawBar(pen: Pen, bar: Bar, box: ReturnType<typeof barBox>, nextY: number): void {
  pen.rect(box, bar.fill);
  if (bar.exposed) pen.hatch(box);
  const end = box.x + box.width;
  pen.line([end, box.y + box.height], [end, nextY], "step");
}

/** The limiting link beside its bar, on whichever side has room. */
function limitBeside(
  pen: Pen,
  words: string,
  { left, box, right }: { left: number; box: ReturnType<typeof barBox>; right: number },
): void {
  const y = box.y + box.height / 2 + 4;
  const width = textWidth(words, 12, "bold");
  const options = { style: "bad", halo: true } as const;
  if (box.x - left >= width + 12) pen.text([box.x - 8, y], words, { ...options, anchor: "end" });
  else if (right - box.x - box.width >= width + 12)
    pen.text([box.x + box.width + 8, y], words, options);
}
