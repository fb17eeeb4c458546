/**
 * Which part of a whole tensor a rank holds: ranges along one axis. All of a tensor is one range.
 * Checkpoints hold whole tensors, so that a run may go on under another layout.
 */
import { assert, at } from "../base/assert.ts";
import type { Numbers } from "./arithmetic.ts";

export interface Range {
  readonly firstIndex: number;
  readonly count: number;
}

export interface Slice {
  /** Of the whole tensor. */
  readonly shape: readonly number[];
  readonly axis: number;
  /** Along the axis, in order. */
  readonly ranges: readonly Range[];
}

export function wholeSlice(shape: readonly number[]): Slice {
  return { shape, axis: 0, ranges: [{ firstIndex: 0, count: at(shape, 0) }] };
}

/** One of `partCount` parts as equal as can be: sizes differ by at most one. */
export function partRange(length: number, part: number, partCount: number): Range {
  const firstIndex = Math.floor((length * part) / partCount);
  return { firstIndex, count: Math.floor((length * (part + 1)) / partCount) - firstIndex };
}

/** The same part of each of several sections along an axis: queries, keys and values. */
export function sectionRanges(
  sections: readonly number[],
  part: number,
  partCount: number,
): readonly Range[] {
  let first = 0;
  return sections.map((length) => {
    const { firstIndex, count } = partRange(length, part, partCount);
    first += length;
    return { firstIndex: first - length + firstIndex, count };
  });
}

export function slicedShape({ shape, axis, ranges }: Slice): readonly number[] {
  const count = ranges.reduce((sum, range) => sum + range.count, 0);
  return shape.map((length, i) => (i === axis ? count : length));
}

export function isWhole({ shape, axis, ranges }: Slice): boolean {
  return ranges.length === 1 && at(ranges, 0).count === at(shape, axis);
}

/** Copies the part of a whole tensor that the slice names. */
export function takeSlice(slice: Slice, whole: Numbers, part: Numbers): void {
  for (const { from, to, count } of runs(slice, whole, part)) {
    part.set(whole.subarray(from, from + count), to);
  }
}

/** Puts a part back where it belongs in the whole tensor. */
export function putSlice(slice: Slice, part: Numbers, whole: Numbers): void {
  for (const { from, to, count } of runs(slice, whole, part)) {
    whole.set(part.subarray(to, to + count), from);
  }
}

/** Numbers that lie side by side in both: `from` in the whole tensor, `to` in the part. */
function runs(slice: Slice, whole: Numbers, part: Numbers) {
  const { shape, axis, ranges } = slice;
  const outer = shape.slice(0, axis).reduce((product, length) => product * length, 1);
  const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  const length = at(shape, axis);
  assert(whole.length === outer * length * inner, "a whole tensor is as long as its shape says");
  const list: { readonly from: number; readonly to: number; readonly count: number }[] = [];
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (const { firstIndex, count } of ranges) {
      list.push({ from: (o * length + firstIndex) * inner, to, count: count * inner });
      to += count * inner;
    }
  }
  assert(part.length === to, "a part is as long as its slice says");
  return list;
}
