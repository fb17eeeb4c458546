/**
 * The answer on a terminal: verdict first, then the options, where the step goes, what moves
 * it, what it costs, and commands to go on with. Never wider than the terminal, at most forty
 * lines for a comparison.
 */
import { fixed, percent } from "../base/format.ts";
import type {
  CompareResult,
  PointRow,
  Result,
  SimulateResult,
  SolveResult,
} from "../records/result.ts";
import { largeLines } from "./large-text.ts";
import { mainPoint, optionsOf, samplesDecimals } from "./options.ts";
import type { Option } from "./options.ts";
import type { TextOptions } from "./text-options.ts";
import { timeScale } from "./round.ts";
import { collectiveText } from "./terminal-collective.ts";
import { costLines, listed, movesLines, stepLines } from "./terminal-parts.ts";
import { rule, styleOf } from "./terminal-style.ts";
import type { Style } from "./terminal-style.ts";
import { clipped, layOut, wrap } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";
import { limitWords, VERDICT } from "./words.ts";

export function terminalText(result: Result, options: TextOptions): string {
  const style = styleOf(options);
  const lines = [
    ...headLines(result, style),
    ...bodyLines(result, style),
    ...nextLines(result, style),
  ];
  // A no-break space kept numbers and units on one line; on a terminal it copies badly.
  return `${lines
    .map((line) => line.trimEnd())
    .join("\n")
    .replaceAll("\u00a0", " ")}\n`;
}

function bodyLines(result: Result, style: Style): string[] {
  switch (result.kind) {
    case "compare":
      return compareLines(result, style);
    case "simulate":
      return simulateLines(result, style);
    case "solve":
      return solveLines(result, style);
    case "large":
      return largeLines(result, style);
    case "collective":
      return collectiveText(result, style);
  }
}

const INDENT = 10;

/** Longer names of clusters are cut, so that their figures stay. */
const NAME_MOST = 28;

function headLines(result: Result, style: Style): string[] {
  const { glyph, word } = VERDICT[result.answer.verdict];
  const badge = style.text(`${glyph} ${word.toLowerCase()}`);
  const color = { yes: style.good, no: style.bad, unclear: style.bad, answer: style.bold };
  const sentence = wrap(style.text(result.answer.sentence), style.columns - INDENT, style.cut);
  const [first = "", ...rest] = sentence;
  const pad = " ".repeat(INDENT);
  const facts = `as of ${result.asOf} · catalog ${result.catalog} · seed ${fixed(result.seed)}`;
  const basis = "costBasis" in result ? `money by ${result.costBasis} · ` : "";
  return [
    color[result.answer.verdict](badge) +
      " ".repeat(Math.max(1, INDENT - badge.length)) +
      style.bold(first),
    ...rest.map((line) => pad + style.bold(line)),
    pad + style.dim(clipped(style.text(basis + facts), style.columns - INDENT, style.cut)),
    "",
  ];
}

function compareLines(result: CompareResult, style: Style): string[] {
  const point = mainPoint(result);
  const [beware] = result.answer.beware;
  const notes = beware === undefined ? [] : listed("beware", beware, style, 3);
  return [
    ...optionLines(result, style),
    "",
    ...(point === undefined ? [] : [...stepLines(point, style), ""]),
    ...movesLines(result.sensitivities, style),
    ...costLines(result, style),
    ...notes,
  ];
}

function optionLines(result: CompareResult, style: Style): string[] {
  const options = optionsOf(result);
  const scale = timeScale(Math.max(...options.rows.map((row) => row.point?.stepTimeS ?? 0)));
  const most = Math.max(...options.rows.map((row) => row.cost?.millionSamplesUsd ?? 0));
  const number = (value: number | undefined, decimals: number): string =>
    value === undefined ? "none" : style.text(fixed(value, decimals));
  const columns: TextColumn<Option>[] = [
    {
      head: "cluster",
      isKept: true,
      cell: ({ cluster }) => clipped(style.text(cluster.name), NAME_MOST, style.cut),
    },
    { head: "largest", isNumber: true, isKept: true, cell: (option) => largest(option, style) },
    {
      head: style.text(`step ${scale.unit}`),
      isNumber: true,
      isKept: true,
      cell: ({ point }) => number(scaled(point?.stepTimeS, scale.perS), scale.decimals),
    },
    {
      head: "efficiency",
      isNumber: true,
      isKept: true,
      cell: (option) => efficiency(option, style),
    },
    {
      head: "USD/hour",
      isNumber: true,
      cell: ({ cost }) => number(scaled(cost?.totalUsdPerS, 3600), 2),
    },
    {
      head: "USD/M samples",
      isNumber: true,
      cell: ({ cost }) => number(cost?.millionSamplesUsd, samplesDecimals(most)),
    },
    { head: "why not first", cell: (option) => style.text(option.short) },
  ];
  const laid = layOut(columns, options.rows, style.columns - 2);
  const mark = style.text("▸");
  const dropped = laid.droppedCount === 0 ? "" : `  +${laid.droppedCount} columns in the report`;
  const head = `with ${fixed(options.rankCount)} accelerators each${dropped}`;
  return [
    style.dim(`  ${head}`),
    style.dim(`  ${laid.head}`),
    style.dim(`  ${rule(Math.min(laid.columnCount, style.columns - 2), style)}`),
    ...laid.rows.map((line, index) =>
      options.rows[index]?.isRecommended === true ? style.bold(`${mark} ${line}`) : `  ${line}`,
    ),
  ];
}

const scaled = (value: number | undefined, factor: number): number | undefined =>
  value === undefined ? undefined : value * factor;

function largest({ cluster }: Option, style: Style): string {
  if (cluster.largestRankCount === undefined) return "none";
  return style.text((cluster.largestIsUpperBound ? "≥" : "") + fixed(cluster.largestRankCount));
}

function efficiency({ point, holds }: Option, style: Style): string {
  if (point?.efficiency === undefined) return "none";
  return style.text(`${holds ? "✓" : "✗"}\u00a0${percent(point.efficiency)}`);
}

function simulateLines(result: SimulateResult, style: Style): string[] {
  return [
    ...result.rows.flatMap((point) => [...stepLines(point, style), ""]),
    ...movesLines(result.sensitivities, style),
    ...costLines(result, style),
  ];
}

function solveLines(result: SolveResult, style: Style): string[] {
  const scale = timeScale(Math.max(0, ...result.rows.map((row) => row.stepTimeS)));
  const columns: TextColumn<PointRow>[] = [
    { head: "accelerators", isNumber: true, isKept: true, cell: (row) => fixed(row.rankCount) },
    {
      head: style.text(`step ${scale.unit}`),
      isNumber: true,
      isKept: true,
      cell: (row) => fixed(row.stepTimeS * scale.perS, scale.decimals),
    },
    {
      head: "efficiency",
      isNumber: true,
      isKept: true,
      cell: (row) => (row.efficiency === undefined ? "none" : percent(row.efficiency)),
    },
    { head: "limit", cell: (row) => style.text(limitWords(row.limit)) },
  ];
  const laid = layOut(columns, result.rows, style.columns - 2);
  return [
    style.dim(`  ${laid.head}`),
    style.dim(`  ${rule(laid.columnCount, style)}`),
    ...laid.rows.map((line, index) =>
      result.rows[index]?.rankCount === result.largestRankCount
        ? style.bold(`${style.text("▸")} ${line}`)
        : `  ${line}`,
    ),
  ];
}

/** Commands are never cut or wrapped: they must work as printed. */
function nextLines(result: Result, style: Style): string[] {
  if (result.next.length === 0) return [];
  return [
    "",
    ...result.next.map(
      (command, index) =>
        (index === 0 ? style.dim("next:     ") : " ".repeat(INDENT)) + style.text(command),
    ),
  ];
}
