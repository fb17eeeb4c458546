/**
 * The ends of a tensor-parallel region, in which each rank of a group computes with its part of
 * the weights (Shoeybi et al. 2019, arXiv:1909.08053, figure 3). What enters is the same on all
 * ranks, and its gradient is the sum of what each makes; what leaves is such a sum, and its
 * gradient the same on all.
 *
 * Where rows are split outside of regions (sequence parallelism, Korthikanti et al. 2022,
 * arXiv:2205.05198), entering gathers the rows and leaving adds up and scatters them.
 */
import { assert, at } from "../../base/assert.ts";
import type { Communicator } from "../communicator.ts";
import { ALONE_GROUPS } from "../communicator.ts";
import type { Tape } from "../tape.ts";
import type { Tensor } from "../tensor.ts";
import { elementCount } from "../tensor.ts";

/** A tensor group, and what its ranks hold of the tensors outside of regions. */
export interface Region {
  readonly tensor: Communicator;
  readonly splitsRows: boolean;
}

export const WHOLE_REGION: Region = { tensor: ALONE_GROUPS.tensor, splitsRows: false };

/** `shape` is that of the tensor with all its rows. */
export function enterRegion(
  tape: Tape,
  name: string,
  x: Tensor,
  region: Region,
  shape: readonly number[] = x.shape,
): Tensor {
  const { tensor, splitsRows } = region;
  if (tensor.rankCount === 1) return x;
  if (splitsRows) return gatherRowsOf(tape, name, x, region, { shape, sumsGradients: true });
  const y: Tensor = { ...x }; // the same numbers, with a gradient of its own
  tape.onBackward(y, (dy) => {
    if (!x.needsGradient) return;
    // In place: what is used in a region makes a gradient that nothing else holds.
    reduce(tape, name, tensor, dy, x.elementCount);
    tape.addGradient(x, dy, name);
  });
  return y;
}

/** All rows, for what each rank of the group computes alike: gradients are the same, not parts. */
export function gatherAlike(
  tape: Tape,
  name: string,
  x: Tensor,
  region: Region,
  shape: readonly number[] = x.shape,
): Tensor {
  if (!region.splitsRows) return x;
  return gatherRowsOf(tape, name, x, region, { shape, sumsGradients: false });
}

interface Gathering {
  readonly shape: readonly number[];
  readonly sumsGradients: boolean;
}

function gatherRowsOf(
  tape: Tape,
  name: string,
  x: Tensor,
  { tensor }: Region,
  { shape, sumsGradients }: Gathering,
): Tensor {
  const count = elementCount(shape);
  assert(count === x.elementCount * tensor.rankCount, `${name} gathers the rows of all ranks`);
  const y = tape.output(shape, x.needsGradient);
  const long = { ...exchangeOf(tensor, name), bytes: tape.bytes(count) };
  tape.collective({ ...long, kind: "all-gather" }, () => tensor.allGather(x.data, y.data));
  tape.onBackward(y, (dy) => {
    if (!x.needsGradient) return;
    const own = x.elementCount;
    if (!sumsGradients) {
      const first = tensor.rank * own;
      tape.addGradient(x, dy.subarray(first, first + own), name);
      return;
    }
    const dx = tape.device.allocate(own);
    tape.collective({ ...long, kind: "reduce-scatter" }, () => tensor.reduceScatter(dy, dx));
    tape.addGradient(x, dx, name);
  });
  return y;
}

/** The sum over ranks of what each made: all rows, or this rank's where they are split. */
export function leaveRegion(tape: Tape, name: string, x: Tensor, region: Region): Tensor {
  const { tensor, splitsRows } = region;
  if (tensor.rankCount === 1) return x;
  if (!splitsRows) {
    // In place: x is a product that nothing saved.
    reduce(tape, name, tensor, x.data, x.elementCount);
    return x;
  }
  const columns = at(x.shape, x.shape.length - 1);
  const own = x.elementCount / tensor.rankCount;
  assert(Number.isInteger(own / columns), `${name} divides its rows among the tensor group`);
  const y = tape.output([own / columns, columns], x.needsGradient);
  const long = { ...exchangeOf(tensor, name), bytes: tape.bytes(x.elementCount) };
  tape.collective({ ...long, kind: "reduce-scatter" }, () => tensor.reduceScatter(x.data, y.data));
  tape.onBackward(y, (dy) => {
    if (!x.needsGradient) return;
    const dx = tape.device.allocate(x.elementCount);
    tape.collective({ ...long, kind: "all-gather" }, () => tensor.allGather(dy, dx));
    tape.addGradient(x, dx, name);
  });
  return y;
}

function reduce(
  tape: Tape,
  name: string,
  tensor: Communicator,
  numbers: Tensor["data"],
  count: number,
): void {
  const record = { ...exchangeOf(tensor, name), bytes: tape.bytes(count) };
  tape.collective({ ...record, kind: "all-reduce" }, () => tensor.allReduce(numbers));
}

/** What the record of any exchange says of the group. */
export function exchangeOf({ group, rankCount }: Communicator, name: string) {
  return { group, rankCount, name };
}
