/**
 * A sweep beyond one machine: a Slurm array job whose tasks are shards of many points each, and
 * a job behind it that joins them. Tasks write folders of their own and go on where they stopped,
 * so a task that was killed is simply queued again.
 */
import { spawnSync } from "node:child_process";
import { writeFile, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { MachineError } from "../base/errors.ts";
import { shellQuoted } from "../base/shell.ts";
import type { Sweep } from "../records/sweep.ts";
import { machineError } from "./machine.ts";
import { batchCount } from "./points.ts";

/** What Slurm takes where a site says nothing else: indices below 1001. */
const ARRAY_MAX = 1001;

export interface ArrayJob {
  readonly path: string;
  readonly mergePath: string;
  readonly tasks: number;
  /** As many tasks as were asked for, or fewer since there are no more batches, or the site's. */
  readonly isReduced: boolean;
}

/** Paths of a job, all absolute: it starts on another machine, in a folder of its own. */
export interface ArrayAsked {
  /** The words that run Fabricast on every node. */
  readonly program: readonly string[];
  readonly file: string;
  readonly folder: string;
  readonly tasks: number;
}

export async function writeArrayJob(
  asked: ArrayAsked & { readonly sweep: Sweep },
): Promise<ArrayJob> {
  const folder = resolve(asked.folder);
  const tasks = Math.min(asked.tasks, batchCount(asked.sweep.axes), arrayMax());
  const job = { ...asked, file: resolve(asked.file), folder, tasks };
  const [path, mergePath] = [join(folder, "sweep.sbatch"), join(folder, "merge.sbatch")];
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path, scriptOf(job), { mode: 0o755 });
    await writeFile(mergePath, mergeScriptOf(job), { mode: 0o755 });
  } catch (error) {
    throw machineError(error, folder);
  }
  return { path, mergePath, tasks, isReduced: tasks < asked.tasks };
}

/** MaxArraySize of the site, indices stay below it, and no more jobs than it holds. */
export function arrayMax(): number {
  const { stdout, status } = spawnSync("scontrol", ["show", "config"], { encoding: "utf8" });
  const found = (name: string) =>
    status === 0 ? new RegExp(`^${name}\\s*=\\s*(\\d+)`, "m").exec(stdout)?.[1] : undefined;
  return Math.min(Number(found("MaxArraySize") ?? ARRAY_MAX), Number(found("MaxJobCount") ?? 1e4));
}

/** Whether this machine can hand jobs to a Slurm cluster: without one, even this fails. */
export function hasSlurm(): boolean {
  return spawnSync("sbatch", ["--version"], { stdio: "ignore" }).status === 0;
}

/** Hands in the array and, to be run once all its tasks are done, the job that joins them. */
export function submitArrayJob(job: ArrayJob): { readonly array: string; readonly merge: string } {
  const array = submitted([job.path]);
  const after = [`--dependency=afterok:${array}`, "--kill-on-invalid-dep=yes"];
  return { array, merge: submitted([...after, job.mergePath]) };
}

/** `--parsable` prints "id" or "id;cluster". */
function submitted(words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("sbatch", ["--parsable", ...words], {
    encoding: "utf8",
  });
  const id = /^(\d+)/.exec(stdout ?? "")?.[1];
  if (status === 0 && id !== undefined) return id;
  const said = (stderr ?? "").trim().split("\n")[0] ?? "nothing";
  throw new MachineError(`sbatch did not take ${words.at(-1) ?? ""}: ${said}`);
}

/** In a name for output `%` starts a field; twice it stands for itself. */
const outputOf = (folder: string, name: string) =>
  `#SBATCH --output="${folder.replaceAll("%", "%%")}/${name}"`;

const words = (program: readonly string[]) => program.map(shellQuoted).join(" ");

export function scriptOf({ program, file, folder, tasks }: ArrayAsked): string {
  const own = `${shellQuoted(folder)}/shard-$SLURM_ARRAY_TASK_ID`;
  return [
    "#!/bin/sh",
    "#SBATCH --job-name=fabricast-sweep",
    `#SBATCH --array=0-${tasks - 1}`,
    "#SBATCH --cpus-per-task=2",
    "#SBATCH --requeue",
    outputOf(folder, "slurm-%a.log"),
    "set -eu",
    `exec ${words(program)} sweep ${shellQuoted(file)} -o ${own} \\`,
    `  --shard "$SLURM_ARRAY_TASK_ID/${tasks}" --workers "\${SLURM_CPUS_PER_TASK:-2}" --resume`,
    "",
  ].join("\n");
}

export function mergeScriptOf({ program, file, folder, tasks }: ArrayAsked): string {
  const at = shellQuoted(folder);
  return [
    "#!/bin/sh",
    "#SBATCH --job-name=fabricast-merge",
    outputOf(folder, "slurm-merge.log"),
    "set -eu",
    // Counted, not globbed: a shard of another run in the folder is none of this sweep's.
    "set --; i=0",
    `while [ "$i" -lt ${tasks} ]; do set -- "$@" ${at}/shard-"$i"; i=$((i + 1)); done`,
    `exec ${words(program)} merge "$@" --sweep ${shellQuoted(file)} -o ${at}`,
    "",
  ].join("\n");
}
