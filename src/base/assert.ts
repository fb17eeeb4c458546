/**
 * Claims that hold unless we have a bug. They stay on in production: a wrong number
 * that looks right is the worst thing this product can print.
 */
import { InvariantError } from "./errors.ts";

/** Throws InvariantError (exit 70) unless the claim holds; the message states the claim. */
export function assert(claim: boolean, message: string): asserts claim {
  if (!claim) throw new InvariantError(message);
}

/** The item at an index that must exist. */
export function at<T>(items: ArrayLike<T>, index: number): T {
  const item = items[index];
  if (item === undefined) {
    throw new InvariantError(`index ${index} lies within ${items.length} items`);
  }
  return item;
}

/** A value that must be there. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new InvariantError(`${what} is there`);
  return value;
}
