/** Messages that a file, a generator or jobs put on the network, and what became of each. */

import type { PacketCounts } from "./packet.ts";
import type { Collective } from "./schedule.ts";

/** One message a place in all arrays. */
export interface Messages {
  /** −1: no message but a gate, which is through when all it waits for is. */
  readonly source: Int32Array;
  readonly target: Int32Array;
  readonly sizeBytes: Float64Array;
  /** Not before this, and not before the messages it waits for have arrived. */
  readonly startS: Float64Array;
  /** Message m waits for after[afterStart[m]] … after[afterStart[m+1] − 1]. */
  readonly afterStart: Int32Array;
  readonly after: Int32Array;
  /** The message of the same connection whose bytes go out first; −1: none. */
  readonly behind?: Int32Array;
}

/** Messages with names, as a file or a generator gives them. */
export interface Traffic extends Messages {
  readonly ids: readonly string[];
}

/** What became of the messages, in seconds from the start of all. */
export interface MessagesEnd {
  /** Its first byte on the wire: latencies are over. */
  readonly beginS: Float64Array;
  readonly finishS: Float64Array;
  /** Bytes over each link of the graph. */
  readonly linkBytes: Float64Array;
  /** The last arrival if every message had all links to itself. */
  readonly chainS: number;
  readonly eventCount: number;
  /** Messages that took another way when a link failed under them. */
  readonly detourCount: number;
}

export interface TrafficRow {
  readonly id: string;
  readonly source: number;
  readonly target: number;
  readonly sizeBytes: number;
  readonly beginS: number;
  readonly finishS: number;
}

export interface LinkLoad {
  readonly id: string;
  readonly tier: string;
  readonly carriedBytes: number;
  readonly linkBytesPerS: number;
  /** Bytes carried / (capacity × time until the last message has arrived). */
  readonly utilization: number;
}

/** A collective among the messages, against the same one with the cluster to itself. */
export interface JobRow {
  readonly name: string;
  readonly collective: string;
  readonly algorithm: string;
  readonly rankCount: number;
  readonly sizeBytes: number;
  readonly startS: number;
  readonly finishS: number;
  readonly durationS: number;
  readonly aloneS: number;
  readonly slowdown: number;
}

export interface TrafficResult {
  readonly kind: "traffic";
  readonly clusterId: string;
  readonly rankCount: number;
  readonly sentence: string;
  readonly share: string;
  readonly durationS: number;
  /** No schedule can be faster: the busiest link, and the longest chain with nobody in the way. */
  readonly lowerBoundS: number;
  readonly eventCount: number;
  readonly detourCount: number;
  /** Of a run packet by packet. */
  readonly packets?: PacketCounts;
  readonly rows: readonly TrafficRow[];
  readonly jobs: readonly JobRow[];
  /** All links that carried something, the busiest first. */
  readonly links: readonly LinkLoad[];
}

/** Messages by rule; all start together. */
export type Pattern =
  | { readonly kind: "incast"; readonly senderCount: number }
  | { readonly kind: "permutation"; readonly seed: number }
  | { readonly kind: "all-to-all" }
  | { readonly kind: "uniform"; readonly seed: number };

/** Which free nodes a job takes. */
export type JobPlacement =
  { readonly kind: "packed" | "spread" } | { readonly kind: "fragmented"; readonly seed: number };

/** A collective of a job that shares the cluster with others. */
export interface JobAsked {
  readonly collective: Collective;
  /** "auto" takes what is fastest on the job's ranks alone. */
  readonly algorithm: string;
  readonly rankCount: number;
  readonly sizeBytes: number;
  readonly startS: number;
  readonly placement: JobPlacement;
}

/** A cable or box that goes down at an instant, or slows to a share of its rate. */
export interface Failure {
  readonly name: string;
  readonly startS: number;
  readonly rateShare?: number;
}
