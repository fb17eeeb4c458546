/** What is already there: files that must not be overwritten, folders that can be written. */
import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { InputError } from "../base/errors.ts";
import type { Issue } from "../base/errors.ts";

/** Throws, naming every file that exists. */
export async function refuseExisting(paths: readonly string[]): Promise<void> {
  const issues: Issue[] = [];
  for (const path of paths) {
    if ((await stat(path).catch(() => undefined)) === undefined) continue;
    issues.push({
      code: "exists",
      ...{ file: path, line: 0, column: 0, pointer: "" },
      found: "a file of that name",
      expected: "none, as it would be overwritten",
      nextStep: "name another folder, or add --force",
    });
  }
  if (issues.length > 0) throw new InputError(issues);
}

/** Whether a folder, or the nearest that exists above it, can be written. */
export async function isWritable(folder: string): Promise<boolean> {
  let path = resolve(folder);
  for (;;) {
    const status = await stat(path).catch(() => undefined);
    if (status !== undefined) {
      if (!status.isDirectory()) return false;
      return access(path, constants.W_OK).then(
        () => true,
        () => false,
      );
    }
    if (dirname(path) === path) return false;
    path = dirname(path);
  }
}
