/** Where a command's words go: results to stdout, messages and progress to stderr. */
import { printable } from "../base/printable.ts";
import type { Result } from "../records/result.ts";
import { isOn } from "./command.ts";

/** One line of progress; never part of the result. */
export function say(message: string): void {
  process.stderr.write(`${printable(message)}\n`);
}

/** The result on stdout: JSON if asked, else text for the terminal it goes to. */
export async function show(
  result: Result,
  flags: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { render } = await import("../report/render.ts");
  if (isOn(flags, "json")) {
    process.stdout.write(await render(result, "json"));
    return;
  }
  process.stdout.write(await render(result, "text", terminal(flags)));
}

/** What the terminal can show: width, color, Unicode. */
export function terminal(flags: Readonly<Record<string, unknown>>): {
  columns: number;
  color: boolean;
  unicode: boolean;
} {
  const { NO_COLOR, TERM } = process.env;
  const isPlain = (NO_COLOR !== undefined && NO_COLOR !== "") || TERM === "dumb";
  return {
    columns: Math.max(80, Math.min(process.stdout.columns ?? 80, 100)),
    color: process.stdout.isTTY && !isPlain && flags["color"] !== false,
    unicode: TERM !== "dumb",
  };
}

/** 1 when the answer is no, else 0. */
export const codeOf = (result: Result): number => (result.answer.verdict === "no" ? 1 : 0);
