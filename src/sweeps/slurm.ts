/**
 * A sweep beyond one machine: a Slurm array job whose tasks are shards of many points each.
 * Tasks write folders of their own and go on where they stopped, so a task that was killed is
 * simply queued again.
 */
import { spawnSync } from "node:child_process";
import { writeFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { shellQuoted } from "../base/shell.ts";
import type { Sweep } from "../records/sweep.ts";
import { machineError } from "./machine.ts";
import { batchCount } from "./points.ts";

/** What Slurm takes where a site says nothing else: indices below 1001. */
const ARRAY_MAX = 1001;

export interface ArrayJob {
  readonly path: string;
  readonly tasks: number;
  readonly advice: string;
}

export async function writeArrayJob(asked: {
  readonly sweep: Sweep;
  readonly file: string;
  readonly folder: string;
  readonly tasks: number;
}): Promise<ArrayJob> {
  const { sweep, file, folder } = asked;
  const tasks = Math.min(asked.tasks, batchCount(sweep.axes), arrayMax());
  const path = join(folder, "sweep.sbatch");
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path, scriptOf({ file, folder, tasks }), { mode: 0o755 });
  } catch (error) {
    throw machineError(error, path);
  }
  const reduced =
    tasks < asked.tasks ? `${tasks} tasks, as many as there are or the site takes; ` : "";
  return { path, tasks, advice: `${reduced}submit it with: sbatch ${path}` };
}

/** MaxArraySize of the site; indices stay below it. */
export function arrayMax(): number {
  const { stdout, status } = spawnSync("scontrol", ["show", "config"], { encoding: "utf8" });
  const found = status === 0 ? /MaxArraySize\s*=\s*(\d+)/.exec(stdout)?.[1] : undefined;
  return found === undefined ? ARRAY_MAX : Number(found);
}

export function scriptOf(asked: {
  readonly file: string;
  readonly folder: string;
  readonly tasks: number;
}): string {
  const { file, folder, tasks } = asked;
  const shards = Array.from({ length: tasks }, (_, i) => join(folder, `shard-${i}`));
  const own = `${shellQuoted(folder)}/shard-$SLURM_ARRAY_TASK_ID`;
  return [
    "#!/bin/sh",
    "#SBATCH --job-name=fabricast-sweep",
    `#SBATCH --array=0-${tasks - 1}`,
    "#SBATCH --cpus-per-task=2",
    "#SBATCH --requeue",
    `#SBATCH --output=${folder}/slurm-%a.log`,
    "# When all tasks are done:",
    `#   npx fabricast merge ${shards.slice(0, 2).map(shellQuoted).join(" ")} … \\`,
    `#     --sweep ${shellQuoted(file)} -o ${shellQuoted(folder)}`,
    "set -eu",
    `exec npx fabricast sweep ${shellQuoted(file)} -o ${own} \\`,
    `  --shard "$SLURM_ARRAY_TASK_ID/${tasks}" --workers "\${SLURM_CPUS_PER_TASK:-2}" --resume`,
    "",
  ].join("\n");
}
