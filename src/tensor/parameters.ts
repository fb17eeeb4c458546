/**
 * The parameters of a model, one behind the other in a single block, so that the optimizer is
 * one pass over memory. Modules declare theirs; a device that computes then allocates them all.
 *
 * A rank of several declares the whole model and says what of it is here. It draws what one
 * process would draw and keeps its part, so every layout starts from the same numbers.
 */
import { assert } from "../base/assert.ts";
import type { Random } from "../base/random.ts";
import { normal } from "../base/random.ts";
import type { GroupKind } from "../records/trace.ts";
import type { Numbers } from "./arithmetic.ts";
import type { Slice } from "./slice.ts";
import { isWhole, slicedShape, takeSlice, wholeSlice } from "./slice.ts";
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

/** Where the ranks of a group stand towards a parameter. Nothing said: each holds all of it. */
export interface Placement {
  /** What this rank of a tensor group holds. */
  readonly slice?: Slice;
  /** Each rank of the tensor group sees only a part of what the gradient sums over. */
  readonly isPartial?: boolean;
  /** One of the experts: other ranks of the expert group hold others. */
  readonly isExpert?: boolean;
  /** The first stage and the last hold it both. */
  readonly isTied?: boolean;
  /** Another rank holds it. */
  readonly isElsewhere?: boolean;
}

/** What a module needs to declare its parameters. */
export interface Declarer {
  declare(
    name: string,
    shape: readonly number[],
    initial: Initial,
    placement?: Placement,
  ): Parameter;
}

interface Declared extends Parameter {
  readonly needsGradient: true;
  readonly initial: Initial;
  readonly isElsewhere: boolean;
  data: Numbers;
  gradient: Numbers;
}

/** Numbers that are updated together, each with its gradient. */
export interface ParameterBlock {
  readonly elementCount: number;
  readonly data: Numbers;
  readonly gradients: Numbers;
}

export class Parameters implements Declarer, ParameterBlock {
  readonly #all: Declared[] = [];
  readonly #list: Declared[] = [];
  readonly #names = new Set<string>();
  #elementCount = 0;
  #data: Numbers = NO_NUMBERS;
  #gradients: Numbers = NO_NUMBERS;

  /** `shape` is that of the whole tensor. */
  declare(
    name: string,
    shape: readonly number[],
    initial: Initial,
    placement: Placement = {},
  ): Parameter {
    assert(this.#data === NO_NUMBERS, "parameters are declared before they are allocated");
    assert(!this.#names.has(name), `one parameter is called ${name}`);
    const { slice = wholeSlice(shape), isElsewhere = false } = placement;
    const part = slicedShape(slice);
    const parameter: Declared = {
      ...{ name, shape: part, elementCount: elementCount(part), needsGradient: true },
      ...{ initial, slice, isElsewhere, data: NO_NUMBERS, gradient: NO_NUMBERS },
      ...groupsOf(placement),
    };
    this.#names.add(name);
    this.#all.push(parameter);
    if (isElsewhere) return parameter;
    this.#list.push(parameter);
    this.#elementCount += parameter.elementCount;
    return parameter;
  }

  /** Declares what this rank holds only if `isHere`. */
  where(isHere: boolean): Declarer {
    if (isHere) return this;
    return {
      declare: (name, shape, initial, placement) =>
        this.declare(name, shape, initial, { ...placement, isElsewhere: true }),
    };
  }

  /** What this rank holds, in the order of declaration. */
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

  /** Draws all values of the whole model, in the order of declaration. */
  allocate(random: Random, kind: new (length: number) => Numbers = Float32Array): void {
    this.#data = new kind(this.#elementCount);
    this.#gradients = new kind(this.#elementCount);
    let start = 0;
    for (const parameter of this.#all) {
      const { initial, slice, isElsewhere } = parameter;
      if (!isElsewhere) {
        const end = start + parameter.elementCount;
        parameter.data = this.#data.subarray(start, end);
        parameter.gradient = this.#gradients.subarray(start, end);
        start = end;
      }
      if (!isElsewhere && isWhole(slice)) {
        for (let i = 0; i < parameter.data.length; i++) parameter.data[i] = initial(random);
        continue;
      }
      const whole = new kind(elementCount(slice.shape));
      for (let i = 0; i < whole.length; i++) whole[i] = initial(random);
      if (!isElsewhere) takeSlice(slice, whole, parameter.data);
    }
  }

  /** Lets go of the block: whoever calls gives each parameter other memory. */
  release(): void {
    this.#data = NO_NUMBERS;
    this.#gradients = NO_NUMBERS;
  }

  clearGradients(): void {
    this.#gradients.fill(0);
  }
}

function groupsOf(placement: Placement): Pick<Parameter, "sumOver" | "sameOver"> {
  const { slice, isPartial = false, isExpert = false, isTied = false } = placement;
  const shared: GroupKind[] = ["data", "context"];
  if (!isExpert) shared.push("expert");
  if (isTied) shared.push("embedding");
  const isSplit = slice !== undefined && !isWhole(slice);
  return {
    sumOver: isPartial ? [...shared, "tensor"] : shared,
    sameOver: isSplit ? shared : [...shared, "tensor"],
  };
}
