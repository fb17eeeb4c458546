/**
 * A few numbers of each process of a group that the others can read at any time, also while the
 * process is busy in a loop: a file without a name that all of them have open. Written with a call
 * of the kernel each time, or by whoever can map it as memory.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface ProgressBoard {
  /** To be inherited by the processes; it stays open until `close`. */
  readonly descriptorIndex: number;
  /** What each process last wrote; zeros before it wrote any. */
  read(): readonly Int32Array[];
  close(): void;
}

export function createProgressBoard(processCount: number, numberCount: number): ProgressBoard {
  const folder = mkdtempSync(join(tmpdir(), "fabricast-progress-"));
  const descriptor = openSync(join(folder, "board"), "wx+");
  let isNamed = true;
  const unname = () => {
    if (isNamed) rmSync(folder, { recursive: true, force: true });
    isNamed = false;
  };
  // Open files lose their names at once, save where the system forbids it.
  if (process.platform !== "win32") unname();
  const all = new Int32Array(processCount * numberCount);
  writeSync(descriptor, all);
  return {
    descriptorIndex: descriptor,
    read() {
      readSync(descriptor, all, 0, all.byteLength, 0);
      return Array.from({ length: processCount }, (_, i) => {
        return all.slice(i * numberCount, (i + 1) * numberCount);
      });
    },
    close() {
      closeSync(descriptor);
      unname();
    },
  };
}

/** Writes the numbers of one process, as those of the board's place of this index. */
export function progressWriter(descriptor: number, index: number): (numbers: Int32Array) => void {
  return (numbers) => {
    writeSync(descriptor, numbers, 0, numbers.byteLength, index * numbers.byteLength);
  };
}
