/**
 * What moves bytes between the processes of one training: exchanges that are done at once or
 * in the background while the caller computes. Sums are made in the order of ranks, so that they
 * have the same bits on every rank and over every transport.
 */
import type { Numbers } from "../../tensor/arithmetic.ts";

export interface Wires {
  readonly rank: number;
  readonly rankCount: number;
  /** In place; member i sums chunk i of as many, cut at floor(i·length/n). */
  allReduce(call: AllReduce, isBackground: boolean): Ticket;
  reduceScatter(call: ReduceScatter, isBackground: boolean): Ticket;
  transfer(call: Transfer, isBackground: boolean): Ticket;
  /** Returns at once, with a copy on its way; behind all that this rank sent to that one. */
  send(parcel: Parcel): void;
  /** Waits for a background exchange; the seconds it took from its start to its end. */
  finish(ticket: Ticket): number;
  close(): void;
}

/** Of a background exchange; its arrays may not be touched before it is finished. 0: all done. */
export type Ticket = number;

export interface AllReduce {
  /** Ranks of the group, in order, this one among them. */
  readonly members: readonly number[];
  readonly numbers: Numbers;
  readonly how: "sum" | "max";
}

export interface ReduceScatter {
  readonly members: readonly number[];
  /** As many parts as members, each as long as `own`. */
  readonly all: Numbers;
  readonly own: Numbers;
}

/** At most one array to each other rank, and one from each. */
export interface Transfer {
  readonly sent: readonly Parcel[];
  readonly received: readonly Parcel[];
}

export interface Parcel {
  readonly peer: number;
  readonly numbers: Numbers;
}

/** A process that this one needs is gone. */
export class LostNeighbor extends Error {
  override readonly name = "LostNeighbor";
}
