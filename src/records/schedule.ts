/** What a collective asks of the network, and what the engine found. */

export type Collective =
  | "all-reduce"
  | "reduce-scatter"
  | "all-gather"
  | "all-to-all"
  | "uneven-all-to-all"
  | "broadcast"
  | "reduce"
  | "gather"
  | "scatter"
  | "send-receive"
  | "barrier";

/**
 * When message k+1 of a rank may start. barrier: when all messages of step k have arrived.
 * rendezvous: its latency when the rank has received and sent message k. stream: its latency
 * when the rank has received message k, its bytes when those before them are out too.
 */
export type Semantics = "barrier" | "rendezvous" | "stream";

/** How flows share a link: equally, or in proportion to 1/latency, as TCP does ("rtt"). */
export type Sharing = "equal" | "rtt";

/** A cable or a box at a share of its rate. */
export interface Slowed {
  readonly name: string;
  readonly rateShare: number;
}

export type Fidelity = "flow" | "analytical" | "auto";

/** Where ranks sit. A random or given one is a permutation: rank r at place order[r]. */
export type Placement =
  | { readonly kind: "natural" }
  | { readonly kind: "random"; readonly seed: number }
  | { readonly kind: "given"; readonly name: string; readonly order: readonly number[] };

/** Which of several equal ways a message takes; natural: the fabric's own rule. */
export type Routing =
  | { readonly kind: "natural" | "d-mod-k" | "spray" | "dimension-order" | "minimal" }
  | { readonly kind: "ecmp"; readonly seed: number; readonly isSalted: boolean }
  /** Over a switch or group in between that the seed picks. */
  | { readonly kind: "valiant"; readonly seed: number }
  /** The least loaded of several ways when messages start, detours among them. */
  | { readonly kind: "adaptive"; readonly seed: number };

/** Told now and then how many of its events a long run has done, and how many there may be. */
export type OnProgress = (done: number, all: number) => void;

/** How a program is run; what is absent: barrier, equal, folded. */
export interface RunOptions {
  readonly semantics?: Semantics;
  readonly share?: Sharing;
  /** flow: simulated. analytical: by bounds alone. auto: both, and where they differ. */
  readonly fidelity?: Fidelity;
  /** By the plain engine: every message of every repetition an event. Same result. */
  readonly unfolded?: boolean;
  readonly onProgress?: OnProgress;
}

/**
 * One step of a collective: messages that start together, done `repeat` times in a row.
 * The three arrays have one entry a message.
 */
export interface Step {
  /** "reduce-scatter in the node", "all-gather x". */
  readonly name: string;
  readonly repeat: number;
  readonly source: Int32Array;
  readonly target: Int32Array;
  /** Real numbers: a chunk is bytes / ranks, undivided. */
  readonly messageBytes: Float64Array;
  /**
   * Every rank sends so many bytes to every other one, all at once. The arrays then are
   * made when they are first read, because they are long: the engine tries without.
   */
  readonly allPairsBytes?: number;
  /**
   * The data of message m in repetition k, for executing the program on real buffers (a
   * test does): shares of the whole buffer, and whether the target adds or overwrites.
   */
  readonly part: (message: number, repetition: number) => ChunkRange;
}

export interface ChunkRange {
  /** Where the chunk starts and ends, as shares of the buffer: 0 ≤ from < to ≤ 1. */
  readonly from: number;
  readonly to: number;
  readonly reduces: boolean;
  /** Where the target puts it, in a buffer of its own for what it receives (all-to-all). */
  readonly into?: number;
  /** A second range of the same message, where the first ends at the buffer's end. */
  readonly wrapped?: ChunkRange;
}

/** A collective as a program: the engine multiplies, it never expands. */
export interface Program {
  readonly collective: Collective;
  readonly algorithm: string;
  readonly rankCount: number;
  /** nccl-tests' size: the whole vector, also for reduce-scatter and all-gather. */
  readonly sizeBytes: number;
  readonly steps: readonly Step[];
}

/** One move of a user's own schedule: a chunk from rank to rank. */
export interface ChunkMove {
  readonly step: number;
  readonly source: number;
  readonly target: number;
  readonly chunkId: number;
  /** Where the target puts it, in a buffer for what it receives (all-to-all). */
  readonly intoId?: number;
  readonly reduces: boolean;
}

/** What binds: a link (kind = its tier) or "latency" when waiting outweighs sending. */
export interface Limit {
  readonly kind: string;
  /** "leaf-3 → spine-5" */
  readonly id: string;
  /** Bytes carried / (capacity × duration), 0 … 1. */
  readonly utilization: number;
  /** JSON pointer of the input that governs it in the cluster file. */
  readonly pointer: string;
}

/** What the engine found for one program. */
export interface Timeline {
  readonly durationS: number;
  /** Parts of durationS, summing to it: latency and endpoint time, then bytes. */
  readonly latencyS: number;
  readonly transferS: number;
  readonly steps: readonly StepTime[];
  /** Bytes over each link in the whole program. */
  readonly linkBytes: Float64Array;
  readonly limit: Limit;
  /** Share of the duration that the limit explains. */
  readonly limitShare: number;
  readonly eventCount: number;
}

export interface StepTime {
  readonly name: string;
  readonly repeat: number;
  /** Once; times repeat for all. */
  readonly stepS: number;
}

/** A collective with its algorithm chosen: the fastest first, the losers behind. */
export interface CollectiveTime {
  readonly collective: Collective;
  readonly sizeBytes: number;
  readonly rankCount: number;
  readonly algorithm: string;
  readonly timeline: Timeline;
  readonly losers: readonly { readonly algorithm: string; readonly durationS: number }[];
  readonly refused: readonly { readonly algorithm: string; readonly reason: string }[];
}
