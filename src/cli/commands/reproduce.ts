/** `reproduce REPORT.html`: does the question inside a report still get the same answer? */
import yargs from "yargs";
import { InputError, UsageError } from "../../base/errors.ts";
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { JSON_OPTION } from "../options.ts";
import { cost } from "./cost.ts";
import { plan } from "./plan.ts";

type Flags = Readonly<Record<string, unknown>>;

/** Only questions: a report from a stranger must not write, train or call anything. */
const ASKED: readonly Command[] = [plan, cost];

export const reproduce: Command = {
  names: ["reproduce"],
  words: ["reproduce <page>"],
  describe: "Ask the question inside a report again: what is equal, what differs?",
  examples: ["fabricast reproduce reports/cost.html"],
  options: { json: JSON_OPTION },
  async handle(flags) {
    const { readEmbedded } = await import("../../files/embedded.ts");
    const { reproduced } = await import("../../answers/reproduced.ts");
    const { reproducedJson, reproducedText } = await import("../../report/reproduced.ts");
    const { redacted, REDACTED } = await import("../../report/redact.ts");
    const path = text(flags, "page") ?? "";
    const stored = await readEmbedded(path);
    const again = await askedAgain(stored.words);
    if (typeof again === "string") {
      process.stdout.write(`could not be checked: ${again}\n`);
      return 5;
    }
    const document = stored.redacted ? redacted(again) : again;
    const found = reproduced(stored.answer, document.embedded.answer, REDACTED);
    const told = { path, stored, fresh: document.embedded, found };
    process.stdout.write(isOn(flags, "json") ? reproducedJson(told) : reproducedText(told));
    return found.moved.length > 0 ? 1 : 0;
  },
};

/** The report that the words get now, or why they get none. */
async function askedAgain(words: readonly string[]) {
  const [name = ""] = words;
  const command = ASKED.find(({ names }) => names.includes(name));
  if (command === undefined) return "its question is none that this command asks again";
  if (words.includes("redacted")) return "a cap of its question is redacted";
  try {
    const flags = await flagsOf(command, words);
    if (command === plan) {
      const { planReport } = await import("../plan-report.ts");
      return (await planReport(flags, words)).document;
    }
    const { costReport } = await import("../cost-report.ts");
    return (await costReport(flags, words)).document;
  } catch (error) {
    if (error instanceof InputError || error instanceof UsageError) return error.message;
    throw error;
  }
}

/** As the command line reads them. */
async function flagsOf(command: Command, words: readonly string[]): Promise<Flags> {
  let flags: Flags = {};
  const cli = yargs([...words])
    .help(false)
    .version(false)
    .parserConfiguration({ "parse-numbers": false, "parse-positional-numbers": false })
    .strict()
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      if (error !== undefined) throw error;
      throw new UsageError(message ?? "its words are no question");
    });
  cli.command(
    command.words,
    command.describe,
    (own) => own.options(command.options),
    (given) => {
      flags = given;
    },
  );
  await cli.parseAsync();
  return flags;
}
