/**
 * A result as text: the one door of this room. Pure functions of the result; the JSON is the
 * truth, everything else is a view of it. Heavy packages load when a format needs them.
 */
import type { TextOptions } from "./text-options.ts";
import { assert } from "../base/assert.ts";
import type { Result } from "../records/result.ts";

export type Format = "html" | "csv" | "json" | "md" | "text";

export async function render(
  result: Result,
  format: Format,
  options: TextOptions = {},
): Promise<string> {
  switch (format) {
    case "json":
      return json(result);
    case "html":
      return html(result);
    case "csv":
      return (await import("./csv.ts")).csv(result);
    case "md":
      return (await import("./markdown.ts")).markdown(result);
    case "text":
      return (await import("./terminal.ts")).terminalText(result, options);
  }
}

async function html(result: Result): Promise<string> {
  if (result.kind === "compare") {
    return (await import("./html/compare.ts")).comparePage(result);
  }
  if (result.kind === "large") return (await import("./html/large.ts")).largePage(result);
  const { collectivePage, simulatePage, solvePage } = await import("./html/others.ts");
  if (result.kind === "simulate") return simulatePage(result);
  return result.kind === "solve" ? solvePage(result) : collectivePage(result);
}

/** Keys in the order in which the record was built; JSON has no word for NaN or infinity. */
function json(result: Result): string {
  const checked = (key: string, value: unknown): unknown => {
    assert(typeof value !== "number" || Number.isFinite(value), `"${key}" is a finite number`);
    return value;
  };
  return `${JSON.stringify(result, checked, 2)}\n`;
}
