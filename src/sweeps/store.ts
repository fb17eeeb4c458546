/**
 * Results of a sweep in one DuckDB file. A batch and the note that it is done are one
 * transaction, so whatever kills the process, a batch is there whole or not at all, and never
 * twice. Exports are read from it in the order of keys, hence alike however it was filled.
 */
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../base/errors.ts";
import { METRICS, STATES } from "../answers/sweep-point.ts";
import type { Sweep } from "../records/sweep.ts";
import type { BatchColumns } from "./evaluate.ts";
import { isNumeric, isWhole } from "./evaluate.ts";
import { machineError } from "./machine.ts";
import { placesOf, valueAt } from "./points.ts";

const CHUNK = 2048;

export class Store {
  readonly #database: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #sweep: Sweep;
  readonly path: string;

  private constructor(
    opened: { readonly database: DuckDBInstance; readonly connection: DuckDBConnection },
    sweep: Sweep,
    path: string,
  ) {
    this.#database = opened.database;
    this.#connection = opened.connection;
    this.#sweep = sweep;
    this.path = path;
  }

  /** Opens the file, or makes it; one that is damaged or of another sweep is refused. */
  static async open(path: string, sweep: Sweep, identity: string): Promise<Store> {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    try {
      const database = await DuckDBInstance.create(path, { threads: "1" });
      const connection = await database.connect();
      const store = new Store({ database, connection }, sweep, path);
      await store.#prepare(identity);
      return store;
    } catch (error) {
      if (error instanceof InputError) throw error;
      const known = machineError(error, path);
      if (known !== error) throw known;
      throw corrupt(path, error);
    }
  }

  async #prepare(identity: string): Promise<void> {
    await this.#run(`CREATE TABLE IF NOT EXISTS points (${this.#columns()})`);
    await this.#run("CREATE TABLE IF NOT EXISTS batches (batch INTEGER PRIMARY KEY)");
    await this.#run("CREATE TABLE IF NOT EXISTS sweep (identity VARCHAR)");
    const known = await this.rows("SELECT identity FROM sweep");
    if (known.length === 0) {
      await this.#connection.run("INSERT INTO sweep VALUES ($1)", [identity]);
    } else if (known[0]?.[0] !== identity) {
      throw new InputError([otherSweep(this.path)]);
    }
  }

  #columns(): string {
    const axes = this.#sweep.axes.map((axis) => {
      const type = isWhole(axis) ? "INTEGER" : isNumeric(axis) ? "DOUBLE" : "VARCHAR";
      return `"${axis.name}" ${type}`;
    });
    const numbers = this.numberNames().map((name) => `"${name}" DOUBLE`);
    return ["key INTEGER", ...axes, "state VARCHAR", ...numbers].join(", ");
  }

  numberNames(): readonly string[] {
    return [...METRICS, ...this.#sweep.derive.map(({ name }) => name)];
  }

  async #run(sql: string): Promise<void> {
    try {
      await this.#connection.run(sql);
    } catch (error) {
      throw machineError(error, this.path);
    }
  }

  async rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return (await this.#connection.runAndReadAll(sql)).getRows();
  }

  async doneBatches(): Promise<ReadonlySet<number>> {
    return new Set((await this.rows("SELECT batch FROM batches")).map(([batch]) => Number(batch)));
  }

  /** All of it or nothing. */
  async commit(columns: BatchColumns): Promise<void> {
    try {
      await this.#connection.run("BEGIN");
      await this.#append(columns);
      await this.#connection.run("INSERT INTO batches VALUES ($1)", [columns.batch]);
      await this.#connection.run("COMMIT");
    } catch (error) {
      await this.#connection.run("ROLLBACK").catch(() => undefined);
      throw machineError(error, this.path);
    }
  }

  async #append({ keys, states, numbers }: BatchColumns): Promise<void> {
    const { DOUBLE, DuckDBDataChunk, INTEGER, VARCHAR } = await import("@duckdb/node-api");
    const { axes } = this.#sweep;
    const axisTypes = axes.map((axis) =>
      isWhole(axis) ? INTEGER : isNumeric(axis) ? DOUBLE : VARCHAR,
    );
    const types = [INTEGER, ...axisTypes, VARCHAR, ...numbers.map(() => DOUBLE)];
    const appender = await this.#connection.createAppender("points");
    const places: number[] = [];
    for (let from = 0; from < keys.length; from += CHUNK) {
      const own = Array.from(keys.subarray(from, from + CHUNK));
      const onAxes: (number | string)[][] = axes.map(() => []);
      for (const key of own) {
        placesOf(key, axes, places);
        axes.forEach((axis, i) => onAxes[i]?.push(valueAt(axis, places[i] ?? 0)));
      }
      const chunk = DuckDBDataChunk.create(types);
      chunk.setColumns([
        own,
        ...onAxes,
        Array.from(states.subarray(from, from + CHUNK), (state) => STATES[state] ?? ""),
        ...numbers.map((column) => Array.from(column.subarray(from, from + CHUNK), orNull)),
      ]);
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
    appender.closeSync();
  }

  /** results.csv, results.json and results.parquet, sorted by key; each whole or as before. */
  async export(folder: string): Promise<string[]> {
    const files: string[] = [];
    for (const [ending, form] of [
      ["csv", "HEADER, DELIMITER ','"],
      ["json", "FORMAT JSON, ARRAY true"],
      ["parquet", "FORMAT PARQUET"],
    ] as const) {
      const path = join(folder, `results.${ending}`);
      const draft = join(folder, `.results.${ending}.draft`);
      await this.#run(`COPY (SELECT * FROM points ORDER BY key) TO ${quoted(draft)} (${form})`);
      await rename(draft, path);
      files.push(path);
    }
    return files;
  }

  /** Takes over all of another store's batches; one that is here already is our bug or theirs. */
  async take(other: string): Promise<void> {
    await this.#run(`ATTACH ${quoted(other)} AS other (READ_ONLY)`);
    try {
      await this.#run("BEGIN");
      await this.#run("INSERT INTO batches SELECT batch FROM other.batches");
      await this.#run("INSERT INTO points SELECT * FROM other.points");
      await this.#run("COMMIT");
    } catch (error) {
      await this.#connection.run("ROLLBACK").catch(() => undefined);
      throw error;
    } finally {
      await this.#connection.run("DETACH other").catch(() => undefined);
    }
  }

  close(): void {
    this.#connection.closeSync();
    this.#database.closeSync();
  }
}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

const quoted = (path: string): string => `'${path.replaceAll("'", "''")}'`;

function corrupt(path: string, error: unknown): InputError {
  const reason = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
  return new InputError([
    {
      ...{ code: "corrupt-results", file: path, line: 0, column: 0, pointer: "" },
      found: `a results file that cannot be read (${reason})`,
      expected: "the results of this sweep",
      nextStep: "move it away, or start over with --force",
    },
  ]);
}

export function otherSweep(path: string) {
  return {
    ...{ code: "other-sweep", file: path, line: 0, column: 0, pointer: "" },
    found: "results of another sweep, or of another version of it",
    expected: "those of this file",
    nextStep: "name another folder, or start over with --force",
  };
}
