/**
 * One writer a folder: a lock file names the process that holds it. A lock whose process is
 * gone, or whose number another process has by now, is stale and taken over.
 */
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { InputError } from "../base/errors.ts";
import { machineError } from "./machine.ts";

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in the system's own ticks; "" where the system does not say. */
  readonly started: string;
}

export interface Lock {
  /** Whether the lock of a process that is gone was taken over. */
  readonly wasStale: boolean;
  release(): Promise<void>;
}

export async function lockFolder(folder: string): Promise<Lock> {
  const path = join(folder, "sweep.lock");
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw machineError(error, folder);
  });
  for (let attempt = 0; ; attempt++) {
    if (await placed(path)) {
      return { wasStale: attempt > 0, release: () => rm(path, { force: true }) };
    }
    const holder = await holderOf(path);
    if (attempt > 5 || (holder !== undefined && (await isAlive(holder))))
      throw held(folder, holder);
    await rm(path, { force: true });
  }
}

async function placed(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    const own: Holder = { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
    await file.writeFile(`${JSON.stringify(own)}\n`);
    await file.close();
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw machineError(error, path);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

/** Undefined where the file says nothing one can read: nobody stands behind it. */
async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const { pid, host, started }: Partial<Holder> = JSON.parse(
      await readFile(path, "utf8"),
    ) as Partial<Holder>;
    if (typeof pid !== "number" || typeof host !== "string") return undefined;
    return { pid, host, started: started ?? "" };
  } catch {
    return undefined;
  }
}

/** Of another machine nothing is known: it is taken for alive. */
async function isAlive({ pid, host, started }: Holder): Promise<boolean> {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
  const now = await startOf(pid);
  return started === "" || now === "" || now === started;
}

/** Field 22 of /proc/PID/stat, counted behind the name, which may hold spaces. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function held(folder: string, holder: Holder | undefined): InputError {
  const who = holder === undefined ? "another sweep" : `process ${holder.pid} on ${holder.host}`;
  return new InputError([
    {
      ...{ code: "sweep-locked", file: folder, line: 0, column: 0, pointer: "" },
      found: `results held by ${who}`,
      expected: "one sweep a folder",
      nextStep: "wait for it, stop it, or name another folder",
    },
  ]);
}
