/** Comma-separated text as rows of cells with their lines (RFC 4180), refused where torn. */
import { refuse } from "./issue.ts";

export interface CsvRow {
  readonly cells: readonly string[];
  /** Line on which the row starts, from 1. */
  readonly line: number;
}

/** Quoted cells may hold commas, quotes twice, and line ends; empty lines are skipped. */
export function csvRows(file: string, text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  let wasQuoted = false;
  let line = 1;
  let start = 1;
  const endCell = (): void => {
    cells.push(wasQuoted ? cell : cell.trim());
    [cell, wasQuoted] = ["", false];
  };
  const endRow = (): void => {
    endCell();
    if (cells.length > 1 || cells[0] !== "") rows.push({ cells, line: start });
    cells = [];
  };
  const letters = text.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i] ?? "";
    if (letter === "\n") line++;
    if (isQuoted) {
      if (letter !== '"') cell += letter;
      else if (letters[i + 1] === '"') cell += letters[++i];
      else isQuoted = false;
    } else if (letter === '"' && cell.trim() === "") [cell, isQuoted, wasQuoted] = ["", true, true];
    else if (letter === ",") endCell();
    else if (letter === "\n") {
      endRow();
      start = line;
    } else cell += letter;
  }
  if (isQuoted) {
    refuse(
      { file, line: start, column: 1, pointer: "" },
      {
        code: "not-csv",
        found: "a quote that is never closed",
        expected: "comma-separated text",
        nextStep: "close the quote",
      },
    );
  }
  endRow();
  return rows;
}
