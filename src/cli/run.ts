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
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands/table.ts";
import { HELP_EXAMPLES } from "./help.ts";

/** Runs one command line; never throws, never ends the process. */
export async function run(words: readonly string[]): Promise<number> {
  const outcome = { code: 0 };
  try {
    refuseUnknown(words);
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
      .fail((message: string | null, error: Error | undefined) => {
        if (error !== undefined) throw error;
        throw new UsageError(message ?? "wrong usage");
      });
    for (const command of COMMANDS) {
      cli.command(
        command.words,
        command.describe,
        (own) => own.usage(usageOf(command)).options(command.options),
        async (flags) => {
          outcome.code = await command.handle(flags, words);
        },
      );
    }
    await cli.parseAsync();
    return outcome.code;
  } catch (error) {
    const code = exitCode(error);
    process.stderr.write(`${messageOf(error, code)}\n`);
    return code;
  }
}

function usageOf({ words, describe, examples }: Command): string {
  return [`${describe}\n`, "Examples:", ...examples, `\nUsage: $0 ${words[0] ?? ""}`].join("\n");
}

/** Typing mistakes first: yargs would ask for what is missing because it was misspelled. */
function refuseUnknown(words: readonly string[]): void {
  const [name, ...rest] = words;
  if (name === undefined || name.startsWith("-")) return;
  const command = COMMANDS.find((candidate) => candidate.names.includes(name));
  if (command === undefined) {
    const all = COMMANDS.flatMap((candidate) => candidate.names);
    throw unknown("command", name, suggest(name, all), "`fabricast --help` lists the commands");
  }
  const known = optionNames(command);
  for (const word of rest) {
    const option = /^--(?:no-)?([a-zA-Z][\w-]*)/.exec(word)?.[1];
    if (word === "--") return;
    if (option === undefined || known.includes(option)) continue;
    const near = suggest(option, known);
    const help = `\`fabricast ${name} --help\` lists the options`;
    throw unknown("option", `--${option}`, near === undefined ? undefined : `--${near}`, help);
  }
}

function optionNames(command: Command): string[] {
  const names = Object.entries(command.options).flatMap(([name, { alias = [] }]) => [
    name,
    ...(typeof alias === "string" ? [alias] : alias),
  ]);
  return [...names, "help", "version"];
}

function unknown(kind: string, word: string, near: string | undefined, help: string): UsageError {
  const hint = near === undefined ? help : `did you mean ${near}?`;
  return new UsageError(`unknown ${kind} "${word}"; ${hint}`);
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
  if (code === 2) return printable(`fabricast: ${message.split("\n").join("; ")} [usage]`);
  return message.split("\n").map(printable).join("\n");
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
