/** `sweep --slurm N`: writes the array job and the job that joins its shards, and hands both in. */
import { hasSlurm, submitArrayJob, writeArrayJob } from "../sweeps/slurm.ts";
import type { Sweep } from "../records/sweep.ts";
import { shellQuoted } from "../base/shell.ts";
import { isOn, text } from "./command.ts";
import { countFlag } from "./flags.ts";
import { say } from "./output.ts";

/** More than any site's MaxArraySize. */
const TASKS_MAX = 4_000_001;

export async function sweepBySlurm(
  flags: Readonly<Record<string, unknown>>,
  { sweep, folder }: { readonly sweep: Sweep; readonly folder: string },
): Promise<number> {
  const job = await writeArrayJob({
    ...{ sweep, folder, file: text(flags, "file") ?? "" },
    tasks: countFlag("--slurm", text(flags, "slurm") ?? "", TASKS_MAX),
    // The very program that was called: nodes of a cluster share its folder.
    program: [process.execPath, process.argv[1] ?? "fabricast"],
  });
  const most = job.isReduced ? ", as many as there are or the site takes" : "";
  say(`wrote ${job.path}: ${job.tasks} tasks${most}`);
  say(`wrote ${job.mergePath}, which joins them`);
  const by = `sbatch --dependency=afterok:$(sbatch --parsable ${shellQuoted(job.path)})`;
  if (!isOn(flags, "submit") || !hasSlurm()) {
    say(`submit both with: ${by} ${shellQuoted(job.mergePath)}`);
    return 0;
  }
  const { array, merge } = submitArrayJob(job);
  say(`submitted the array as job ${array} and the merge behind it as job ${merge}`);
  return 0;
}
