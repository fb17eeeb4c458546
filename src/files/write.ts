/**
 * Writes whole files or nothing: text or bytes go to a new file in the same folder, which
 * is forced to the disk and takes the name of the old one in a single step.
 */
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { MachineError } from "../base/errors.ts";
import { codeOf } from "./read.ts";

export interface Output {
  readonly path: string;
  readonly text: string | Uint8Array;
}

/** Replaces one file. On failure the old one stays as it was. */
export async function writeText(path: string, text: string): Promise<void> {
  await writeAll([{ path, text }]);
}

/** The same with bytes. */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  await writeAll([{ path, text: bytes }]);
}

/**
 * Replaces several files that belong together. All are on the disk before the first takes
 * its name, so a run that is interrupted while writing leaves every old file whole.
 */
export async function writeAll(outputs: readonly Output[]): Promise<void> {
  const drafts: { draft: string; path: string }[] = [];
  try {
    for (const { path, text } of outputs) {
      if (await isDevice(path)) {
        await writeDraft(path, path, text);
        continue;
      }
      const draft = draftOf(path);
      drafts.push({ draft, path });
      await writeDraft(path, draft, text);
    }
    for (const { draft, path } of drafts) await place(path, draft);
  } finally {
    // Drafts that took their names are no longer there; the others must not stay behind.
    for (const { draft } of drafts) await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** /dev/null and pipes are written to, never replaced. A folder in the way is refused. */
async function isDevice(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  if (status?.isDirectory()) {
    throw new MachineError(`cannot write ${path} (EISDIR); ${NEXT_STEP["EISDIR"] ?? ""}`);
  }
  return status !== undefined && !status.isFile();
}

/** In the same folder, as renaming is one step only within a file system. */
function draftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.draft`);
}

async function writeDraft(path: string, draft: string, text: Output["text"]): Promise<void> {
  try {
    await makeFolder(dirname(resolve(path)));
    const handle = await open(draft, "w");
    try {
      await handle.writeFile(text, "utf8");
      if (draft !== path) await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw failed(path, error);
  }
}

/**
 * Makes the folder and those above it that are missing. Not by Node's own recursion, which
 * never ends where a folder exists that takes no entries (/proc).
 */
async function makeFolder(folder: string): Promise<void> {
  const status = await stat(folder).catch(() => undefined);
  if (status?.isDirectory()) return;
  const parent = dirname(folder);
  if (parent !== folder) await makeFolder(parent);
  await mkdir(folder).catch((error: unknown) => {
    // Another process may have been quicker; that the folder is there is all we want.
    if (codeOf(error) !== "EEXIST" || status !== undefined) throw error;
  });
}

async function place(path: string, draft: string): Promise<void> {
  try {
    await rename(draft, path);
  } catch (error) {
    throw failed(path, error);
  }
}

const NEXT_STEP: Readonly<Record<string, string>> = {
  ENOSPC: "make room on the disk and try again",
  EDQUOT: "make room on the disk and try again",
  EISDIR: "a folder has that name; choose another",
  ENOTDIR: "a part of the path is a file; choose another folder",
  EEXIST: "a part of the path is a file; choose another folder",
};

function failed(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === "") return error;
  const next = NEXT_STEP[code] ?? "choose a folder you may write to (--out)";
  return new MachineError(`cannot write ${path} (${code}); ${next}`);
}

/**
 * A name fit to be part of a file's name on every system: letters, digits, dots, dashes and
 * underscores; never hidden, never empty.
 */
export function fileName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+|[.-]+$/g, "");
  return safe === "" ? "unnamed" : safe.slice(0, 100);
}
