/** `trace record|show|check|selfcheck|scale|export`: a training step as a file. */
import { UsageError } from "../../base/errors.ts";
import type { Command } from "../command.ts";
import { text } from "../command.ts";
import { TRACE_OPTIONS } from "../trace-options.ts";

export const trace: Command = {
  names: ["trace"],
  words: ["trace <action> [target]"],
  describe: "Record a training step as a file: show, check, predict, scale or export it",
  examples: [
    "fabricast trace record mlp -o mlp.trace",
    "fabricast trace record --device shape-only --model gpt-1.3b -o gpt.trace",
  ],
  options: TRACE_OPTIONS,
  async handle(flags) {
    const action = text(flags, "action") ?? "";
    if (action === "record") {
      const { recordToFile } = await import("../trace-record.ts");
      return recordToFile(text(flags, "target"), flags);
    }
    const target = text(flags, "target");
    const { checkFile, exportFile, scaleFile, selfcheckFile, showFile } =
      await import("../trace-file.ts");
    const actions = new Map([
      ["show", showFile],
      ["check", checkFile],
      ["selfcheck", selfcheckFile],
      ["scale", scaleFile],
      ["export", exportFile],
    ]);
    const run = actions.get(action);
    if (run === undefined) {
      const known = ["record", ...actions.keys()].join(", ");
      throw new UsageError(`trace takes ${known}, not "${action}"`);
    }
    if (target === undefined) throw new UsageError(`trace ${action} takes a trace file`);
    return run(target, flags);
  },
};
