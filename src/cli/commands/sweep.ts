/** `sweep FILE -o DIR`: what does the whole space look like? */
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { JSON_OPTION } from "../options.ts";

export const sweep: Command = {
  names: ["sweep"],
  words: ["sweep <file>"],
  describe: "What does the whole space look like? Every combination, kept in a results file",
  examples: [
    "fabricast sweep scenarios/sweeps/llama-3-70b.yaml -o sweep",
    "fabricast sweep scenarios/sweeps/llama-3-70b.yaml -o sweep --dry-run",
  ],
  options: {
    output: {
      type: "string",
      alias: "o",
      requiresArg: true,
      demandOption: true,
      describe: "folder",
    },
    workers: { type: "string", requiresArg: true, describe: "threads; default: all processors" },
    resume: { type: "boolean", describe: "go on with the results that are in the folder" },
    force: { type: "boolean", describe: "throw the results in the folder away" },
    shard: { type: "string", requiresArg: true, describe: "one part of several: 3/16" },
    "dry-run": { type: "boolean", describe: "only count points and estimate the time" },
    slurm: { type: "string", requiresArg: true, describe: "as an array job of so many tasks" },
    submit: {
      type: "boolean",
      default: true,
      describe: "with --slurm: hand the jobs in where sbatch is; --no-submit only writes them",
    },
    json: JSON_OPTION,
  },
  async handle(flags) {
    const { sweepAsked, drySweep } = await import("../sweeping.ts");
    const { runSweep } = await import("../../sweeps/run.ts");
    const asked = await sweepAsked(flags);
    if (isOn(flags, "dry-run")) return drySweep(asked.sweep, isOn(flags, "json"));
    if (flags["slurm"] !== undefined) {
      const { sweepBySlurm } = await import("../slurm-sweep.ts");
      return sweepBySlurm(flags, asked);
    }
    const { shownSummary, withStop } = await import("../sweeping.ts");
    const summary = await withStop((isStopped) => runSweep({ ...asked, isStopped }));
    const { withPage } = await import("../sweep-report.ts");
    // Of a part a page would say what does not hold of the whole; `merge` writes it.
    const all =
      asked.shard.shardCount > 1
        ? summary
        : await withPage(asked.sweep, text(flags, "file") ?? "", summary);
    process.stdout.write(shownSummary(all, isOn(flags, "json")));
    return 0;
  },
};
