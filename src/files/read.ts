/** Reads the text of a path that a user named, and says precisely why where it cannot. */
import { open, readdir } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MachineError } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import { didYouMean, refuse, wholeFile } from "./issue.ts";
import { SIZE_MAX_BYTES } from "./scan.ts";

/** The whole text, or InputError (missing, a folder, too large, no text) or MachineError. */
export async function readText(path: string): Promise<string> {
  const asText = { path, expected: TEXT_FILE, sizeMaxBytes: SIZE_MAX_BYTES };
  const handle = await opened(asText);
  try {
    return decoded(path, await readAll(handle, asText));
  } finally {
    await handle.close();
  }
}

/** The whole file, or the same errors; `expected` is what it should be, for messages. */
export async function readBytes(
  path: string,
  expected: string,
  sizeMaxBytes: number,
): Promise<Uint8Array> {
  const wanted = { path, expected, sizeMaxBytes };
  const handle = await opened(wanted);
  try {
    return await readAll(handle, wanted);
  } finally {
    await handle.close();
  }
}

interface Wanted {
  readonly path: string;
  readonly expected: string;
  readonly sizeMaxBytes: number;
}

const TEXT_FILE = "a YAML or JSON file";

async function opened(wanted: Wanted): Promise<FileHandle> {
  const { path } = wanted;
  try {
    return await open(path, "r");
  } catch (error) {
    const code = codeOf(error);
    if (MISSING.includes(code)) return refuseMissing(wanted);
    if (code === "EISDIR") return refuseFolder(wanted);
    throw new MachineError(`cannot open ${path} (${code}); check its permissions`);
  }
}

/** No such entry; a path through a file; a name no file system takes; a NUL inside. */
const MISSING = ["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE", "EINVAL"];

async function readAll(handle: FileHandle, wanted: Wanted): Promise<Uint8Array> {
  const { path, sizeMaxBytes } = wanted;
  try {
    const status = await handle.stat();
    if (status.isDirectory()) return refuseFolder(wanted);
    // Devices and pipes report no size, so the same bound also holds while reading.
    if (status.size > sizeMaxBytes) return refuseTooLarge(wanted, status.size);
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const { bytesRead, buffer } = await handle.read({ buffer: new Uint8Array(65_536) });
      if (bytesRead === 0) return joined(chunks, length);
      length += bytesRead;
      if (length > sizeMaxBytes) return refuseTooLarge(wanted, length);
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === "EISDIR") return refuseFolder(wanted);
    if (code === "") throw error;
    throw new MachineError(`cannot read ${path} (${code}); check the disk and try again`);
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function decoded(path: string, bytes: Uint8Array): string {
  let text: string | undefined;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    text = undefined; // not UTF-8; said below, together with NUL
  }
  if (text === undefined || text.includes("\u0000")) {
    return refuse(wholeFile(path), {
      code: "not-text",
      found: "bytes that are no UTF-8 text",
      expected: TEXT_FILE,
      nextStep: "save it as UTF-8 text",
    });
  }
  return text;
}

async function refuseMissing({ path, expected }: Wanted): Promise<never> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => undefined);
  const near = names === undefined ? undefined : suggest(basename(path), names.sort());
  return refuse(wholeFile(path), {
    code: "missing-file",
    found: "no such file",
    expected,
    nextStep:
      names === undefined
        ? `the folder ${folder} is missing too; check the path`
        : didYouMean(near && join(folder, near), "check the path"),
  });
}

function refuseFolder({ path, expected }: Wanted): never {
  return refuse(wholeFile(path), {
    code: "is-a-folder",
    found: "a folder",
    expected,
    nextStep: "name one file inside it",
  });
}

function refuseTooLarge({ path, sizeMaxBytes }: Wanted, sizeBytes: number): never {
  return refuse(wholeFile(path), {
    code: "too-large",
    found: `more than ${Math.floor(sizeBytes / 1024 / 1024)} MiB`,
    expected: `at most ${Math.floor(sizeMaxBytes / 1024 / 1024)} MiB`,
    nextStep: "is this the right file?",
  });
}

export function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}
