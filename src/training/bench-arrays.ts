/**
 * Arrays for a run of kernel benches that meets caches as a step does: each bench reads what one
 * before it wrote, weights and their gradients lie in one block each, and backward comes back to
 * what forward left.
 */
import type { Random } from "../base/random.ts";

/** Small enough that products of products stay far from the ends of fp32. */
const VALUE_MAX = 0.1;

export class BenchArrays {
  readonly #random: Random;
  readonly #weights: Float32Array;
  readonly #gradients: Float32Array;
  readonly #written: Float32Array[] = [];
  #nextWeight = 0;
  #forwardEnd = 0;
  #savedEnd = 0;

  constructor(random: Random, weightCount: number) {
    this.#random = random;
    this.#weights = this.#drawn(weightCount);
    this.#gradients = new Float32Array(weightCount);
  }

  get weightCount(): number {
    return this.#weights.length;
  }

  /** A new array that a bench writes. */
  output(count: number): Float32Array {
    const array = this.#drawn(count);
    this.#written.push(array);
    return array;
  }

  /** What was written last and is long enough. */
  recent(count: number): Float32Array {
    return this.#cut(
      this.#written.findLast((array) => array.length >= count),
      count,
    );
  }

  /** Backward starts: what is saved comes back last first. */
  turnBack(): void {
    this.#savedEnd = this.#forwardEnd = this.#written.length;
  }

  /** What forward left, from its end to its start, and again. */
  saved(count: number): Float32Array {
    const find = (end: number) =>
      this.#written.slice(0, end).findLastIndex((array) => array.length >= count);
    let index = find(this.#savedEnd);
    if (index < 0) index = find(this.#forwardEnd);
    if (index < 0) return this.#cut(undefined, count);
    this.#savedEnd = index;
    return this.#cut(this.#written[index], count);
  }

  /** The next weights of the block, from its start again at its end, and their gradients. */
  weights(count: number): { readonly data: Float32Array; readonly gradient: Float32Array } {
    if (count > this.#weights.length) {
      return { data: this.#drawn(count), gradient: new Float32Array(count) };
    }
    if (this.#nextWeight + count > this.#weights.length) this.#nextWeight = 0;
    const start = this.#nextWeight;
    this.#nextWeight += count;
    return {
      data: this.#weights.subarray(start, start + count),
      gradient: this.#gradients.subarray(start, start + count),
    };
  }

  ids(count: number, limit: number): Int32Array {
    return Int32Array.from({ length: count }, () => Math.floor(this.#random() * limit));
  }

  #cut(array: Float32Array | undefined, count: number): Float32Array {
    return array?.subarray(0, count) ?? this.output(count);
  }

  #drawn(count: number): Float32Array {
    const array = new Float32Array(count);
    for (let i = 0; i < count; i++) array[i] = (this.#random() - 0.5) * 2 * VALUE_MAX;
    return array;
  }
}
