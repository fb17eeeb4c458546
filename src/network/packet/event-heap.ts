/**
 * Who acts next: sources with at most one pending event each (a link's sender, a link's far end, a
 * message), by time and then by number. A heap of four children a place, without allocation.
 */
import { assert } from "../../base/assert.ts";

export class EventHeap {
  readonly #times: Float64Array;
  readonly #heap: Int32Array;
  readonly #keys: Float64Array;
  #count = 0;

  constructor(sourceCount: number) {
    this.#times = new Float64Array(sourceCount).fill(-1);
    this.#heap = new Int32Array(sourceCount);
    this.#keys = new Float64Array(sourceCount);
  }

  get count(): number {
    return this.#count;
  }

  isPending(source: number): boolean {
    return (this.#times[source] as number) >= 0;
  }

  push(source: number, time: number): void {
    assert((this.#times[source] as number) < 0, "a source has one event");
    this.#times[source] = time;
    const heap = this.#heap;
    const keys = this.#keys;
    let place = this.#count++;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      const key = keys[parent] as number;
      if (key < time || (key === time && (heap[parent] as number) < source)) break;
      heap[place] = heap[parent] as number;
      keys[place] = key;
      place = parent;
    }
    heap[place] = source;
    keys[place] = time;
  }

  /** Time of the first event. */
  get firstTime(): number {
    return this.#keys[0] as number;
  }

  pop(): number {
    const heap = this.#heap;
    const keys = this.#keys;
    const first = heap[0] as number;
    this.#times[first] = -1;
    const count = --this.#count;
    const source = heap[count] as number;
    const time = keys[count] as number;
    let place = 0;
    for (;;) {
      const start = 4 * place + 1;
      if (start >= count) break;
      let least = start;
      let leastKey = keys[start] as number;
      const end = start + 4 < count ? start + 4 : count;
      for (let child = start + 1; child < end; child++) {
        const key = keys[child] as number;
        if (
          key < leastKey ||
          (key === leastKey && (heap[child] as number) < (heap[least] as number))
        ) {
          least = child;
          leastKey = key;
        }
      }
      if (time < leastKey || (time === leastKey && source < (heap[least] as number))) break;
      heap[place] = heap[least] as number;
      keys[place] = leastKey;
      place = least;
    }
    heap[place] = source;
    keys[place] = time;
    return first;
  }
}
