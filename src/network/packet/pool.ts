/** Packets as columns with a list of free places: none is allocated while the network runs. */
import { at } from "../../base/assert.ts";

const START_COUNT = 4096;

export class PacketPool {
  message = new Int32Array(START_COUNT);
  /** Payload. */
  bytes = new Float64Array(START_COUNT);
  /** Place in the list of links of its way, and where the way ends. */
  hop = new Int32Array(START_COUNT);
  hopEnd = new Int32Array(START_COUNT);
  /** The link that it came over; −1 at its source. */
  ingress = new Int32Array(START_COUNT);
  isMarked = new Uint8Array(START_COUNT);
  isLost = new Uint8Array(START_COUNT);
  /** When it leaves the pipe that it is in, ps. */
  readyPs = new Float64Array(START_COUNT);
  /** The one behind it in its queue or pipe; −1: none. */
  next = new Int32Array(START_COUNT);
  #free = -1;
  #used = 0;

  take(): number {
    if (this.#free !== -1) {
      const packet = this.#free;
      this.#free = at(this.next, packet);
      return packet;
    }
    if (this.#used === this.next.length) this.#grow();
    return this.#used++;
  }

  give(packet: number): void {
    this.next[packet] = this.#free;
    this.#free = packet;
  }

  #grow(): void {
    const count = 2 * this.next.length;
    const ints = (old: Int32Array) => {
      const grown = new Int32Array(count);
      grown.set(old);
      return grown;
    };
    const bits = (old: Uint8Array) => {
      const grown = new Uint8Array(count);
      grown.set(old);
      return grown;
    };
    const numbers = (old: Float64Array) => {
      const grown = new Float64Array(count);
      grown.set(old);
      return grown;
    };
    this.message = ints(this.message);
    this.bytes = numbers(this.bytes);
    this.hop = ints(this.hop);
    this.hopEnd = ints(this.hopEnd);
    this.ingress = ints(this.ingress);
    this.isMarked = bits(this.isMarked);
    this.isLost = bits(this.isLost);
    this.readyPs = numbers(this.readyPs);
    this.next = ints(this.next);
  }
}
