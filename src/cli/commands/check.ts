/** `check FILE…`: is it valid, down to the physics? */
import type { Command } from "../command.ts";
import { texts } from "../command.ts";
import { printable } from "../../base/printable.ts";
import { InputError } from "../../base/errors.ts";
import type { Issue } from "../../base/errors.ts";

export const check: Command = {
  names: ["check", "validate"],
  words: ["check <files..>", "validate"],
  describe: "Check question, cluster, part and model files; all mistakes at once",
  options: {},
  async handle(flags) {
    const { checkFile } = await import("../../files/check-file.ts");
    const issues: Issue[] = [];
    for (const file of texts(flags, "files")) {
      try {
        const { kind, id } = await checkFile(file);
        process.stdout.write(printable(`${file}: valid ${kind} "${id}"`) + "\n");
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        issues.push(...error.issues);
      }
    }
    if (issues.length > 0) throw new InputError(issues);
    return 0;
  },
};
