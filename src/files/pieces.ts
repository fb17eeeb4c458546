/**
 * A file piece by piece, unpacked where its first bytes say gzip: for files larger than memory.
 * What a name promises and the bytes do not hold is refused.
 */
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { MachineError } from "../base/errors.ts";
import type { Complaint } from "./issue.ts";
import { refuse, wholeFile } from "./issue.ts";
import { codeOf, readBytes } from "./read.ts";

const PIECE_BYTES = 2 ** 22;

export async function* piecesOf(path: string, expected: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, "r").catch(async (error: unknown) => {
    // The words for a missing file or a folder are those of whole files.
    await readBytes(path, expected, PIECE_BYTES);
    throw error;
  });
  try {
    const read = async (): Promise<Uint8Array> => {
      const { bytesRead, buffer } = await handle.read({ buffer: new Uint8Array(PIECE_BYTES) });
      return buffer.subarray(0, bytesRead);
    };
    const first = await read();
    const isPacked = first[0] === 0x1f && first[1] === 0x8b;
    if (!isPacked && path.endsWith(".gz")) refuse(wholeFile(path), notPacked(expected));
    if (isPacked) yield* unpacked(first, read, path, expected);
    else for (let piece = first; piece.length > 0; piece = await read()) yield piece;
  } catch (error) {
    if (codeOf(error) === "EISDIR") await readBytes(path, expected, PIECE_BYTES);
    if (codeOf(error).startsWith("E") && !codeOf(error).startsWith("ERR_")) {
      throw new MachineError(`cannot read ${path} (${codeOf(error)}); check the disk`);
    }
    throw error;
  } finally {
    await handle.close();
  }
}

async function* unpacked(
  first: Uint8Array,
  read: () => Promise<Uint8Array>,
  path: string,
  expected: string,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 2 ** 20 });
  const feed = async (): Promise<void> => {
    for (let piece = first; piece.length > 0; piece = await read()) {
      if (gunzip.destroyed) return;
      if (gunzip.write(piece)) continue;
      await new Promise<void>((resume) => {
        gunzip.once("drain", resume);
        gunzip.once("close", resume);
      });
    }
    gunzip.end();
  };
  const fed = feed().catch((error: unknown) => {
    gunzip.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const piece of gunzip as AsyncIterable<Uint8Array>) yield piece;
  } catch (error) {
    const code = codeOf(error);
    if (!code.startsWith("Z_")) throw error;
    const found = code === "Z_BUF_ERROR" ? "gzip whose end is missing" : "gzip that is damaged";
    const nextStep = "copy it again, whole";
    refuse(wholeFile(path), { code: "damaged-file", found, expected, nextStep });
  } finally {
    gunzip.destroy();
    await fed;
  }
}

function notPacked(expected: string): Complaint {
  return {
    code: "damaged-file",
    found: "a file named .gz that is not gzip",
    expected,
    nextStep: "rename it, or copy it again",
  };
}
