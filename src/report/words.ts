/** Words and numbers that all formats of a report share, so that they cannot disagree. */
import { duration, fixed, percent, significant, usd, bytes } from "../base/format.ts";
import type { PointRow, StepPart } from "../records/result.ts";
import type { Limit } from "../records/schedule.ts";
import type { Provenance } from "../records/sourced.ts";

const NBSP = "\u00a0";

/** Limits that are no link: nothing on the network binds. */
const NO_LINK = new Set(["compute", "optimizer", "latency"]);

export const isLink = (limit: Limit): boolean => !NO_LINK.has(limit.kind);

/** "leaf-3 → spine-5, 96 % busy" or "compute". */
export function limitWords(limit: Limit): string {
  if (!isLink(limit)) return limit.kind === "optimizer" ? "the optimizer" : limit.kind;
  return `${limit.id}, ${percent(limit.utilization, 0)} busy`;
}

export const PROVENANCE: Readonly<Record<Provenance, { glyph: string; word: string }>> = {
  measured: { glyph: "●", word: "measured" },
  fitted: { glyph: "◐", word: "fitted" },
  vendor: { glyph: "◇", word: "vendor" },
  assumed: { glyph: "◌", word: "assumed" },
  yours: { glyph: "■", word: "your quote" },
};

export const VERDICT = {
  yes: { glyph: "✓", word: "YES" },
  no: { glyph: "✗", word: "NO" },
  unclear: { glyph: "◌", word: "UNCLEAR" },
  answer: { glyph: "▸", word: "ANSWER" },
} as const;

/** With sign: "+0.4 %", "−1.2 %"; "0.0 %" has none. */
export function signedPercent(ratio: number, decimals = 1): string {
  const text = percent(ratio, decimals);
  return ratio > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

export function signed(value: number, decimals: number): string {
  const text = fixed(value, decimals);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

const sized = (value: number, units: readonly (readonly [number, string])[]): string => {
  const [factor, unit] = units.find(([size]) => Math.abs(value) >= size) ?? units.at(-1) ?? [1, ""];
  return `${significant(value / factor, 4)}${NBSP}${unit}`;
};

/** A quantity in the unit that people who buy or build such things use. */
export function quantity(value: number, unit: string): string {
  switch (unit) {
    case "":
      return significant(value, 4);
    case "s":
      return value > 30 * 86_400 ? years(value) : duration(value, 4);
    case "B":
      return bytes(value, 4);
    case "B/s":
      return value === 0 ? `0${NBSP}B/s` : `${bytes(value, 4)}/s`;
    case "flop/s":
      return sized(value, [
        [1e15, "Pflop/s"],
        [1e12, "Tflop/s"],
        [1e9, "Gflop/s"],
        [1, "flop/s"],
      ]);
    case "W":
      return sized(value, [
        [1e6, "MW"],
        [1e3, "kW"],
        [1, "W"],
      ]);
    case "USD":
      return usd(value, 4);
    case "USD/s":
      return `${fixed(value * 3600, 2)}${NBSP}USD/hour`;
    case "USD/J":
      return `${significant(value * 3.6e6, 3)}${NBSP}USD/kWh`;
    default:
      return `${significant(value, 4)}${NBSP}${unit}`;
  }
}

/** Lives of equipment: years of 365 days. */
const years = (seconds: number): string =>
  `${significant(seconds / (365 * 86_400), 3)}${NBSP}years`;

/** Prices older than half a year say so. */
const STALE_DAYS = 180;

/** "▲ 214 days old" beside a price that is; undefined for anything else. */
export function staleWords(unit: string, date: string, asOf: string): string | undefined {
  if (!unit.startsWith("USD")) return undefined;
  const [from, to] = [lastDay(date), lastDay(asOf)];
  if (from === undefined || to === undefined) return "▲ no date";
  return to - from > STALE_DAYS ? `▲ ${fixed(to - from)} days old` : undefined;
}

/** Day number of the last day that an ISO date, month or year covers. */
function lastDay(date: string): number | undefined {
  const [, year, month = "12", day] = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(date) ?? [];
  if (year === undefined) return undefined;
  const after = day === undefined ? [Number(month), 0] : [Number(month) - 1, Number(day)];
  return Date.UTC(Number(year), after[0] ?? 0, after[1] ?? 0) / 86_400_000;
}

/** "Exposed reduce-scatter" from "exposed reduce-scatter". */
export const capitalized = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

export const isExposed = (part: StepPart): boolean => part.name.startsWith("exposed");

/** What a part of the step is, in a few words. */
export function causeOf(name: StepPart["name"], row: PointRow): string {
  switch (name) {
    case "ideal compute":
      return "model flop at dense peak";
    case "matmul below peak":
      return "shapes and sustained clocks";
    case "memory-bound ops":
      return "norm, softmax, element-wise";
    case "launch":
      return "gaps between kernels";
    case "optimizer":
      return row.sharding === "zero-1"
        ? `Adam on 1/${fixed(row.rankCount)} of parameters`
        : "Adam on all parameters";
    case "overlap slowdown":
      return "compute beside messages";
    case "exposed reduce-scatter":
      return "gradients, after backward";
    case "exposed all-reduce":
      return "gradients, after backward";
    case "exposed all-gather":
      return "parameters, before forward";
  }
}

/** "1 input", "2 inputs". */
export const counted = (count: number, noun: string): string =>
  `${fixed(count)} ${noun}${count === 1 ? "" : "s"}`;
