/** A workload of SimAI's analytical mode, and the machine it runs on, in that program's units. */

export type SimaiOp = "allreduce" | "allgather" | "reducescatter" | "alltoall";
export type SimaiGroup = "TP" | "EP" | "DP" | "DP_EP";

/** One column of a layer: forward, input gradient, weight gradient. */
export interface SimaiColumn {
  readonly computeNs: number;
  readonly op: SimaiOp | undefined;
  readonly group: SimaiGroup;
  readonly sizeBytes: number;
}

export interface SimaiLayer {
  readonly name: string;
  readonly forward: SimaiColumn;
  readonly inputGradient: SimaiColumn;
  readonly weightGradient: SimaiColumn;
}

export interface SimaiWorkload {
  readonly tensorRanks: number;
  readonly expertRanks: number;
  readonly pipelineRanks: number;
  readonly chunks: number;
  readonly microBatches: number;
  readonly rankCount: number;
  readonly pipelineBytes: number;
  readonly layers: readonly SimaiLayer[];
}

/** Bandwidths in its gigabytes of 2^30 bytes. */
export interface SimaiMachine {
  readonly rankCount: number;
  readonly ranksPerServer: number;
  readonly nicsPerServer: number;
  readonly nvlinkGibPerS: number;
  readonly nicGibPerS: number;
  /** How much of each group's time hides behind computation, 0 to 1. */
  readonly overlaps: Readonly<Record<"TP" | "EP" | "DP" | "PP", number>>;
}
