/**
 * A user's schedule of a collective: a CSV `step,source,target,chunk,action[,into]`, with the
 * action `reduce` or `copy`, or a module whose function `schedule` takes the number of ranks and
 * returns a list of such moves. A module is code of the user's own: it is loaded only when named.
 */
import type { Issue } from "../base/errors.ts";
import { InputError } from "../base/errors.ts";
import type { ChunkMove } from "../records/schedule.ts";
import { csvRows } from "./csv-rows.ts";
import { issueAt, plainText, refuse, shown, wholeFile } from "./issue.ts";
import { callModule } from "./module.ts";
import { readText } from "./read.ts";

const COLUMNS = ["step", "source", "target", "chunk", "action", "into"];

/** Whether the word names a schedule and no algorithm. */
export function isScheduleFile(word: string): boolean {
  return /\.(csv|js|mjs)$/i.test(word);
}

export async function readSchedule(path: string, rankCount: number): Promise<ChunkMove[]> {
  if (/\.csv$/i.test(path)) return parseSchedule(path, await readText(path), rankCount);
  const rows = await callModule(path, "schedule", [rankCount], wholeFile(path));
  if (!Array.isArray(rows)) {
    refuse(wholeFile(path), {
      code: "wrong-type",
      found: shown(rows),
      expected: "a list of moves { step, source, target, chunk, action }",
      nextStep: "return a list",
    });
  }
  const lists = rows.map((row: unknown, i) => {
    const record = typeof row === "object" && row !== null ? row : {};
    const values = new Map(Object.entries(record));
    const cells = COLUMNS.map((name) => plainText(values.get(name) ?? ""));
    return { cells, line: i + 1 };
  });
  return movesOf(path, lists, rankCount);
}

export function parseSchedule(file: string, text: string, rankCount: number): ChunkMove[] {
  const [head, ...rows] = csvRows(file, text);
  const names = head?.cells ?? [];
  if (COLUMNS.slice(0, 5).some((name) => !names.includes(name))) {
    refuse(
      { file, line: 1, column: 1, pointer: "" },
      {
        code: "unknown-table",
        found: shown(names.join(",")),
        expected: "the columns step,source,target,chunk,action and, for all-to-all, into",
        nextStep: "name them so in the first line",
      },
    );
  }
  const place = COLUMNS.map((name) => names.indexOf(name));
  const ordered = rows.map(({ cells, line }) => ({
    line,
    cells: place.map((index) => (index === -1 ? "" : (cells[index] ?? ""))),
  }));
  return movesOf(file, ordered, rankCount);
}

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

function movesOf(file: string, rows: readonly Row[], rankCount: number): ChunkMove[] {
  const issues: Issue[] = [];
  const whole = ({ cells, line }: Row, index: number, below: number): number => {
    const word = cells[index] ?? "";
    const value = /^[0-9]{1,9}$/.test(word) ? Number(word) : Infinity;
    if (value < below) return value;
    const name = COLUMNS[index] ?? "";
    issues.push(
      issueAt(
        { file, line, column: index + 1, pointer: `/${name}` },
        {
          code: "out-of-range",
          found: `${name} ${shown(word)}`,
          expected: `a whole number from 0 to ${below - 1}`,
          nextStep: "number steps, ranks and chunks from 0 on",
        },
      ),
    );
    return 0;
  };
  const moves = rows.map((row): ChunkMove => {
    const action = row.cells[4] ?? "";
    if (action !== "reduce" && action !== "copy") {
      const place = { file, line: row.line, column: 5, pointer: "/action" };
      const found = `action ${shown(action)}`;
      const nextStep = "reduce adds to what is there, copy overwrites it";
      const expected = "reduce or copy";
      issues.push(issueAt(place, { code: "not-allowed-value", found, expected, nextStep }));
    }
    const move = {
      step: whole(row, 0, 1e9),
      source: whole(row, 1, rankCount),
      target: whole(row, 2, rankCount),
      chunkId: whole(row, 3, 1e6),
      reduces: action === "reduce",
    };
    return (row.cells[5] ?? "") === "" ? move : { ...move, intoId: whole(row, 5, 1e6) };
  });
  if (issues.length > 0) throw new InputError(issues.slice(0, 50));
  return moves;
}
