/** The published tables that ship with the product. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { CsvRow } from "./csv.ts";
import { readCsv } from "./csv.ts";
import { shippedPath } from "./shipped.ts";

const FOLDER = "scenarios/validation";

export interface PublishedTable {
  readonly name: string;
  readonly rows: readonly CsvRow[];
}

/** Training tables by name; not the one that was composed instead of measured. */
export async function readValidation(): Promise<PublishedTable[]> {
  return await tablesLike(/^train-(?!vtrain).*\.csv$/);
}

/** Published sweeps of collectives, but for the dispatch of experts. */
export async function readCollectiveTables(): Promise<PublishedTable[]> {
  return await tablesLike(/^collectives(?!-expert).*\.csv$/);
}

/** Published runs of inference, of kernels, and the dispatch of experts. */
export async function readInferenceTables(): Promise<PublishedTable[]> {
  return await tablesLike(/^(?:inference|kernels|collectives-expert).*\.csv$/);
}

async function tablesLike(pattern: RegExp): Promise<PublishedTable[]> {
  const names = await readdir(shippedPath(FOLDER));
  const measured = names.filter((name) => pattern.test(name)).sort();
  return await Promise.all(
    measured.map(async (name) => ({
      name: name.slice(0, -".csv".length),
      rows: (await readCsv(shippedPath(join(FOLDER, name)))).rows,
    })),
  );
}
