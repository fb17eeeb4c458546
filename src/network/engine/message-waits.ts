/** What messages wait for, and how long that takes when nobody is in the way. */
import type { Messages } from "../../records/traffic.ts";
import type { MessageWays } from "./message-ways.ts";

/** The last arrival if every message had all links to itself; cycles wait forever. */
export function longestChainS(messages: Messages, ways: MessageWays): number {
  const { startS, sizeBytes, source } = messages;
  const waits = new Waits(messages);
  const readyS = startS.slice();
  const open = waits.free();
  let lastS = 0;
  for (let next = 0; next < open.length; next++) {
    const m = open[next]!;
    const onWire = source[m] === -1 ? 0 : sizeBytes[m]! / ways.bytesPerS[m]!;
    const endS = readyS[m]! + ways.latencyS[m]! + onWire;
    lastS = Math.max(lastS, endS);
    waits.release(m, (follower) => {
      readyS[follower] = Math.max(readyS[follower]!, endS);
      if (waits.open[follower] === 0) open.push(follower);
    });
  }
  return lastS;
}

/** Who waits for whom, the other way round; `open` counts what each still waits for. */
export class Waits {
  readonly open: Int32Array;
  readonly #start: Int32Array;
  readonly #followers: Int32Array;

  constructor({ source, afterStart, after }: Messages) {
    const count = source.length;
    this.open = new Int32Array(count);
    this.#start = new Int32Array(count + 1);
    for (const before of after) this.#start[before + 1]!++;
    for (let m = 0; m < count; m++) this.#start[m + 1]! += this.#start[m]!;
    this.#followers = new Int32Array(after.length);
    const place = this.#start.slice();
    for (let m = 0; m < count; m++) {
      this.open[m] = afterStart[m + 1]! - afterStart[m]!;
      for (let i = afterStart[m]!; i < afterStart[m + 1]!; i++) {
        this.#followers[place[after[i]!]!++] = m;
      }
    }
  }

  free(): number[] {
    const free: number[] = [];
    this.open.forEach((count, m) => {
      if (count === 0) free.push(m);
    });
    return free;
  }

  /** Calls back for each follower, one wait less. */
  release(m: number, one: (follower: number) => void): void {
    for (let i = this.#start[m]!; i < this.#start[m + 1]!; i++) {
      const follower = this.#followers[i]!;
      this.open[follower]!--;
      one(follower);
    }
  }
}
