/**
 * The ways in which a run ends badly, each with its own exit code.
 *
 * InputError and Refusal 3 · UsageError 2 · InfeasibleError 4 · PartialError 5 · MachineError 74 ·
 * InvariantError 70 (our bug).
 */
import { printable } from "./printable.ts";

/** One mistake in a reader's file or flag. Codes are kebab-case words and stay stable. */
export interface Issue {
  readonly code: string;
  readonly file: string;
  /** 1-based; 0 when the issue has no place inside the file (missing, too large …). */
  readonly line: number;
  readonly column: number;
  /** RFC 6901, e.g. "/links/3/bandwidth"; "" for the whole document. */
  readonly pointer: string;
  readonly found: string;
  readonly expected: string;
  readonly nextStep: string;
}

/** The reader's files are wrong. Holds every issue found, not only the first. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(issues.map(formatIssue).join("\n"));
    this.issues = issues;
  }
}

/** file:line:column: found X, expected Y; next step [code] — one line, safe on a terminal. */
export function formatIssue(issue: Issue): string {
  const { file, line, column, found, expected, nextStep, code } = issue;
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return printable(`${place}: found ${found}, expected ${expected}; ${nextStep} [${code}]`);
}

/**
 * A well-formed request that a room cannot serve: more ranks than the cluster has, a group
 * that does not divide. Rooms below `files` know no file positions; the command that asked
 * turns it into an Issue. Exit 3.
 */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: string;
  readonly pointer: string;
  readonly found: string;
  readonly expected: string;
  readonly nextStep: string;

  constructor(refused: Pick<Issue, "code" | "pointer" | "found" | "expected" | "nextStep">) {
    const { code, found, expected, nextStep } = refused;
    super(`found ${found}, expected ${expected}; ${nextStep} [${code}]`);
    this.code = code;
    this.pointer = refused.pointer;
    this.found = found;
    this.expected = expected;
    this.nextStep = nextStep;
  }
}

/** Wrong use of the command line: unknown command or flag, missing argument. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The question is well formed and has no feasible answer. */
export class InfeasibleError extends Error {
  override readonly name = "InfeasibleError";
}

/** Stopped before the end; what is written is whole and the run can go on. */
export class PartialError extends Error {
  override readonly name = "PartialError";
}

/** The machine failed us: cannot write, disk full, read error on an existing file. */
export class MachineError extends Error {
  override readonly name = "MachineError";
}

/** Our bug: a claim that the program makes about itself did not hold. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}
