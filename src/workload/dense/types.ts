/** What the analytical step time of a transformer is computed from. */
import type { ModelShape } from "../../records/large-model.ts";

/** How a transformer's layer is built. Sizes are in elements, before any sharding. */
export type DenseModel = ModelShape;

export type Recompute = "none" | "selective" | "per-op" | "full";

/** Who holds the parameters of a data-parallel group, and how they come together. */
export type Sharding =
  /** Replicated, or only the optimizer sharded: gradients reduced once a step. */
  | "optimizer"
  /** Gathered for each layer and micro-batch, gradients scattered. */
  | "fsdp"
  /** Gathered once for each micro-batch, kept for the backward pass. */
  | "fsdp-kept"
  /** Optimizer sharded, parameters sent out by broadcasts that nothing hides. */
  | "broadcast";

export interface DenseLayout {
  readonly tensorRanks: number;
  readonly contextRanks: number;
  readonly stages: number;
  readonly chunks: number;
  readonly replicas: number;
  readonly expertRanks: number;
  readonly microBatch: number;
  readonly globalBatch: number;
  readonly seqTokens: number;
  readonly recompute: Recompute;
  readonly sharding: Sharding;
  /** Ranks that share the sharded state; the whole data-parallel group unless said. */
  readonly shardRanks: number;
  readonly isSequenceParallel: boolean;
  /** Only small adapters learn: the base has no gradients of weights. */
  readonly isLora: boolean;
  readonly precision: Precision;
  /** How stages take turns; 1F1B, interleaved where a stage has several chunks. */
  readonly schedule?: Schedule;
  /** Which group lies next to the tensor-parallel one; data unless said. */
  readonly order?: RankOrder;
  readonly contextKind?: "ring" | "all-to-all";
  /** Length of the texts packed into a sequence, where it is less than that. */
  readonly packedTokens?: number;
}

export type Schedule = "1f1b" | "zero-bubble";

/** Innermost first: tensor, context, data, pipeline; or tensor, context, pipeline, data. */
export type RankOrder = "tp-cp-dp-pp" | "tp-cp-pp-dp";

export type Precision = "fp32" | "bf16" | "fp8" | "fp4";

/** What a part reaches; sustained by kernels, not printed on the box. */
export interface PartRates {
  readonly id: string;
  readonly family: string;
  readonly peakBf16FlopPerS: number;
  readonly peakFp8FlopPerS: number;
  readonly matmulBf16FlopPerS: number;
  /** 0: the part has no such mode. */
  readonly matmulFp8FlopPerS: number;
  readonly peakFp4FlopPerS: number;
  readonly memoryBytes: number;
  readonly memoryBytesPerS: number;
  readonly multiprocessors: number;
  readonly boardW: number;
  /** Power at which this family clocks in full; 0: it always does. */
  readonly fullClockW: number;
  readonly attentionFlopPerS: number;
  /** The same for heads narrower than 128. */
  readonly narrowAttentionFlopPerS: number;
  readonly ringBytesPerS: number;
  readonly domainRanks: number;
  readonly nicBytesPerS: number;
  /** Its host launches more slowly than others. */
  readonly hasArmHost?: boolean;
}

/** How the framework runs it. */
export interface DenseSoftware {
  /** Fused kernels around the products; without them more passes over memory. */
  readonly isFused: boolean;
  /** Launched op by op from the host, with gaps between kernels. */
  readonly isEager: boolean;
  /** First releases on a new generation of parts. */
  readonly isEarly: boolean;
  /** Generations by which the attention kernel is older than the part's best. */
  readonly attentionLagGenerations: number;
  readonly hasFlashAttention: boolean;
  readonly overlapsTensor: boolean;
  readonly overlapsData: boolean;
  readonly hasGraphs: boolean;
  readonly gradientBytes: number;
  /** Whether routing and permuting of experts are fused and their launches captured. */
  readonly hasFusedExperts: boolean;
  /** Tokens travel to experts behind another micro-batch's computing (DualPipe). */
  readonly overlapsExperts?: boolean;
}

/** Shares of a wire's own rate that the fabric leaves where groups share its links. */
export interface FabricShares {
  readonly dataShare: number;
  readonly expertShare: number;
  /** Of the ring between tensor-parallel ranks; 1 unless said. */
  readonly tensorShare?: number;
}

export interface DenseRun {
  readonly model: DenseModel;
  readonly layout: DenseLayout;
  readonly part: PartRates;
  readonly software: DenseSoftware;
  /** Absent: nothing is shared. */
  readonly fabric?: FabricShares;
}
