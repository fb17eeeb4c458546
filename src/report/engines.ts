/** Engines side by side, for the terminal. */
import { duration, fixed } from "../base/format.ts";
import { printable } from "../base/printable.ts";
import type { EngineComparison } from "../records/engines.ts";
import { padEnd, padStart } from "./text-table.ts";

export function enginesText({ clusterId, rankCount, question, rows }: EngineComparison): string {
  const cells = [["engine", "time", "of flow"]].concat(
    rows.map(({ engine, timeS, ratio }) => [
      engine,
      timeS === undefined ? "–" : duration(timeS, 5),
      ratio === undefined ? "–" : fixed(ratio, 4),
    ]),
  );
  const head = `${question} over ${fixed(rankCount)} ranks of ${clusterId}`;
  const why = rows.map((row) => `  ${row.engine}: ${row.why}`);
  const table = cells
    .map(
      ([name = "", time = "", of = ""]) => padEnd(name, 18) + padStart(time, 12) + padStart(of, 12),
    )
    .join("\n");
  return `${printable(`${head}\n\n${table}\n\n${why.join("\n")}`)}\n`;
}
