/** What a command is here: words, options, and a handler that gives an exit code. */
import type { Options } from "yargs";

export interface Command {
  /** All names it answers to, the shown one first. */
  readonly names: readonly string[];
  /** yargs' words: ["run <file>"]. */
  readonly words: string[];
  readonly describe: string;
  /** Command lines that run, shown first by its --help. */
  readonly examples: readonly string[];
  readonly options: Readonly<Record<string, Options>>;
  /** `words` is the whole command line, for `reproduce`. */
  handle(flags: Readonly<Record<string, unknown>>, words: readonly string[]): Promise<number>;
}

/** The text of a flag; the last one if it was given twice; undefined if it was not. */
export function text(flags: Readonly<Record<string, unknown>>, name: string): string | undefined {
  return texts(flags, name).at(-1);
}

export function isOn(flags: Readonly<Record<string, unknown>>, name: string): boolean {
  return flags[name] === true;
}

/** A flag that may be given several times. */
export function texts(flags: Readonly<Record<string, unknown>>, name: string): string[] {
  const given = flags[name];
  const values: unknown[] = Array.isArray(given) ? given : [given];
  return values.flatMap((value) => {
    if (typeof value === "string") return [value];
    return typeof value === "number" || typeof value === "boolean" ? [String(value)] : [];
  });
}
