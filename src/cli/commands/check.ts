/** `check FILE…`: is it valid, down to the physics? */
import type { Command } from "../command.ts";
import { isOn, texts } from "../command.ts";
import { JSON_OPTION } from "../options.ts";
import { printable } from "../../base/printable.ts";
import { InputError } from "../../base/errors.ts";
import type { Issue } from "../../base/errors.ts";

export const check: Command = {
  names: ["check", "validate"],
  words: ["check <files..>", "validate"],
  describe: "Check question, cluster, part and model files; all mistakes at once",
  examples: [
    "fabricast check scenarios/questions/quickstart.yaml",
    "fabricast check my/cluster.yaml my/question.yaml --json",
  ],
  options: { json: JSON_OPTION },
  async handle(flags) {
    const { checkFile } = await import("../../files/check-file.ts");
    const issues: Issue[] = [];
    const valid: { file: string; kind: string; id: string }[] = [];
    for (const file of texts(flags, "files")) {
      try {
        const { kind, id } = await checkFile(file);
        valid.push({ file, kind, id });
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        issues.push(...error.issues);
      }
    }
    if (isOn(flags, "json")) {
      process.stdout.write(`${JSON.stringify({ valid, issues }, null, 2)}\n`);
    } else {
      for (const { file, kind, id } of valid) {
        process.stdout.write(printable(`${file}: valid ${kind} "${id}"`) + "\n");
      }
    }
    if (issues.length > 0) throw new InputError(issues);
    return 0;
  },
};
