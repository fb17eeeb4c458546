/** A result's reports, written together: all of them or none. */
import type { Result } from "../records/result.ts";
import type { Measurement } from "../records/trace.ts";
import { say } from "./output.ts";

export interface ReportsAsked {
  readonly folder: string;
  readonly formats: readonly string[];
  readonly measurement: Measurement | undefined;
}

export async function writeReports(result: Result, asked: ReportsAsked): Promise<void> {
  const { render } = await import("../report/render.ts");
  const { writeAll } = await import("../files/write.ts");
  const path = (ending: string): string => `${asked.folder}/${result.id}.${ending}`;
  const files: { path: string; text: string }[] = [];
  for (const format of ["html", "csv", "json", "md"] as const) {
    if (!asked.formats.includes(format)) continue;
    files.push({ path: path(format), text: await render(result, format) });
  }
  if (asked.measurement !== undefined) {
    const text = `${JSON.stringify(asked.measurement, null, 2)}\n`;
    files.push({ path: path("measurement.json"), text });
  }
  await writeAll(files);
  say(`wrote ${files.map((file) => file.path).join(", ")}`);
}
