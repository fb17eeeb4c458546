/**
 * The next op by time, then by number: a binary heap of indices over columns. An op may come back
 * with a later time and keeps its number, as simulators do that try again once a resource is free.
 */
import { assert } from "../../base/assert.ts";

export class OpHeap {
  /** When the op is next looked at; whole nanoseconds. */
  readonly times: Float64Array;
  /** In the order in which ops became ready; ties of time go to the lower. */
  readonly numbers: Float64Array;
  readonly #heap: Int32Array;
  #count = 0;

  constructor(opCount: number) {
    this.times = new Float64Array(opCount);
    this.numbers = new Float64Array(opCount);
    this.#heap = new Int32Array(opCount);
  }

  get count(): number {
    return this.#count;
  }

  push(op: number): void {
    assert(this.#count < this.#heap.length, "an op waits once");
    let place = this.#count++;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = this.#heap[parent] as number;
      if (!this.#isBefore(op, other)) break;
      this.#heap[place] = other;
      place = parent;
    }
    this.#heap[place] = op;
  }

  pop(): number {
    assert(this.#count > 0, "an op waits");
    const first = this.#heap[0] as number;
    const last = this.#heap[--this.#count] as number;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#count) break;
      const right = child + 1;
      if (right < this.#count) {
        const isRight = this.#isBefore(this.#heap[right] as number, this.#heap[child] as number);
        if (isRight) child = right;
      }
      const other = this.#heap[child] as number;
      if (!this.#isBefore(other, last)) break;
      this.#heap[place] = other;
      place = child;
    }
    this.#heap[place] = last;
    return first;
  }

  #isBefore(a: number, b: number): boolean {
    const [timeA, timeB] = [this.times[a] as number, this.times[b] as number];
    if (timeA !== timeB) return timeA < timeB;
    return (this.numbers[a] as number) < (this.numbers[b] as number);
  }
}
