/**
 * Times of collectives in the columns of nccl-tests, so that eyes and parsers used to it work;
 * two columns more say which algorithm was taken and what limits it.
 */
import { duration, fixed, percent } from "../base/format.ts";
import type { CollectiveResult, CollectiveRow } from "../records/result.ts";
import type { Style } from "./terminal-style.ts";
import { isLink } from "./words.ts";

/** nccl-tests counts elements; its default type is float. */
const ELEMENT_BYTES = 4;

export function collectiveText(result: CollectiveResult, style: Style): string[] {
  const first = result.rows[0];
  const algorithmWidth = Math.max(9, ...result.rows.map((row) => row.algorithm.length));
  const head = (words: readonly string[]): string => {
    const [size = "", count = "", time = "", algbw = "", busbw = "", rest = ""] = words;
    const numbers = `${size.padStart(11)}${count.padStart(12)}${time.padStart(10)}`;
    return `#${numbers}${algbw.padStart(8)}${busbw.padStart(8)}  ${rest}`;
  };
  const what = `${first?.collective ?? "collective"} on ${result.clusterId}`;
  const ranks = `${fixed(first?.rankCount ?? 0)} ranks`;
  return [
    `# ${style.text(`${what}, ${ranks}; type float; 1 GB = 1e9 B`)}`,
    head([
      "size",
      "count",
      "time",
      "algbw",
      "busbw",
      `${"algorithm".padEnd(algorithmWidth)}  limit`,
    ]),
    head(["(B)", "(elements)", "(us)", "(GB/s)", "(GB/s)"]),
    ...result.rows.map((row) => lineOf(row, algorithmWidth, style)),
    `# Avg bus bandwidth    : ${bare(average(result.rows), 4)}`,
    ...othersLines(result, style),
    ...result.answer.beware
      .filter((words) => /bounds alone/i.test(words))
      .map((words) => `# ${style.text(words)}`),
  ];
}

/** Within this of the fastest a loser is as good: no model tells them apart. */
const TIE = 0.05;

/** The losers of the largest size, each with its time. */
function othersLines({ rows }: CollectiveResult, style: Style): string[] {
  const last = rows.at(-1);
  if (last === undefined || last.losers.length === 0) return [];
  const lines = last.losers.map(({ algorithm, durationS }) => {
    const behind = durationS / last.timeS - 1;
    const words = behind <= TIE ? "a tie" : `+${percent(behind, 0)}`;
    return `#   ${style.text(algorithm).padEnd(30)}${duration(durationS)}  ${words}`;
  });
  return [`# others at ${bare(last.sizeBytes, 0)} B`, ...lines];
}

/** Lines are as long as their link's name: a cut name would be of no use to a program. */
function lineOf(row: CollectiveRow, algorithmWidth: number, style: Style): string {
  const timeUs = row.timeS * 1e6;
  const limit = isLink(row.limit)
    ? `${row.limit.id} ${percent(row.limit.utilization, 0)}`
    : row.limit.kind;
  const numbers = [
    bare(row.sizeBytes, 0).padStart(11),
    bare(Math.floor(row.sizeBytes / ELEMENT_BYTES), 0).padStart(12),
    bare(timeUs, timeUs < 1e4 ? 2 : 1).padStart(10),
    bare(row.algbwBytesPerS / 1e9, 2).padStart(8),
    bare(row.busbwBytesPerS / 1e9, 2).padStart(8),
  ];
  const algorithm = style.text(row.algorithm).padEnd(algorithmWidth);
  return ` ${numbers.join("")}  ${algorithm}  ${style.text(limit)}`;
}

/** Without commas: this table is also read by programs. */
const bare = (value: number, decimals: number): string =>
  fixed(value, decimals).replaceAll(",", "");

const average = (rows: readonly CollectiveRow[]): number =>
  rows.reduce((sum, row) => sum + row.busbwBytesPerS, 0) / 1e9 / Math.max(1, rows.length);
