/** Rows of numbers from a CSV or JSON file: what a model of vectors reads. */
import { parseDocument } from "./document.ts";
import { refuse, shown } from "./issue.ts";
import { readText } from "./read.ts";

/** JSON is a list of lists of numbers; in CSV a first line without numbers is a heading. */
export async function readRows(path: string): Promise<number[][]> {
  const text = await readText(path);
  const rows = /\.json$/i.test(path) ? await jsonRows(text, path) : csvRows(text, path);
  if (rows.length > 0) return rows;
  return refuse(place(path, 0, 0), notNumbers("no row"));
}

async function jsonRows(text: string, path: string): Promise<number[][]> {
  const { data } = await parseDocument(text, path);
  if (!Array.isArray(data)) return refuse(place(path, 0, 0), notNumbers(shown(data)));
  return data.map((row: unknown, i) => {
    if (!Array.isArray(row)) return refuse(place(path, 0, 0), notNumbers(shown(row), i + 1));
    return row.map((value: unknown) => {
      if (typeof value === "number" && Number.isFinite(value)) return value;
      return refuse(place(path, 0, 0), notNumbers(shown(value), i + 1));
    });
  });
}

function csvRows(text: string, path: string): number[][] {
  const lines = text.split(/\r?\n/);
  const rows: number[][] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const cells = line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
    const values = cells.map((cell) => (cell === "" ? Number.NaN : Number(cell)));
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong === -1) {
      rows.push(values);
      continue;
    }
    if (i === 0 && values.every((value) => Number.isNaN(value))) continue;
    return refuse(place(path, i + 1, 1), notNumbers(shown(cells[wrong]), rows.length + 1));
  }
  return rows;
}

function place(file: string, line: number, column: number) {
  return { file, line, column, pointer: "" };
}

function notNumbers(found: string, row?: number) {
  return {
    code: "not-numbers",
    found: row === undefined ? found : `${found} in row ${row}`,
    expected: "rows of numbers: CSV, or JSON such as [[0.5, -1], [2, 3]]",
    nextStep: "correct the file",
  };
}
