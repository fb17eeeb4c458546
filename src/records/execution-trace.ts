/**
 * What the ranks of a job did, as another tool recorded it: nodes in columns, one an operation,
 * and which of them wait for which. Durations, flop and bytes are NaN where nothing is said.
 */
import type { Collective } from "./schedule.ts";

/** What a node is. `other` takes no time: records about groups, and kinds unknown to us. */
export const NODE = {
  other: 0,
  compute: 1,
  memory: 2,
  send: 3,
  receive: 4,
  collective: 5,
} as const;

/** Of a compute node's `partners`: it runs on the host, beside the accelerator. */
export const ON_HOST = 1;

/** The collectives that traces know, in the order of Chakra's CollectiveCommType. */
export const TRACE_COLLECTIVES: readonly Collective[] = [
  "all-reduce",
  "reduce",
  "all-gather",
  "gather",
  "scatter",
  "broadcast",
  "all-to-all",
  "reduce-scatter",
  "reduce-scatter",
  "barrier",
];

/** Nodes of one rank in the order of the file. */
export interface RankNodes {
  readonly nodeCount: number;
  /** As the file numbers them. */
  readonly ids: Float64Array;
  readonly kinds: Uint8Array;
  readonly durationS: Float64Array;
  readonly flop: Float64Array;
  /** Of memory and compute: bytes touched. Of communication: bytes as the tool counts them. */
  readonly bytes: Float64Array;
  /** Of a collective: its place in TRACE_COLLECTIVES. Of a message: the other rank. Or ON_HOST. */
  readonly partners: Int32Array;
  /** Of a collective: its group among `groupNames`. Of a message: its tag. */
  readonly marks: Int32Array;
  readonly groupNames: readonly string[];
  /** Node i waits for the nodes waits[waitStart[i]] … of the same rank, by place. */
  readonly waitStart: Int32Array;
  readonly waits: Int32Array;
}

export interface ExecutionTrace {
  /** "Chakra 0.0.4". */
  readonly format: string;
  readonly ranks: readonly RankNodes[];
  readonly groups: readonly TraceGroup[];
  readonly messages: readonly TraceMessages[];
  readonly notes: readonly string[];
}

/** What the members of a group do together: the k-th of one is the k-th of all. */
export interface TraceGroup {
  readonly name: string;
  readonly members: readonly number[];
  /** Of each member, the places of its collectives. */
  readonly places: readonly Int32Array[];
}

/** All messages of one sender, receiver and tag: the k-th send meets the k-th receive. */
export interface TraceMessages {
  readonly source: number;
  readonly target: number;
  readonly tag: number;
  readonly sends: readonly number[];
  readonly receives: readonly number[];
}
