/**
 * Times of collectives in the columns of nccl-tests, so that eyes and parsers used to it work;
 * two columns more say which algorithm was taken and what limits it.
 */
import { fixed, percent } from "../base/format.ts";
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
  ];
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
