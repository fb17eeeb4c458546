/** Tables as comma-separated values (RFC 4180): a header, then one record for each row. */
import { readText } from "./read.ts";
import { refuse, wholeFile } from "./issue.ts";

export type CsvRow = Readonly<Record<string, string>>;

export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

export async function readCsv(path: string): Promise<CsvTable> {
  return parseCsv(path, await readText(path));
}

export function parseCsv(path: string, text: string): CsvTable {
  const records = recordsOf(text.replace(/^\uFEFF/, ""));
  const [columns, ...rest] = records;
  if (columns === undefined || columns.every((name) => name === "")) {
    return refuse(wholeFile(path), {
      code: "empty-table",
      found: "no header",
      expected: "a first line that names the columns",
      nextStep: "add the header of one of the tables in scenarios/validation",
    });
  }
  const rows = rest.filter((cells) => cells.length > 1 || cells[0] !== "");
  rows.forEach((cells, i) => {
    if (cells.length > columns.length) refuseWide(path, i + 2, cells.length, columns.length);
  });
  return {
    columns,
    rows: rows.map((cells) =>
      Object.fromEntries(columns.map((name, i) => [name, (cells[i] ?? "").trim()])),
    ),
  };
}

function refuseWide(path: string, line: number, found: number, expected: number): never {
  return refuse(wholeFile(path), {
    code: "ragged-table",
    found: `${found} cells in record ${line}`,
    expected: `at most ${expected}, one for each column`,
    nextStep: 'put cells that hold commas between double quotes ("a, b")',
  });
}

/** Splits quoted cells, doubled quotes and all three line ends. */
function recordsOf(text: string): string[][] {
  const records: string[][] = [];
  let cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charAt(i);
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text.charAt(i + 1) === '"') {
        cell += '"';
        i += 1;
      } else isQuoted = false;
    } else if (character === '"' && cell === "") isQuoted = true;
    else if (character === ",") {
      cells.push(cell);
      cell = "";
    } else if (character === "\n") {
      records.push([...cells, cell]);
      cells = [];
      cell = "";
    } else if (character !== "\r") cell += character;
  }
  return cell === "" && cells.length === 0 ? records : [...records, [...cells, cell]];
}
