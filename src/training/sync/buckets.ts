/**
 * Gradients joined to be added up together, in about the order in which backward finishes them:
 * from the last parameter to the first. Only those that the same ranks add up share a bucket.
 */
import { at } from "../../base/assert.ts";
import type { Parameter } from "../../tensor/tensor.ts";
import type { Team } from "../team.ts";
import type { RankGroup } from "../wires/communicator.ts";

/** Small enough for several in the small models of one machine, large enough to be worth a call. */
export const BUCKET_ELEMENT_COUNT = 2 ** 16;

export interface Bucket {
  /** In the order of declaration. */
  readonly parameters: readonly Parameter[];
  /** Where the first begins, among all of this rank one after the other. */
  readonly startIndex: number;
  readonly elementCount: number;
  /** The ranks that each have a part of the gradients' sums, or the same numbers at least. */
  readonly group: RankGroup;
}

export function bucketsOf(
  parameters: readonly Parameter[],
  team: Team,
  elementCountMax = BUCKET_ELEMENT_COUNT,
): readonly Bucket[] {
  const buckets: Bucket[] = [];
  let open: Parameter[] = [];
  let [start, count] = [0, 0];
  const close = (): void => {
    if (open.length === 0) return;
    const group = team.along(at(open, 0).sumOver);
    buckets.push({ parameters: open, startIndex: start, elementCount: count, group });
    [open, start, count] = [[], start + count, 0];
  };
  for (const parameter of parameters) {
    const isOther = open.length > 0 && !isSame(at(open, 0), parameter);
    if (isOther || count + parameter.elementCount > elementCountMax) close();
    open.push(parameter);
    count += parameter.elementCount;
  }
  close();
  return buckets.toReversed();
}

function isSame(a: Parameter, b: Parameter): boolean {
  return a.sumOver.join() === b.sumOver.join() && a.sameOver.join() === b.sameOver.join();
}
