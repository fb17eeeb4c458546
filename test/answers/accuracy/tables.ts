/** The published tables as they ship. */
import { parseCsv } from "../../../src/files/csv.ts";
import type { CsvTable } from "../../../src/files/csv.ts";
import { filesUnder, readText } from "../../support/sources.ts";

export const tableNames = (): string[] => filesUnder(["scenarios/validation"], /\.csv$/);

export const table = (path: string): CsvTable => parseCsv(path, readText(path));
