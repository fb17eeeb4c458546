/**
 * What part of its bus bandwidth SimAI lets a collective reach, by its size and nodes
 * (aliyun/SimAI, astra-sim-alibabacloud/inputs/ratio/*.csv, Apache 2.0): linear between sizes, the
 * first row below them, always divided by the last row. Quirks: node counts that have no column
 * take that of 16; nine nodes take the column of several rails; cells left empty are 1.
 */
import { at } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";

/** Sizes double from 16 MiB to 16 GiB. */
const LEAST_BYTES = 2 ** 24;
/** Columns: 1, 2, 4, 8, 16, 32, 64, 128 nodes, several rails. */
const COLUMNS = [1, 2, 4, 8, 16, 32, 64, 128, 9];
const DEFAULT_COLUMN = COLUMNS.indexOf(16);
const NONE = Array.from({ length: 11 }, () => 1);
const RAILS = [0.86, 0.92, 0.94, 0.94, 0.94, 0.95, 0.96, 0.96, 0.96, 0.96, 0.96];
const ONE_NODE = [0.45, 0.55, 0.65, 0.69, 0.73, 0.76, 0.77, 0.78, 0.79, 0.8, 0.81];

export type SimaiTable = "nic" | "nvlink" | "all-to-all";

const TABLES: Readonly<Record<SimaiTable, readonly (readonly number[])[]>> = {
  nic: [
    ONE_NODE,
    [0.32, 0.47, 0.5, 0.67, 0.85, 0.89, 0.92, 0.94, 0.95, 0.95, 0.96],
    [0.24, 0.38, 0.53, 0.67, 0.77, 0.85, 0.93, 0.94, 0.95, 0.96, 0.96],
    [0.13, 0.24, 0.39, 0.54, 0.69, 0.78, 0.9, 0.94, 0.95, 0.96, 0.96],
    [0.05, 0.11, 0.21, 0.38, 0.57, 0.73, 0.76, 0.92, 0.95, 0.96, 0.96],
    [0.044, 0.052, 0.106, 0.205, 0.387, 0.562, 0.74, 0.758, 0.923, 0.953, 0.957],
    [0.021, 0.042, 0.051, 0.107, 0.209, 0.384, 0.563, 0.745, 0.755, 0.914, 0.958],
    [
      ...[0.0087, 0.021225, 0.04405, 0.0533, 0.1027, 0.1902, 0.314575, 0.553525, 0.740175],
      ...[0.7648, 0.919175],
    ],
    RAILS,
  ],
  nvlink: [
    ONE_NODE,
    [0.55, 0.68, 0.74, 0.8, 0.84, 0.86, 0.87, 0.87, 0.88, 0.88, 0.88],
    [0.34, 0.6, 0.71, 0.74, 0.79, 0.86, 0.87, 0.87, 0.88, 0.88, 0.88],
    [0.16, 0.34, 0.62, 0.7, 0.78, 0.82, 0.86, 0.87, 0.88, 0.88, 0.88],
    [0.08, 0.16, 0.33, 0.65, 0.72, 0.75, 0.83, 0.86, 0.87, 0.88, 0.88],
    ...[NONE, NONE, NONE, RAILS],
  ],
  "all-to-all": [
    [0.44, 0.51, 0.6, 0.65, 0.7, 0.71, 0.74, 0.76, 0.77, 0.78, 0.78],
    [0.52, 0.63, 0.72, 0.76, 0.79, 0.8, 0.81, 0.81, 0.8, 0.8, 0.8],
    [0.67, 0.68, 0.83, 0.9, 0.92, 0.94, 0.94, 0.95, 0.95, 0.95, 0.95],
    [0.64, 0.67, 0.82, 0.85, 0.87, 0.89, 0.92, 0.93, 0.94, 0.94, 0.94],
    [0.62, 0.66, 0.66, 0.72, 0.75, 0.81, 0.85, 0.88, 0.89, 0.9, 0.9],
    ...[NONE, NONE, NONE, RAILS],
  ],
};

export function simaiRatio(table: SimaiTable, sizeBytes: number, nodeCount: number): number {
  if (sizeBytes === 0) return 1;
  const place = COLUMNS.indexOf(nodeCount);
  const values = at(TABLES[table], place === -1 ? DEFAULT_COLUMN : place);
  const last = values.length - 1;
  if (sizeBytes < LEAST_BYTES) return Math.fround(at(values, 0) / at(values, last));
  if (sizeBytes > LEAST_BYTES * 2 ** last) {
    throw new Refusal({
      code: "out-of-range",
      pointer: "",
      found: `a collective of ${sizeBytes} bytes`,
      expected: `at most ${LEAST_BYTES * 2 ** last}, where SimAI's tables end`,
      nextStep: "take a smaller one; the program stops there too",
    });
  }
  const row = Math.min(last - 1, Math.floor(Math.log2(sizeBytes / LEAST_BYTES)));
  const low = LEAST_BYTES * 2 ** row;
  const [from, to] = [at(values, row), at(values, row + 1)];
  const value = from + ((to - from) * (sizeBytes - low)) / (low * 2 - low);
  return Math.fround(value / at(values, last));
}
