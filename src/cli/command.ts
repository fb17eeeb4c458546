/** What a command is here: words, options, and a handler that gives an exit code. */
import type { Options } from "yargs";

export interface Command {
  /** All names it answers to, the shown one first. */
  readonly names: readonly string[];
  /** yargs' words: ["run <file>"]. */
  readonly words: string[];
  readonly describe: string;
  readonly options: Readonly<Record<string, Options>>;
  /** `words` is the whole command line, for `reproduce`. */
  handle(flags: Readonly<Record<string, unknown>>, words: readonly string[]): Promise<number>;
}

/** The text of a flag; undefined if it was not given. */
export function text(flags: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = flags[name];
  return value === undefined || value === null ? undefined : String(value);
}

export function isOn(flags: Readonly<Record<string, unknown>>, name: string): boolean {
  return flags[name] === true;
}

/** A flag that may be given several times. */
export function texts(flags: Readonly<Record<string, unknown>>, name: string): string[] {
  const value = flags[name];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
