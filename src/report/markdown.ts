/** A result for pull requests and documents: answer, options, step, sensitivities, cost. */
import { bytes, duration, fixed, percent } from "../base/format.ts";
import type { CostTable } from "../records/cost.ts";
import type {
  CollectiveRow,
  CompareResult,
  LargeResult,
  PointRow,
  Result,
  Sensitivity,
} from "../records/result.ts";
import { ranked } from "./chart/tornado.ts";
import { waterfallBars } from "./chart/waterfall.ts";
import { plain } from "./escape.ts";
import { largeFacts, largeTables } from "./large-tables.ts";
import type { LargeTable } from "./large-tables.ts";
import { isProse } from "./large-text.ts";
import { mainPoint, optionsOf, samplesDecimals } from "./options.ts";
import type { Option } from "./options.ts";
import { rounded, timeScale } from "./round.ts";
import { capitalized, limitWords, signedPercent, VERDICT } from "./words.ts";

export function markdown(result: Result): string {
  const { answer, asOf, catalog, seed, version } = result;
  const { glyph, word } = VERDICT[answer.verdict];
  const blocks = [
    `# ${safe(answer.sentence)}`,
    `> ${safe(result.question)}`,
    `**${glyph} ${word}** · as of ${safe(asOf)} · catalog ${safe(catalog)} · ` +
      `seed ${fixed(seed)} · fabricast ${safe(version)}`,
    answer.beware.map((sentence) => `- ${safe(sentence)}`).join("\n"),
    ...bodyOf(result),
    `## Reproduce\n\n${fenced([result.reproduce, ...result.next])}`,
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** Commands as code: a fence cannot be closed from inside a line that starts with four spaces. */
export const fenced = (commands: readonly string[]): string =>
  commands.map((command) => `    ${plain(command)}`).join("\n");

function bodyOf(result: Result): string[] {
  switch (result.kind) {
    case "compare":
      return [
        ...optionsBlock(result),
        ...stepBlock(mainPoint(result)),
        ...result.whatIfs.map(
          (whatIf) => `**What if: ${safe(whatIf.name)}.** ${safe(whatIf.finding)}`,
        ),
        ...changeBlock(result.sensitivities),
        ...costBlock(result.costs, (id) => nameOf(result, id)),
      ];
    case "simulate":
      return [
        ...stepBlock(result.rows[0]),
        ...changeBlock(result.sensitivities),
        ...costBlock(result.costs, (id) => result.rows[0]?.clusterName ?? id),
      ];
    case "solve":
      return [`## Sizes tried\n\n${table(SOLVE_COLUMNS, result.rows)}`];
    case "large":
      return largeBlocks(result);
    case "collective":
      return [`## Times on ${safe(result.clusterId)}\n\n${table(COLLECTIVE_COLUMNS, result.rows)}`];
  }
}

const nameOf = (result: CompareResult, id: string): string =>
  result.clusters.find((cluster) => cluster.clusterId === id)?.name ?? id;

/** Outside text without power: no markup, no table cell, no HTML. */
export function safe(text: string): string {
  return plain(text)
    .replace(/[\\`*_[\]#|~!]/g, (found) => `\\${found}`)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");
}

interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => string;
  readonly isNumber?: boolean;
}

function table<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map((column) => column.head)),
    line(columns.map((column) => (column.isNumber === true ? "---:" : "---"))),
    ...rows.map((row) => line(columns.map((column) => safe(column.cell(row))))),
  ].join("\n");
}

function largeBlocks(result: LargeResult): string[] {
  const facts = largeFacts(result).map(({ name, text }) => `- ${safe(name)}: ${safe(text)}`);
  return [facts.join("\n"), ...largeTables(result).map(tableBlock)];
}

/** A table of text with its title and finding. */
export function tableBlock({ title, lede, heads, numbersColumn, rows }: LargeTable): string {
  const last = heads.length - (isProse(heads) ? 1 : 0);
  const columns = heads.map((head, i): Column<readonly string[]> => ({
    ...{ head, isNumber: i >= numbersColumn && i < last, cell: (row) => row[i] ?? "" },
  }));
  return `## ${safe(title)}\n\n${safe(lede)}\n\n${table(columns, rows)}`;
}

function optionsBlock(result: CompareResult): string[] {
  const options = optionsOf(result);
  const most = Math.max(...options.rows.map((row) => row.cost?.millionSamplesUsd ?? 0));
  const number = (value: number | undefined, decimals: number): string =>
    value === undefined ? "none" : fixed(value, decimals);
  const columns: Column<Option>[] = [
    { head: "Cluster", cell: ({ cluster }) => cluster.name },
    {
      head: "Largest, accelerators",
      isNumber: true,
      cell: ({ cluster }) =>
        (cluster.largestIsUpperBound ? "≥ " : "") + number(cluster.largestRankCount, 0),
    },
    {
      head: "Step time",
      isNumber: true,
      cell: ({ point }) => (point === undefined ? "not built" : duration(point.stepTimeS)),
    },
    {
      head: "Efficiency",
      isNumber: true,
      cell: ({ point }) => (point?.efficiency === undefined ? "none" : percent(point.efficiency)),
    },
    {
      head: "USD/hour",
      isNumber: true,
      cell: ({ cost }) =>
        number(cost?.totalUsdPerS === undefined ? undefined : cost.totalUsdPerS * 3600, 2),
    },
    {
      head: "USD per million samples",
      isNumber: true,
      cell: ({ cost }) => number(cost?.millionSamplesUsd, samplesDecimals(most)),
    },
    { head: "Why not first", cell: (option) => option.reason },
  ];
  const size = fixed(options.rankCount);
  const head = `## Options with ${size} accelerators, money by ${options.basis}`;
  return [`${head}\n\n${table(columns, options.rows)}`];
}

function stepBlock(point: PointRow | undefined): string[] {
  if (point === undefined) return [];
  const scale = timeScale(point.stepTimeS);
  const total = fixed(rounded(point.stepTimeS * scale.perS, scale.decimals), scale.decimals);
  const bound = (seconds: number): string => fixed(seconds * scale.perS, scale.decimals);
  const lines = [
    ...waterfallBars(point, scale).map((bar) => ({
      name: bar.name,
      time: bar.time,
      share: bar.share,
    })),
    { name: "Step time", time: total, share: "100.0" },
    {
      name: "8 in 10",
      time: `${bound(point.stepTimeLowS)} – ${bound(point.stepTimeHighS)}`,
      share: "",
    },
  ];
  type Line = (typeof lines)[number];
  const columns: Column<Line>[] = [
    { head: "Part", cell: (line) => line.name },
    {
      head: `Time, ${scale.unit}`,
      isNumber: true,
      cell: (line) => line.time,
    },
    { head: "Of the step, %", isNumber: true, cell: (line) => line.share },
  ];
  const where = `${safe(point.clusterName)}, ${fixed(point.rankCount)} accelerators`;
  const limit = `Limit: ${safe(limitWords(point.limit))}.`;
  return [`## Where the step goes: ${where}\n\n${table(columns, lines)}\n\n${limit}`];
}

function changeBlock(sensitivities: readonly Sensitivity[]): string[] {
  return ranked(sensitivities).map(({ metric, largest, inert }) => {
    const columns: Column<Sensitivity>[] = [
      { head: "Input", cell: (one) => one.name },
      { head: "10 % lower", isNumber: true, cell: (one) => signedPercent(one.whenLower, 2) },
      { head: "10 % higher", isNumber: true, cell: (one) => signedPercent(one.whenHigher, 2) },
    ];
    const names = inert.map((one) => safe(one.name)).join("; ");
    const rest = names === "" ? "" : `\n\nUnder 0.1 %: ${names}.`;
    return `## What moves the ${metric}\n\n${table(columns, largest)}${rest}`;
  });
}

function costBlock(costs: readonly CostTable[], name: (id: string) => string): string[] {
  return costs.map(({ basis, rows, included, notIncluded }) => {
    type Row = CostTable["rows"][number];
    const columns: Column<Row>[] = [
      { head: "Cluster", cell: (row) => name(row.clusterId) },
      { head: "Accelerators", isNumber: true, cell: (row) => fixed(row.rankCount) },
      {
        head: "Capital, k USD",
        isNumber: true,
        cell: (row) => (row.capitalUsd === undefined ? "none" : fixed(row.capitalUsd / 1000)),
      },
      {
        head: "USD/hour",
        isNumber: true,
        cell: (row) =>
          row.totalUsdPerS === undefined
            ? (row.missing ?? "none")
            : fixed(row.totalUsdPerS * 3600, 2),
      },
    ];
    const list = (words: readonly string[]): string => words.map(safe).join(", ");
    const scope = `Included: ${list(included)}. Not included: ${list(notIncluded)}.`;
    return `## ${capitalized(basis)}\n\n${table(columns, rows)}\n\n${scope}`;
  });
}

const SOLVE_COLUMNS: readonly Column<PointRow>[] = [
  { head: "Accelerators", isNumber: true, cell: (row) => fixed(row.rankCount) },
  { head: "Step time", isNumber: true, cell: (row) => duration(row.stepTimeS) },
  {
    head: "Efficiency",
    isNumber: true,
    cell: (row) => (row.efficiency === undefined ? "none" : percent(row.efficiency)),
  },
  { head: "Limit", cell: (row) => limitWords(row.limit) },
];

const COLLECTIVE_COLUMNS: readonly Column<CollectiveRow>[] = [
  { head: "Size", isNumber: true, cell: (row) => bytes(row.sizeBytes) },
  { head: "Time", isNumber: true, cell: (row) => duration(row.timeS, 4) },
  { head: "algbw, GB/s", isNumber: true, cell: (row) => fixed(row.algbwBytesPerS / 1e9, 2) },
  { head: "busbw, GB/s", isNumber: true, cell: (row) => fixed(row.busbwBytesPerS / 1e9, 2) },
  { head: "Algorithm", cell: (row) => row.algorithm },
  { head: "Limit", cell: (row) => limitWords(row.limit) },
];
