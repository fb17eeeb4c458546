/**
 * The parameters of a model, one behind the other in a single block, so that the optimizer is
 * one pass over memory. Modules declare theirs; a device that computes then allocates them all.
 */
import { assert } from "../base/assert.ts";
import type { Random } from "../base/random.ts";
import { normal } from "../base/random.ts";
import type { Numbers } from "./arithmetic.ts";
import type { Parameter } from "./tensor.ts";
import { elementCount, NO_NUMBERS } from "./tensor.ts";

/** How a parameter starts: gives one element after the other. */
export type Initial = (random: Random) => number;

/** Normally distributed around zero. */
export function normally(deviation: number): Initial {
  return (random) => normal(random) * deviation;
}

/** All the same; draws nothing. */
export function constantly(value: number): Initial {
  return () => value;
}

interface Declared {
  readonly name: string;
  readonly shape: readonly number[];
  readonly elementCount: number;
  readonly needsGradient: true;
  readonly initial: Initial;
  data: Numbers;
  gradient: Numbers;
}

export class Parameters {
  readonly #list: Declared[] = [];
  #elementCount = 0;
  #data: Numbers = NO_NUMBERS;
  #gradients: Numbers = NO_NUMBERS;

  declare(name: string, shape: readonly number[], initial: Initial): Parameter {
    assert(this.#data === NO_NUMBERS, "parameters are declared before they are allocated");
    assert(!this.#list.some((other) => other.name === name), `one parameter is called ${name}`);
    const parameter: Declared = {
      name,
      shape,
      elementCount: elementCount(shape),
      needsGradient: true,
      initial,
      data: NO_NUMBERS,
      gradient: NO_NUMBERS,
    };
    this.#list.push(parameter);
    this.#elementCount += parameter.elementCount;
    return parameter;
  }

  /** In the order of declaration. */
  get list(): readonly Parameter[] {
    return this.#list;
  }

  get elementCount(): number {
    return this.#elementCount;
  }

  /** All values, in the order of declaration. */
  get data(): Numbers {
    return this.#data;
  }

  get gradients(): Numbers {
    return this.#gradients;
  }

  /** Draws all values, in the order of declaration. */
  allocate(random: Random, kind: new (length: number) => Numbers = Float32Array): void {
    this.#data = new kind(this.#elementCount);
    this.#gradients = new kind(this.#elementCount);
    let start = 0;
    for (const parameter of this.#list) {
      const end = start + parameter.elementCount;
      parameter.data = this.#data.subarray(start, end);
      parameter.gradient = this.#gradients.subarray(start, end);
      for (let i = start; i < end; i++) this.#data[i] = parameter.initial(random);
      start = end;
    }
  }

  clearGradients(): void {
    this.#gradients.fill(0);
  }
}
