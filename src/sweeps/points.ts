/**
 * Points by number: key k names one combination of the axes, the last axis turning fastest.
 * Batches are ranges of keys, so which points a batch holds never depends on who evaluates it.
 */
import { at } from "../base/assert.ts";
import type { Axis, AxisValue } from "../records/sweep.ts";

export const BATCH = 4096;

export function pointCount(axes: readonly Axis[]): number {
  return axes.reduce((product, { values }) => product * values.length, 1);
}

export function batchCount(axes: readonly Axis[]): number {
  return Math.ceil(pointCount(axes) / BATCH);
}

/** The place on each axis. */
export function placesOf(key: number, axes: readonly Axis[], into: number[]): number[] {
  let rest = key;
  for (let i = axes.length - 1; i >= 0; i--) {
    const { length } = at(axes, i).values;
    into[i] = rest % length;
    rest = Math.floor(rest / length);
  }
  return into;
}

export const valueAt = (axis: Axis, place: number): AxisValue => at(axis.values, place);

/** Batches of one of several shards: every n-th, so that all get of every part of the space. */
export function batchesOf(count: number, shard: Shard): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  return all.filter((batch) => batch % shard.shardCount === shard.index);
}

export interface Shard {
  readonly index: number;
  readonly shardCount: number;
}

export const WHOLE: Shard = { index: 0, shardCount: 1 };
