/** A collective of the user's own as MSCCL's XML has it: thread blocks with steps, on each GPU. */
import type { Collective } from "./schedule.ts";

export interface MscclAlgorithm {
  readonly name: string;
  readonly collective: Collective;
  readonly isInPlace: boolean;
  readonly ranks: readonly MscclRank[];
}

/** Lengths in chunks of input, output and scratch. */
export interface MscclRank {
  readonly inputCount: number;
  readonly outputCount: number;
  readonly scratchCount: number;
  readonly blocks: readonly MscclBlock[];
}

/** Absent: the block sends, or receives, nothing. */
export interface MscclBlock {
  readonly targetRank?: number;
  readonly sourceRank?: number;
  readonly channelId: number;
  readonly steps: readonly MscclStep[];
}

export type MscclBuffer = "i" | "o" | "s";

/** Letters as in MSCCL: receive, reduce, copy, send, in this order; re: reduce within. */
export type MscclKind = "s" | "r" | "rcs" | "rrs" | "rrc" | "rrcs" | "cpy" | "re" | "nop";

export interface MscclStep {
  readonly kind: MscclKind;
  readonly sourceBuffer: MscclBuffer;
  readonly sourceId: number;
  readonly targetBuffer: MscclBuffer;
  readonly targetId: number;
  readonly chunkCount: number;
  /** A step of another block of the same rank that comes before. */
  readonly after?: { readonly blockId: number; readonly stepId: number };
}
