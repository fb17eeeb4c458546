/**
 * A schedule of sends, receives and computation per rank, as the GOAL language writes it (Hoefler,
 * Siebert, Lumsdaine 2009). Columns of one entry an op, all ranks one after another, so that a
 * schedule of millions of ops needs no object an op.
 */
export const GOAL_SEND = 1;
export const GOAL_RECEIVE = 2;
export const GOAL_CALCULATE = 3;

/** In place of a peer or a tag: any. */
export const GOAL_ANY = -1;

export interface GoalSchedule {
  readonly rankCount: number;
  /** Ops of rank r are firstOp[r] … firstOp[r + 1] − 1. */
  readonly firstOp: Int32Array;
  /** GOAL_SEND, GOAL_RECEIVE or GOAL_CALCULATE. */
  readonly kinds: Uint8Array;
  /** Bytes of a message, or nanoseconds of computation. */
  readonly sizes: Float64Array;
  readonly peers: Int32Array;
  readonly tags: Int32Array;
  readonly cpus: Uint8Array;
  readonly nics: Uint8Array;
  /** Who waits for op i to end: finishDependents[finishFirst[i] … finishFirst[i + 1] − 1]. */
  readonly finishFirst: Int32Array;
  readonly finishDependents: Int32Array;
  /** Who waits for the start of an op. */
  readonly startFirst: Int32Array;
  readonly startDependents: Int32Array;
}
