/**
 * Traffic as a table: `id,source,target,sizeBytes,startS,after`, one message a row. Source and
 * target are ranks by number; `after` lists the ids of messages that must have arrived before,
 * joined by semicolons, in any order of rows.
 */
import type { Issue } from "../base/errors.ts";
import { InputError } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import type { Traffic } from "../records/traffic.ts";
import { csvRows } from "./csv-rows.ts";
import type { CsvRow } from "./csv-rows.ts";
import { didYouMean, issueAt, refuse, shown, wholeFile } from "./issue.ts";
import { readText } from "./read.ts";
import { cycleOf } from "./traffic-cycle.ts";

const COLUMNS = ["id", "source", "target", "sizeBytes", "startS", "after"] as const;
type Column = (typeof COLUMNS)[number];

export async function readTraffic(path: string, rankCount: number): Promise<Traffic> {
  const text = await readText(path);
  if (!path.endsWith(".cm")) return parseTraffic(path, text, rankCount);
  const { htsimRows } = await import("./formats/htsim-traffic.ts");
  return trafficOf(path, htsimRows(text, path), rankCount);
}

/** Rows of all columns, in their order. */
export function trafficOf(file: string, rows: readonly CsvRow[], rankCount: number): Traffic {
  const place = new Map(COLUMNS.map((name, i) => [name, i] as const));
  return new TrafficReader(file, { rows, place, rankCount }).read();
}

export function parseTraffic(file: string, text: string, rankCount: number): Traffic {
  const [head, ...rows] = csvRows(file, text);
  const place = placesOf(file, head);
  if (rows.length === 0) {
    refuse(wholeFile(file), {
      code: "empty-table",
      found: "no message",
      expected: "one row a message",
      nextStep: "add a row such as m0,0,1,1048576,0,",
    });
  }
  return new TrafficReader(file, { rows, place, rankCount }).read();
}

function placesOf(file: string, head: CsvRow | undefined): ReadonlyMap<Column, number> {
  const found = head?.cells ?? [];
  const place = new Map<Column, number>();
  for (const name of COLUMNS) {
    const index = found.indexOf(name);
    if (index !== -1) place.set(name, index);
  }
  const missing = COLUMNS.filter((name) => !place.has(name) && !isOptional(name));
  const unknown = found.findIndex((name) => !COLUMNS.some((column) => column === name));
  if (missing.length > 0 || unknown !== -1) {
    refuse(
      { file, line: 1, column: Math.max(0, unknown) + 1, pointer: "" },
      {
        code: "unknown-table",
        found: unknown === -1 ? `no column ${missing.join(", ")}` : shown(found[unknown]),
        expected: `the columns ${COLUMNS.join(",")}`,
        nextStep: "name them so in the first line (startS and after may be left out)",
      },
    );
  }
  return place;
}

const isOptional = (name: Column): boolean => name === "startS" || name === "after";

interface Table {
  readonly rows: readonly CsvRow[];
  readonly place: ReadonlyMap<Column, number>;
  readonly rankCount: number;
}

class TrafficReader {
  readonly #file: string;
  readonly #table: Table;
  readonly #issues: Issue[] = [];
  readonly #index = new Map<string, number>();

  constructor(file: string, table: Table) {
    this.#file = file;
    this.#table = table;
  }

  read(): Traffic {
    const { rows } = this.#table;
    const ids = rows.map((row, m) => this.#id(row, m));
    const source = Int32Array.from(rows, (row) => this.#rank(row, "source"));
    const target = Int32Array.from(rows, (row) => this.#rank(row, "target"));
    const sizeBytes = Float64Array.from(rows, (row) => this.#size(row));
    const startS = Float64Array.from(rows, (row) => this.#start(row));
    const waits = rows.map((row) => this.#after(row, ids));
    if (this.#issues.length > 0) throw new InputError(this.#issues);
    this.#refuseCycle(ids, waits);
    const afterStart = new Int32Array(rows.length + 1);
    waits.forEach((list, m) => (afterStart[m + 1] = afterStart[m]! + list.length));
    const after = Int32Array.from(waits.flat());
    return { ids, source, target, sizeBytes, startS, afterStart, after };
  }

  #cell(row: CsvRow, name: Column): string {
    const place = this.#table.place.get(name);
    return place === undefined ? "" : (row.cells[place] ?? "");
  }

  #complain(row: CsvRow, name: Column, issue: Omit<Issue, "file" | "line" | "column" | "pointer">) {
    const { line } = row;
    const column = row.cells
      .slice(0, this.#table.place.get(name) ?? 0)
      .reduce((sum, cell) => sum + cell.length + 1, 1);
    if (this.#issues.length > 50) return;
    this.#issues.push(issueAt({ file: this.#file, line, column, pointer: `/${name}` }, issue));
  }

  #id(row: CsvRow, m: number): string {
    const id = this.#cell(row, "id");
    const before = this.#index.get(id);
    if (id === "" || id.includes(";") || before !== undefined) {
      this.#complain(row, "id", {
        code: before === undefined ? "wrong-type" : "repeated-value",
        found: shown(id),
        expected: before === undefined ? "a name without semicolons" : "every id once",
        nextStep: "give each message a name of its own",
      });
    }
    this.#index.set(id, m);
    return id;
  }

  #rank(row: CsvRow, name: "source" | "target"): number {
    const { rankCount } = this.#table;
    const word = this.#cell(row, name);
    const rank = /^[0-9]{1,9}$/.test(word) ? Number(word) : Infinity;
    if (rank < rankCount) return rank;
    this.#complain(row, name, {
      code: "out-of-range",
      found: shown(word),
      expected: `a rank from 0 to ${rankCount - 1}`,
      nextStep: "name an endpoint of the cluster by its number, or take a larger cluster",
    });
    return 0;
  }

  #size(row: CsvRow): number {
    const word = this.#cell(row, "sizeBytes");
    const bytes = word === "" ? Number.NaN : Number(word);
    if (bytes > 0 && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
    this.#complain(row, "sizeBytes", {
      code: "out-of-range",
      found: bytes === 0 ? "a message of zero bytes" : shown(word),
      expected: "a number of bytes above zero",
      nextStep: "write the size in bytes: 1048576 for 1 MiB; leave out what carries nothing",
    });
    return 1;
  }

  #start(row: CsvRow): number {
    const word = this.#cell(row, "startS");
    const seconds = Number(word);
    if (seconds >= 0 && seconds < 1e9) return seconds;
    this.#complain(row, "startS", {
      code: "out-of-range",
      found: shown(word),
      expected: "seconds from 0 on",
      nextStep: "write when it may start, in seconds: 0.001",
    });
    return 0;
  }

  #after(row: CsvRow, ids: readonly string[]): number[] {
    const names = this.#cell(row, "after").split(";");
    const words = names.map((name) => name.trim()).filter((name) => name !== "");
    return [...new Set(words)].flatMap((word) => {
      const found = this.#index.get(word);
      if (found !== undefined) return [found];
      this.#complain(row, "after", {
        code: "unknown-part",
        found: `after ${shown(word)}`,
        expected: "the id of another message",
        nextStep: didYouMean(suggest(word, ids), "name one that is in the table"),
      });
      return [];
    });
  }

  #refuseCycle(ids: readonly string[], waits: readonly (readonly number[])[]): void {
    const cycle = cycleOf(waits);
    if (cycle === undefined) return;
    const first = cycle[0] ?? 0;
    const names = [...cycle, first].map((m) => ids[m] ?? "");
    const shownNames = names.length > 12 ? [...names.slice(0, 11), "…", names[0] ?? ""] : names;
    this.#complain(this.#table.rows[first]!, "after", {
      code: "cycle",
      found: `messages that wait for each other: ${shownNames.join(" after ")}`,
      expected: "an order in which all can start",
      nextStep: `let ${names[0] ?? ""} start without waiting for ${names[1] ?? ""}`,
    });
    throw new InputError(this.#issues);
  }
}
