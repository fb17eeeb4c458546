/** `merge DIR... -o OUT`: shards of one sweep as one, the same as if one machine had run it. */
import type { Command } from "../command.ts";
import { isOn, text, texts } from "../command.ts";
import { JSON_OPTION } from "../options.ts";

export const merge: Command = {
  names: ["merge"],
  words: ["merge <folders..>"],
  describe: "Join the shards of a sweep: the same files as if one machine had run it",
  examples: ["fabricast merge --help"],
  options: {
    sweep: { type: "string", requiresArg: true, demandOption: true, describe: "the sweep's file" },
    output: {
      type: "string",
      alias: "o",
      requiresArg: true,
      demandOption: true,
      describe: "folder",
    },
    json: JSON_OPTION,
  },
  async handle(flags) {
    const { readSweepFile, shownSummary } = await import("../sweeping.ts");
    const { mergeShards } = await import("../../sweeps/merge.ts");
    const { withPage } = await import("../sweep-report.ts");
    const file = text(flags, "sweep") ?? "";
    const sweep = await readSweepFile(file);
    const summary = await mergeShards({
      sweep,
      folders: texts(flags, "folders"),
      folder: text(flags, "output") ?? "",
    });
    const all = await withPage(sweep, file, summary);
    process.stdout.write(shownSummary(all, isOn(flags, "json")));
    return 0;
  },
};
