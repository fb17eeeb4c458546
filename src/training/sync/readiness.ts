/**
 * Which buckets are final while backward still runs. The first step shows how many ops add to
 * each gradient; from the second on a gradient is final with the last of them. Buckets start in
 * one order, the same on all ranks of a group.
 */
import { assert } from "../../base/assert.ts";
import type { Parameter } from "../../tensor/tensor.ts";
import type { Bucket } from "./buckets.ts";

export class Readiness {
  readonly #buckets: readonly Bucket[];
  readonly #start: (bucket: Bucket) => void;
  readonly #bucketOf = new Map<Parameter, number>();
  #learned: ReadonlyMap<Parameter, number> | undefined;
  #counts = new Map<Parameter, number>();
  /** Of each bucket, gradients that are not final. */
  #open: number[] = [];
  #next = 0;

  constructor(buckets: readonly Bucket[], start: (bucket: Bucket) => void) {
    this.#buckets = buckets;
    this.#start = start;
    for (const [index, { parameters }] of buckets.entries()) {
      for (const parameter of parameters) this.#bucketOf.set(parameter, index);
    }
    this.beginStep();
  }

  beginStep(): void {
    this.#counts = new Map();
    this.#open = this.#buckets.map(({ parameters }) => parameters.length);
    this.#next = 0;
  }

  touched(parameter: Parameter): void {
    const index = this.#bucketOf.get(parameter);
    if (index === undefined) return;
    assert(index >= this.#next, `nothing adds to a final gradient: ${parameter.name}`);
    const count = (this.#counts.get(parameter) ?? 0) + 1;
    this.#counts.set(parameter, count);
    if (this.#learned?.get(parameter) !== count) return;
    this.#open[index] = (this.#open[index] ?? 0) - 1;
    while (this.#open[this.#next] === 0) this.#startNext();
  }

  /** After backward all are final. */
  finish(): void {
    while (this.#next < this.#buckets.length) this.#startNext();
    this.#learned = this.#counts;
  }

  #startNext(): void {
    const bucket = this.#buckets[this.#next++];
    if (bucket !== undefined) this.#start(bucket);
  }
}
