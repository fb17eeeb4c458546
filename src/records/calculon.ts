/** What Calculon's three files say, in SI units: the application, the system, and the execution. */

export interface CalculonApplication {
  readonly hiddenSize: number;
  readonly feedForwardSize: number;
  readonly sequenceTokens: number;
  readonly headCount: number;
  readonly headSize: number;
  readonly blockCount: number;
}

/** From so many flop or bytes on, this efficiency; the largest first. */
export type EfficiencyCurve = readonly (readonly [number, number])[];

export interface CalculonProcessor {
  readonly peakFlopPerS: number;
  readonly curve: EfficiencyCurve;
}

export interface CalculonMemory {
  readonly capacityBytes: number;
  readonly peakBytesPerS: number;
  readonly curve: EfficiencyCurve;
}

export const CALCULON_OPS = ["p2p", "reduce_scatter", "all_gather", "all_reduce"] as const;

export type CalculonOp = (typeof CALCULON_OPS)[number];

export interface CalculonNetwork {
  readonly peakBytesPerS: number;
  readonly efficiency: number;
  readonly rankCount: number;
  readonly latencyS: number;
  /** Bytes carried: scalar · size · (1 + offset / ranks). */
  readonly ops: Readonly<Record<CalculonOp, readonly [number, number]>>;
  readonly isToBeFilled: boolean;
  readonly processorShare: number;
}

export interface CalculonSystem {
  /** By data type. */
  readonly matrix: ReadonlyMap<string, CalculonProcessor>;
  readonly vector: ReadonlyMap<string, CalculonProcessor>;
  readonly memories: readonly [CalculonMemory, CalculonMemory];
  /** Arithmetic and memory at once; else one after the other. */
  readonly isRoofline: boolean;
  readonly networks: readonly CalculonNetwork[];
}

export interface CalculonExecution {
  readonly rankCount: number;
  readonly tensorRanks: number;
  readonly pipelineRanks: number;
  readonly dataRanks: number;
  readonly tensorNetworkIndex: number;
  readonly pipelineNetworkIndex: number;
  readonly dataNetworkIndex: number;
  readonly batch: number;
  readonly microBatch: number;
  readonly datatype: string;
  readonly isActivationFused: boolean;
  readonly attention: "multihead" | "multiquery";
  readonly recompute: "full" | "attn_only" | "none";
  readonly chunksPerRank: number;
  readonly isOptimizerSharded: boolean;
  readonly tensorComm: "ar" | "p2p_rs_ag" | "rs_ag";
  readonly tensorOverlap: "none" | "ring" | "pipe";
  readonly isGatherRedone: boolean;
  readonly isDataOverlapped: boolean;
  readonly areWeightsOffloaded: boolean;
  readonly areActivationsOffloaded: boolean;
  readonly isOptimizerOffloaded: boolean;
  readonly isTraining: boolean;
}

/** Calculon's own names of its figures: seconds, bytes, flop, bytes a second. */
export type CalculonStats = Readonly<Record<string, number | null>>;
