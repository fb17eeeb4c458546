/** What a terminal can show: color or none, Unicode or plain ASCII. Meaning rests on words. */
import { plain } from "./escape.ts";
import type { TextOptions } from "./text-options.ts";

export interface Style {
  readonly columns: number;
  readonly unicode: boolean;
  /** Stands where something was cut. */
  readonly cut: string;
  /** Text from outside and ours, made safe and put into letters the terminal has. */
  readonly text: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
}

const ASCII: Readonly<Record<string, string>> = {
  "−": "-",
  "–": "-",
  "→": "->",
  "·": "-",
  "…": "...",
  "×": "x",
  "≥": ">=",
  "≤": "<=",
  µ: "u",
  "▸": ">",
  "✓": "yes",
  "✗": "no",
  "◌": "?",
  "▲": "!",
  "“": '"',
  "”": '"',
  "’": "'",
  "\u00a0": "\u00a0",
};

export function styleOf(options: TextOptions): Style {
  const { columns = 80, color = false, unicode = true } = options;
  const ink = (code: string) => (text: string) =>
    color ? `\u001b[${code}m${text}\u001b[0m` : text;
  const ascii = (text: string): string =>
    text.replace(/[^\n -~]/gu, (letter) => ASCII[letter] ?? "?");
  return {
    columns: Math.max(40, columns),
    unicode,
    cut: unicode ? "…" : "...",
    text: (text) => (unicode ? plain(text) : ascii(plain(text))),
    bold: ink("1"),
    dim: ink("2"),
    good: ink("38;5;35"),
    bad: ink("38;5;208"),
  };
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of `width` columns for the whole; exposed parts are hatched, so in whole columns. */
export function bar(share: number, width: number, isExposed: boolean, style: Style): string {
  const length = Math.max(0, share) * width;
  if (!style.unicode) return (isExposed ? "%" : "#").repeat(Math.max(1, Math.round(length)));
  if (isExposed) return "▒".repeat(Math.max(1, Math.round(length)));
  const eighths = Math.max(1, Math.round(length * 8));
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}

export const rule = (width: number, style: Style): string =>
  (style.unicode ? "─" : "-").repeat(width);
