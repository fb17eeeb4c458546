/** Predictions of a table's rows for a terminal: value, range, and what was assumed. */
import { significant } from "../base/format.ts";
import type { Prediction } from "../records/prediction.ts";
import { padEnd, padStart } from "./text-table.ts";

const ID_WIDTH = 44;
const COLUMN_WIDTH = 28;
const VALUE_WIDTH = 9;

export function terminalRows(predictions: readonly Prediction[]): string[] {
  const head = line("row", "column", ["predicted", "p10", "p90"], "");
  const refused = predictions.filter(({ status }) => status === "refused").length;
  const incomplete = predictions.filter(({ status }) => status === "incomplete").length;
  const count = predictions.length;
  return [
    head,
    ...predictions.map((prediction) => rowOf(prediction)),
    `${count} predictions, ${incomplete} with something assumed, ${refused} refused`,
  ];
}

function rowOf({ id, column, predicted, low, high, status, reason }: Prediction): string {
  const shown = [predicted, low, high].map((value) =>
    value === null ? "-" : significant(value, 3),
  );
  return line(id, column, shown, status === "ok" ? "" : `${status}: ${reason}`);
}

function line(id: string, column: string, values: readonly string[], remark: string): string {
  const numbers = values.map((value) => padStart(value, VALUE_WIDTH)).join(" ");
  return `${padEnd(id, ID_WIDTH)} ${padEnd(column, COLUMN_WIDTH)} ${numbers}  ${remark}`.trimEnd();
}
