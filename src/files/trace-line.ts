/** Values of one line of a trace file, each checked; what is wrong is kept with its place. */
import type { Issue } from "../base/errors.ts";
import { InputError } from "../base/errors.ts";
import type { Degrees } from "../records/trace-file.ts";
import { NO_PARALLELISM } from "../records/trace-file.ts";
import { issueAt, shown } from "./issue.ts";

/** More would say the same. */
const ISSUE_COUNT_MAX = 20;

export type Row = readonly unknown[];

export class LineReader {
  readonly #file: string;
  readonly #issues: Issue[] = [];
  #line = 1;

  constructor(file: string) {
    this.#file = file;
  }

  /** The line of the text that the next complaints are about. */
  at(line: number): void {
    this.#line = line;
  }

  complain(pointer: string, found: unknown, expected: string): void {
    if (this.#issues.length >= ISSUE_COUNT_MAX) return;
    const place = { file: this.#file, line: this.#line, column: 1, pointer };
    this.#issues.push(
      issueAt(place, {
        code: "bad-trace",
        found: `${shown(found)} at ${pointer === "" ? "this line" : pointer}`,
        expected,
        nextStep: "record it again",
      }),
    );
  }

  /** Throws all complaints, if there are any. */
  finish(): void {
    if (this.#issues.length > 0) throw new InputError(this.#issues);
  }

  line(text: string, line: number): Readonly<Record<string, unknown>> {
    this.at(line);
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
    } catch {
      // said below
    }
    this.complain("", text.slice(0, 40), "a JSON object");
    this.finish();
    return {};
  }

  /** A whole number, not negative. */
  count(value: unknown, pointer: string): number {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    this.complain(pointer, value, "a whole number, not negative");
    return 0;
  }

  /** A number, not negative. */
  amount(value: unknown, pointer: string): number {
    if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
    this.complain(pointer, value, "a number, not negative");
    return 0;
  }

  /** A whole number below `limit`. */
  index(value: unknown, pointer: string, limit: number): number {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < limit) {
      return value;
    }
    this.complain(pointer, value, limit === 0 ? "none" : `a whole number from 0 to ${limit - 1}`);
    return 0;
  }

  text(value: unknown, pointer: string): string {
    if (typeof value === "string" && value.length <= 1000) return value;
    this.complain(pointer, value, "a text");
    return "";
  }

  word<T extends string>(value: unknown, pointer: string, words: readonly T[]): T | undefined {
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) this.complain(pointer, value, `one of ${words.join(", ")}`);
    return word;
  }

  list(value: unknown, pointer: string): Row {
    if (Array.isArray(value)) return value;
    this.complain(pointer, value, "a list");
    return [];
  }

  counts(value: unknown, pointer: string): number[] {
    return this.list(value, pointer).map((item, i) => this.count(item, `${pointer}/${i}`));
  }

  degrees(value: unknown): Degrees {
    const given = typeof value === "object" && value !== null ? value : {};
    const entries = Object.entries(NO_PARALLELISM).map(([name]) => {
      const degree: unknown = (given as Record<string, unknown>)[name];
      return [name, this.count(degree, `/degrees/${name}`)];
    });
    return { ...NO_PARALLELISM, ...(Object.fromEntries(entries) as Partial<Degrees>) };
  }
}
