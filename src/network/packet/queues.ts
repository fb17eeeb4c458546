/** Lists of packets, one per link or message: taken at the head, added at the tail. */
import type { PacketPool } from "./pool.ts";

export class Queues {
  readonly #pool: PacketPool;
  readonly #head: Int32Array;
  readonly #tail: Int32Array;

  constructor(pool: PacketPool, count: number) {
    this.#pool = pool;
    this.#head = new Int32Array(count).fill(-1);
    this.#tail = new Int32Array(count).fill(-1);
  }

  /** −1 where there is none. */
  first(list: number): number {
    return this.#head[list] as number;
  }

  add(list: number, packet: number): void {
    this.#pool.next[packet] = -1;
    const tail = this.#tail[list] as number;
    if (tail === -1) this.#head[list] = packet;
    else this.#pool.next[tail] = packet;
    this.#tail[list] = packet;
  }

  take(list: number): number {
    const packet = this.#head[list] as number;
    const next = this.#pool.next[packet] as number;
    this.#head[list] = next;
    if (next === -1) this.#tail[list] = -1;
    return packet;
  }
}
