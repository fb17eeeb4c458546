/**
 * Words to a command to an exit code.
 *
 * 0 done · 1 the answer is no · 2 wrong usage · 3 invalid input · 4 nothing feasible ·
 * 5 partial · 70 our bug · 74 the machine failed us.
 */
import yargs from "yargs";
import { printable } from "../base/printable.ts";
import { InfeasibleError, InputError, MachineError } from "../base/errors.ts";
import { PartialError, Refusal, UsageError } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import { VERSION } from "../base/version.ts";
import { COMMANDS } from "./commands/table.ts";
import { HELP_EXAMPLES } from "./help.ts";

/** Runs one command line; never throws, never ends the process. */
export async function run(words: readonly string[]): Promise<number> {
  const outcome = { code: 0 };
  try {
    if (words[0] !== undefined && !words[0].startsWith("-")) knownCommand(words[0]);
    const cli = yargs([...words])
      .scriptName("fabricast")
      .usage(HELP_EXAMPLES)
      .version(VERSION)
      .help()
      .alias("h", "help")
      .wrap(Math.min(process.stdout.columns ?? 100, 100))
      .parserConfiguration({ "parse-numbers": false, "parse-positional-numbers": false })
      .demandCommand(1, "which command? `fabricast --help` lists them")
      .strict()
      .exitProcess(false)
      .fail((message: string | null, error: unknown) => {
        throw error ?? new UsageError(message ?? "wrong usage");
      });
    for (const command of COMMANDS) {
      cli.command(command.words, command.describe, command.options, async (flags) => {
        outcome.code = await command.handle(flags as Record<string, unknown>, words);
      });
    }
    await cli.parseAsync();
    return outcome.code;
  } catch (error) {
    const code = exitCode(error);
    process.stderr.write(`${messageOf(error, code)}\n`);
    return code;
  }
}

function knownCommand(word: string): void {
  const names = COMMANDS.flatMap((command) => command.names);
  if (names.includes(word)) return;
  const near = suggest(word, names);
  const hint =
    near === undefined ? "`fabricast --help` lists the commands" : `did you mean ${near}?`;
  throw new UsageError(`unknown command "${word}"; ${hint}`);
}

export function exitCode(error: unknown): number {
  if (error instanceof UsageError) return 2;
  if (error instanceof InputError || error instanceof Refusal) return 3;
  if (error instanceof InfeasibleError) return 4;
  if (error instanceof PartialError) return 5;
  if (error instanceof MachineError) return 74;
  return 70;
}

function messageOf(error: unknown, code: number): string {
  if (code === 70) return bugReport(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === 2) return printable(`fabricast: ${withOptionHint(message)} [usage]`);
  return message.split("\n").map(printable).join("\n");
}

/** yargs names unknown options without a suggestion. */
function withOptionHint(message: string): string {
  const unknown = /^Unknown arguments?: ([^\s,]+)/.exec(message)?.[1];
  if (unknown === undefined) return message.split("\n").join("; ");
  const options = COMMANDS.flatMap((command) => Object.keys(command.options));
  const near = suggest(unknown, [...options, "help", "version"]);
  return near === undefined ? message : `${message}; did you mean --${near}?`;
}

function bugReport(error: unknown): string {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    "fabricast: a bug of ours, not of your files. Nothing was written.",
    detail.split("\n").map(printable).join("\n"),
    `Please report it with the command line and the files (fabricast ${VERSION}, Node ` +
      `${process.version}).`,
  ].join("\n");
}
