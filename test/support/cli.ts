/** Runs the built command as a user does: a process of its own, from any folder. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function fabricast(words: readonly string[], folder = ROOT): Ran {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, "dist/fabricast.js"), ...words],
    {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 64 * 2 ** 20,
      env: { ...process.env, NO_COLOR: "1" },
    },
  );
  return { code: status, stdout, stderr };
}

/** The same without waiting: for several at once. */
export function fabricastBeside(words: readonly string[], folder: string): Promise<Ran> {
  const child = spawn(process.execPath, [join(ROOT, "dist/fabricast.js"), ...words], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** A fresh folder that the operating system cleans up. */
export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), "fabricast-"));
}
