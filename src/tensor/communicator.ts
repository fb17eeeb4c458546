/**
 * What a rank can ask of one group of ranks while a model runs: collectives that return once this
 * rank's part is done. A group of one asks nothing; the shape-only device asks without numbers.
 */
import type { GroupKind } from "../records/trace.ts";
import type { Numbers } from "./arithmetic.ts";

export interface Communicator {
  readonly group: GroupKind;
  /** This rank's place in the group, from 0. */
  readonly rank: number;
  readonly rankCount: number;
  /** Bytes that this rank has sent in this group so far. */
  readonly sentBytes: number;
  /** Every rank ends with the element-wise sum, or maximum, in place; the same bits everywhere. */
  allReduce(numbers: Numbers, how?: "sum" | "max"): void;
  /** `all` takes what each rank has, in the order of ranks: rankCount times `own`. */
  allGather(own: Numbers, all: Numbers): void;
  /** `own` takes the sum over ranks of this rank's part of `all`. */
  reduceScatter(all: Numbers, own: Numbers): void;
  /** Part i of `sent` goes to rank i, part i of `received` comes from it; counts of elements. */
  allToAll(sent: Numbers, received: Numbers, counts: AllToAllCounts): void;
  /** To one rank and from one, at once, as in a ring. */
  exchange(to: number, sent: Numbers, from: number, received: Numbers): void;
  send(to: number, numbers: Numbers): void;
  receive(from: number, numbers: Numbers): void;
}

export interface AllToAllCounts {
  readonly sentCounts: readonly number[];
  readonly receivedCounts: readonly number[];
}

/** The group of a rank along each way of dividing the work. Layers skip groups of one. */
export type Groups = Readonly<Record<GroupKind, Communicator>>;

/** A group in which nothing moves: of one rank, or on a device without numbers. */
export function silentGroup(group: GroupKind, rank = 0, rankCount = 1): Communicator {
  const nothing = (): void => {};
  return {
    ...{ group, rank, rankCount, sentBytes: 0 },
    ...{ allReduce: nothing, allGather: nothing, reduceScatter: nothing, allToAll: nothing },
    ...{ exchange: nothing, send: nothing, receive: nothing },
  };
}

/** One rank that does all of the work. */
export const ALONE_GROUPS: Groups = {
  data: silentGroup("data"),
  tensor: silentGroup("tensor"),
  pipeline: silentGroup("pipeline"),
  expert: silentGroup("expert"),
  context: silentGroup("context"),
  embedding: silentGroup("embedding"),
};
