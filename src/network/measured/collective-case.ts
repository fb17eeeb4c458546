/** What the law of collectives is told, and what its parts share. */
import type { CollectiveLaw } from "./law-constants.ts";
import type { DomainRates } from "./rates.ts";

/** `broadcast` is also a reduction to one; `gather` also a scatter. */
export type CollectiveKind =
  | "all_reduce"
  | "all_gather"
  | "reduce_scatter"
  | "all_to_all"
  | "broadcast"
  | "gather"
  | "send_receive";

/** What somebody made a library take; `-128` is the protocol of lines of 128 bytes. */
export type Forced = "ring" | "low-latency" | "ring-128" | "tree" | "tree-128" | "in-switch";

export interface CollectiveCase {
  readonly kind: CollectiveKind;
  readonly sizeBytes: number;
  readonly ranks: number;
  readonly domains: number;
  readonly rates: DomainRates;
  /** All NICs of a domain together. */
  readonly nodeBytesPerS: number;
  /** Extra time of a message through the NIC and its software. */
  readonly crossingS: number;
  /** Payload share of a NIC on a fabric where it is known; else that of the law. */
  readonly nicShare?: number;
  /** Up to a size the library takes lines of 128 bytes between nodes, at a rate of their own. */
  readonly lines?: { readonly mostBytes: number; readonly bytesPerS: number };
  /** Switches between the nodes add up what passes. */
  readonly reducesInNetwork?: boolean;
  /** Launch and timing of the harness. */
  readonly harnessS: number;
  readonly allowsInSwitch: boolean;
  /** One kernel does it all: no protocol, no fill. */
  readonly isOneKernel: boolean;
  /** At every size; absent: the fastest that the library tunes. */
  readonly forced?: Forced;
}

export const US = 1e-6;

/** Of 128 bytes 120 are payload, and 0.92 of the rate is reached: NCCL planner. */
export const LINE_SHARE = 0.92 * (120 / 128);

/** Shape of a pipeline that fills: a start, a stream, and what the start delays of it. */
export function filled(startS: number, streamS: number, law: CollectiveLaw): number {
  const { fillFactor, fillTurnFactor } = law;
  return startS + streamS + (fillFactor * startS * streamS) / (streamS + fillTurnFactor * startS);
}

export function steps({ kind, ranks }: CollectiveCase): number {
  return kind === "all_reduce" ? 2 * (ranks - 1) : ranks - 1;
}

/** Bytes that the busiest rank of a ring sends: all of them where each passes all on. */
export function ringBytes(given: CollectiveCase): number {
  const { kind, sizeBytes, ranks } = given;
  return kind === "broadcast" ? sizeBytes : (sizeBytes * steps(given)) / ranks;
}

/**
 * Rate of a ring: of all links where a switch joins them, of as many directed rings as fit
 * where parts are wired to each other.
 */
export function bandwidth({ ranks, rates }: CollectiveCase): number {
  if (rates.isMesh) return rates.usableBytesPerS * 0.7 * Math.min(1, (ranks - 1) / 7);
  // The cube mesh of the V100: 1, 4 and 6 of six links for 2, 4 and 8 ranks.
  if (rates.id === "v100-sxm2-32") {
    const rings = ranks <= 2 ? 1 : ranks <= 3 ? 2 : ranks <= 4 ? 4 : 6;
    return (rates.usableBytesPerS * rings) / 6;
  }
  return rates.usableBytesPerS;
}
