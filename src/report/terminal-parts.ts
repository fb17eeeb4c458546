/** The blocks of the terminal answer below the table. */
import { fixed, percent, usd } from "../base/format.ts";
import type { CostTable } from "../records/cost.ts";
import type { CompareResult, PointRow, Sensitivity, SimulateResult } from "../records/result.ts";
import { ranked } from "./chart/tornado.ts";
import { waterfallBars } from "./chart/waterfall.ts";
import { comparisonSize, mainPoint } from "./options.ts";
import { rounded, timeScale } from "./round.ts";
import { bar, rule } from "./terminal-style.ts";
import type { Style } from "./terminal-style.ts";
import { clipped, displayWidth, padEnd, padStart, wrap } from "./text-table.ts";
import { counted, isLink, limitWords } from "./words.ts";

const NAME = 22;
const TIME = 11;
const SHARE = 8;
const BAR_MOST = 44;
const INDENT = 10;

/** Where the step goes, as bars; the printed parts add up to the printed sum. */
export function stepLines(point: PointRow, style: Style): string[] {
  const scale = timeScale(point.stepTimeS);
  const unit = style.text(scale.unit);
  const bars = waterfallBars(point, scale);
  const total = fixed(rounded(point.stepTimeS * scale.perS, scale.decimals), scale.decimals);
  const barWidth = Math.min(BAR_MOST, style.columns - 2 - NAME - TIME - SHARE - 2);
  const limit = isLink(point.limit) ? `limit: ${limitWords(point.limit)}` : limitWords(point.limit);
  const bound = (seconds: number): string => fixed(seconds * scale.perS, scale.decimals);
  const range = `8 in 10: ${bound(point.stepTimeLowS)} – ${bound(point.stepTimeHighS)}`;
  const facts = `${range} · MFU ${percent(point.mfu)}`;
  const head = `step ${total} ${unit}`;
  const room = style.columns - displayWidth(head) - 2;
  const lines = bars.map((one) => {
    const time = `${one.time} ${unit}`;
    const share = `${one.share} %`;
    const drawn = bar(one.durationS / point.stepTimeS, barWidth, one.exposed, style);
    return row(style.text(one.name.toLowerCase()), time, share) + `  ${drawn}`;
  });
  return [
    `${style.bold(head)}  ${clipped(style.text(facts), room, style.cut)}`,
    ...lines,
    `  ${rule(NAME + TIME + SHARE, style)}`,
    `${style.bold(row("sum", `${total} ${unit}`, "100.0 %"))}  ${style.good("exact")}`,
    `  ${clipped(style.text(limit), style.columns - 2, style.cut)}`,
  ];
}

const row = (name: string, time: string, share: string): string =>
  `  ${padEnd(clipped(name, NAME, ""), NAME)}${padStart(time, TIME)}${padStart(share, SHARE)}`;

/** The inputs that move the step most, and those that do not move it. */
export function movesLines(sensitivities: readonly Sensitivity[], style: Style): string[] {
  const [first, ...others] = ranked(sensitivities);
  if (first === undefined) return [];
  const moves = first.largest.map((one) => `${one.name} ${percent(one.swing)}`).join(" · ");
  const inert = [
    ...new Set([first, ...others].flatMap((group) => group.inert.map((one) => one.name))),
  ];
  return [
    ...listed("moves", `${first.metric} for 10 %: ${moves || "nothing"}`, style, 4),
    ...(inert.length === 0 ? [] : listed("inert", inertWords(inert), style, 2)),
  ];
}

const INERT_SHOWN = 4;

function inertWords(names: readonly string[]): string {
  const more = names.length - INERT_SHOWN;
  const rest = more > 0 ? ` and ${fixed(more)} more` : "";
  const first = names.slice(0, INERT_SHOWN).join(" · ");
  return `${counted(names.length, "input")} under 0.1\u00a0%: ${first}${rest}`;
}

/** A word at the left and its text beside it, at most so many lines, the cut marked. */
export function listed(word: string, text: string, style: Style, most: number): string[] {
  const room = style.columns - INDENT;
  const all = wrap(style.text(text), room, style.cut);
  const lines = all.slice(0, most);
  if (all.length > most) {
    lines[most - 1] =
      clipped(lines[most - 1] ?? "", room - displayWidth(style.cut), "") + style.cut;
  }
  return lines.map((line, index) =>
    index === 0 ? style.bold(word.padEnd(INDENT)) + line : " ".repeat(INDENT) + line,
  );
}

/** One line a basis, for the recommended point. */
export function costLines(result: CompareResult | SimulateResult, style: Style): string[] {
  const point = result.kind === "compare" ? mainPoint(result) : result.rows[0];
  if (point === undefined) return [];
  const size = result.kind === "compare" ? comparisonSize(result) : point.rankCount;
  const texts = result.costs.flatMap((table) => costWords(table, point.clusterId, size) ?? []);
  return texts.flatMap((text, index) => listed(index === 0 ? "cost" : "", text, style, 2));
}

function costWords(table: CostTable, clusterId: string, size: number): string | undefined {
  const found = table.rows.find((one) => one.clusterId === clusterId && one.rankCount === size);
  if (found === undefined) return undefined;
  if (found.totalUsdPerS === undefined) return `${table.basis}: ${found.missing ?? "no price"}`;
  const hour = `${fixed(found.totalUsdPerS * 3600, 2)}\u00a0USD/hour`;
  const samples =
    found.millionSamplesUsd === undefined
      ? ""
      : ` · ${usd(found.millionSamplesUsd)} per million samples`;
  const buy = found.capitalUsd === undefined ? "" : ` · ${usd(found.capitalUsd)} to buy`;
  return `${table.basis}: ${hour}${samples}${buy}`;
}
