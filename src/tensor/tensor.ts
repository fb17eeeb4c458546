/**
 * Tensors: a shape and, on a device that computes, numbers. Dense, row-major, of one precision.
 */
import type { GroupKind } from "../records/trace.ts";
import type { Numbers } from "./arithmetic.ts";
import type { Slice } from "./slice.ts";

export interface Tensor {
  readonly shape: readonly number[];
  readonly elementCount: number;
  /** Empty on the shape-only device. */
  readonly data: Numbers;
  /** Whether a gradient has to flow back into what made it. */
  readonly needsGradient: boolean;
}

/** A tensor that training changes. Its gradient adds up over one step. */
export interface Parameter extends Tensor {
  readonly name: string;
  readonly gradient: Numbers;
  /** Which part of the whole model's tensor of this name it is. */
  readonly slice: Slice;
  /** Its gradient is a sum over the ranks of these groups, and so has to be added up. */
  readonly sumOver: readonly GroupKind[];
  /** The ranks of these groups hold the very same numbers. */
  readonly sameOver: readonly GroupKind[];
}

/** Whole numbers that look things up: token ids, class labels. */
export interface Ids {
  readonly shape: readonly number[];
  /** Empty on the shape-only device. */
  readonly data: Int32Array;
}

/** What a device without numbers has in place of data. */
export const NO_NUMBERS: Numbers = new Float32Array(0);
export const NO_IDS = new Int32Array(0);

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** A tensor from outside: a batch of inputs or targets. */
export function constantTensor(shape: readonly number[], data: Numbers): Tensor {
  return { shape, elementCount: elementCount(shape), data, needsGradient: false };
}
