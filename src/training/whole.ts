/**
 * The whole model's numbers from what ranks hold, and back: checkpoints know no layout, so that a
 * run may go on under another one.
 */
import { at, present } from "../base/assert.ts";
import type { Model } from "../models/model.ts";
import { createModel } from "../models/model.ts";
import type { Numbers } from "../tensor/arithmetic.ts";
import { putSlice, takeSlice } from "../tensor/slice.ts";
import type { Parameter } from "../tensor/tensor.ts";
import { elementCount } from "../tensor/tensor.ts";
import { layoutOf, silentGroups } from "./parallel.ts";
import type { Trainer } from "./trainer.ts";

/** All parameters of a model, one behind the other. */
export interface Places {
  readonly elementCount: number;
  readonly list: readonly Parameter[];
  /** Where each begins. */
  readonly starts: ReadonlyMap<string, number>;
}

/** Of the undivided model; nothing is allocated. */
export function placesOf(spec: Model["spec"]): Places {
  const { parameters } = createModel(spec);
  const starts = new Map<string, number>();
  let start = 0;
  for (const { name, elementCount: count } of parameters.list) {
    starts.set(name, start);
    start += count;
  }
  return { elementCount: start, list: parameters.list, starts };
}

/**
 * Of each block, the whole model's numbers on rank 0; undefined on others. All ranks take part.
 */
export function gathered(trainer: Trainer, blocks: readonly Numbers[]): Numbers[] | undefined {
  const { team, sync, model } = trainer;
  const { world } = team;
  const own = blocks.map((block) => sync.whole(block));
  if (world.rankCount === 1) return own;
  if (team.rank !== 0) {
    const counted = countedBy(trainer, team.rank);
    for (const numbers of own) {
      const parts = splitBy(model.parameters.list, numbers);
      const sent = counted.map(({ name }) => present(parts.get(name), "a parameter of this rank"));
      world.hand(0, joined(sent));
    }
    return undefined;
  }
  const places = placesOf(model.spec);
  const whole = blocks.map(() => new Float32Array(places.elementCount));
  for (let rank = 0; rank < world.rankCount; rank++) {
    const counted = countedBy(trainer, rank);
    for (const [i, numbers] of own.entries()) {
      const into = at(whole, i);
      if (rank === 0) {
        const parts = splitBy(model.parameters.list, numbers);
        for (const each of counted)
          put(places, each, present(parts.get(each.name), "a part"), into);
        continue;
      }
      const received = new Float32Array(countOf(counted));
      world.receive(rank, received);
      const parts = splitBy(counted, received);
      for (const each of counted) put(places, each, present(parts.get(each.name), "a part"), into);
    }
  }
  return whole;
}

/** This rank's part of the whole model's numbers, into a block. */
export function scattered(trainer: Trainer, whole: Numbers, block: Numbers): void {
  const places = placesOf(trainer.model.spec);
  const { list } = trainer.model.parameters;
  const own = new Float32Array(countOf(list));
  let start = 0;
  for (const { name, slice, elementCount: count } of list) {
    const first = present(places.starts.get(name), "a parameter of the model");
    const all = whole.subarray(first, first + elementCount(slice.shape));
    takeSlice(slice, all, own.subarray(start, start + count));
    start += count;
  }
  trainer.sync.take(own, block);
}

/** The parameters that a rank speaks for: of those who hold the same, the first does. */
function countedBy({ model, parallel }: Trainer, rank: number): readonly Parameter[] {
  const groups = silentGroups(parallel.degrees, rank);
  const { parameters } = createModel(model.spec, layoutOf(model.spec, parallel, rank, groups));
  return parameters.list.filter(({ sameOver }) =>
    sameOver.every((kind) => groups[kind].rank === 0),
  );
}

function put(places: Places, { name, slice }: Parameter, part: Numbers, whole: Numbers): void {
  const start = present(places.starts.get(name), "a parameter of the model");
  putSlice(slice, part, whole.subarray(start, start + elementCount(slice.shape)));
}

function splitBy(list: readonly Parameter[], numbers: Numbers): ReadonlyMap<string, Numbers> {
  let start = 0;
  return new Map(
    list.map(({ name, elementCount: count }) => {
      start += count;
      return [name, numbers.subarray(start - count, start)];
    }),
  );
}

function joined(parts: readonly Numbers[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}

function countOf(list: readonly Parameter[]): number {
  return list.reduce((sum, { elementCount: count }) => sum + count, 0);
}
