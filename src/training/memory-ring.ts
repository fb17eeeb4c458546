/**
 * A ring of processes over memory that all of them map. Each has a mailbox that the one before it
 * fills and it empties: a circle of bytes with two counters. Whoever finds nothing to do sleeps
 * until its bell is rung: by new bytes in its mailbox, or by new room in that of the next.
 */
import { Refusal } from "../base/errors.ts";
import { loadAddon } from "../tensor/backend.ts";
import type { Addon } from "../tensor/native.ts";
import type { Share } from "./batches.ts";
import type { Wire } from "./ring.ts";
import { LostNeighbor } from "./ring.ts";

/** Counters of bytes written and read, then the bell, each on its own line of the cache. */
const [WRITTEN, READ, BELL] = [0, 16, 32] as const;
const HEADER_BYTES = 256;
/** A power of two, so that counters may overflow. */
const CAPACITY_BYTES = 2 ** 20;
const MAILBOX_BYTES = HEADER_BYTES + CAPACITY_BYTES;
/** Sleeps end after this long, to hear whether the command has ended. */
const SLEEP_MS = 50;
/** Where a process finds the file among its descriptors. */
export const MEMORY_DESCRIPTOR = 4;

/** The addon, where it can share memory; else why not. */
export function sharedMemory(): { addon: Addon } | { reason: string } {
  const { addon, reason = "" } = loadAddon();
  if (addon === undefined) return { reason };
  return process.platform === "linux" ? { addon } : { reason: "it is there on Linux only" };
}

/** The file descriptor of memory for so many processes; it stays open as long as this one. */
export function createMemory(rankCount: number): number {
  const found = sharedMemory();
  if ("addon" in found) return found.addon.memoryFile(rankCount * MAILBOX_BYTES);
  throw new Refusal({
    code: "no-shared-memory",
    pointer: "",
    found: `no memory that processes share (${found.reason})`,
    expected: "the native addon on Linux, for --transport memory",
    nextStep: "take --transport tcp",
  });
}

interface Mailbox {
  readonly counters: Int32Array;
  readonly bell: Int32Array;
  readonly bytes: Uint8Array;
}

export interface MemoryWire extends Wire {
  close(): void;
}

export function memoryRing(addon: Addon, file: number, { rank, rankCount }: Share): MemoryWire {
  const memory = addon.mapMemory(file, rankCount * MAILBOX_BYTES);
  const mailbox = (index: number): Mailbox => {
    const start = ((index + rankCount) % rankCount) * MAILBOX_BYTES;
    const counters = new Int32Array(memory, start, HEADER_BYTES / 4);
    const bell = counters.subarray(BELL, BELL + 1);
    return { counters, bell, bytes: new Uint8Array(memory, start + HEADER_BYTES, CAPACITY_BYTES) };
  };
  const [own, next, previous] = [mailbox(rank), mailbox(rank + 1), mailbox(rank - 1)];
  const ring = ({ bell }: Mailbox) => {
    Atomics.add(bell, 0, 1);
    addon.wakeWord(bell);
  };
  let isClosed = false;
  return {
    async exchange(sent, into) {
      let [sentBytes, filledBytes] = [0, 0];
      while (sentBytes < sent.length || filledBytes < into.length) {
        // Read first: whatever rings from here on ends the sleep below at once.
        const rung = Atomics.load(own.bell, 0);
        const put = write(next, sent.subarray(sentBytes));
        const taken = read(own, into.subarray(filledBytes));
        sentBytes += put;
        filledBytes += taken;
        if (put > 0) ring(next);
        if (taken > 0) ring(previous);
        if (put > 0 || taken > 0) continue;
        addon.waitWord(own.bell, rung, SLEEP_MS);
        await new Promise(setImmediate);
        if (isClosed) throw new LostNeighbor("the command that started this process is gone");
      }
    },
    close: () => {
      isClosed = true;
    },
  };
}

/** As many bytes as there is room for. */
function write({ counters, bytes }: Mailbox, from: Uint8Array): number {
  const written = Atomics.load(counters, WRITTEN);
  const used = (written - Atomics.load(counters, READ)) | 0;
  const count = Math.min(from.length, CAPACITY_BYTES - used);
  const start = written & (CAPACITY_BYTES - 1);
  const first = Math.min(count, CAPACITY_BYTES - start);
  bytes.set(from.subarray(0, first), start);
  bytes.set(from.subarray(first, count), 0);
  if (count > 0) Atomics.store(counters, WRITTEN, (written + count) | 0);
  return count;
}

/** As many bytes as there are. */
function read({ counters, bytes }: Mailbox, into: Uint8Array): number {
  const done = Atomics.load(counters, READ);
  const used = (Atomics.load(counters, WRITTEN) - done) | 0;
  const count = Math.min(into.length, used);
  const start = done & (CAPACITY_BYTES - 1);
  const first = Math.min(count, CAPACITY_BYTES - start);
  into.set(bytes.subarray(start, start + first), 0);
  into.set(bytes.subarray(0, count - first), first);
  if (count > 0) Atomics.store(counters, READ, (done + count) | 0);
  return count;
}
