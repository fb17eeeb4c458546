/** Building the issues of this room: a place in a file, and the words for what was found. */
import type { Issue } from "../base/errors.ts";
import { InputError } from "../base/errors.ts";

/** Where in which file; line 0 when the file as a whole is meant. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly pointer: string;
}

export type Complaint = Pick<Issue, "code" | "found" | "expected" | "nextStep">;

export function wholeFile(file: string): Place {
  return { file, line: 0, column: 0, pointer: "" };
}

export function issueAt(place: Place, complaint: Complaint): Issue {
  const { file, line, column, pointer } = place;
  return { file, line, column, pointer, ...complaint };
}

/** Throws one issue. */
export function refuse(place: Place, complaint: Complaint): never {
  throw new InputError([issueAt(place, complaint)]);
}

/** A value as a reader would recognize it in the file, cut to a readable length. */
export function shown(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a group of keys";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 76)}…${typeof value === "string" ? '"' : ""}` : text;
}

/** "did you mean …?" or, where nothing is near, what else to do. */
export function didYouMean(word: string | undefined, otherwise: string): string {
  return word === undefined ? otherwise : `did you mean "${word}"?`;
}

/** Joins names to a sentence's list, the first dozen of them. */
export function listed(names: readonly string[]): string {
  const few = names.slice(0, 12).join(", ");
  return names.length > 12 ? `${few} … (${names.length} in all)` : few;
}

/** Text as it is, all else as JSON has it; never "[object Object]". */
export function plainText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
