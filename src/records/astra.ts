/** What ASTRA-sim's analytical network and system files say, in their own units. */
export type AstraTopology = "Ring" | "FullyConnected" | "Switch";

export interface AstraDimension {
  readonly topology: AstraTopology;
  readonly npuCount: number;
  /** Its gigabyte is 2^30 bytes. */
  readonly bandwidthGibPerS: number;
  readonly latencyNs: number;
}

/** Innermost dimension first: a rank's first coordinate varies fastest. */
export interface AstraNetwork {
  readonly dimensions: readonly AstraDimension[];
}

export type AstraCollective = "all-reduce" | "reduce-scatter" | "all-gather" | "all-to-all";

export interface AstraSystem {
  readonly endpointDelayNs: number;
  /** Pieces that a collective is cut into, sent one after another. */
  readonly splitCount: number;
  /** Chunks that a dimension works on at once. */
  readonly activeChunkCount: number;
  /** Of waiting chunks the newest goes first; else the oldest. */
  readonly isLifo: boolean;
  /** All-reduces scatter, reduce and gather (`localBWAware`), instead of reducing per dimension. */
  readonly isBandwidthAware: boolean;
  /** Bytes a nanosecond (a gigabyte is 10^9 here); undefined: reductions cost nothing. */
  readonly memoryBytesPerNs: number | undefined;
  /** The algorithm of each collective, one word a dimension. */
  readonly algorithms: Readonly<Record<AstraCollective, readonly string[]>>;
}

export interface AstraMessage {
  readonly fromRank: number;
  readonly toRank: number;
  readonly sizeBytes: number;
}
