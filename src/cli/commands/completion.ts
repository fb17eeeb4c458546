/** `completion`: words for the Tab key, with the ids of the catalog. */
import type { Command } from "../command.ts";
import { text } from "../command.ts";
import { UsageError } from "../../base/errors.ts";

/** Of all commands, itself included: the table hands them over. */
export const completionOf = (commands: () => readonly Command[]): Command => ({
  names: ["completion"],
  words: ["completion [shell]"],
  describe: "Print a script that completes commands and ids: bash, zsh or fish",
  examples: ["fabricast completion bash"],
  options: {},
  async handle(flags) {
    const shell = text(flags, "shell") ?? "bash";
    const { completionWords } = await import("../completion-words.ts");
    const { completionScript } = await import("../../report/completion.ts");
    const script = completionScript(shell, await completionWords(commands()));
    if (script === undefined) {
      throw new UsageError(`completion knows bash, zsh and fish, not ${shell}`);
    }
    process.stdout.write(script);
    return 0;
  },
});
