/** One training step of a large model: how it is laid out, and what was found about it. */
export type StepPrecision = "fp32" | "bf16" | "fp8" | "fp4";

/** What a layout says; what is absent is filled in and named as assumed. */
export interface LayoutRequest {
  readonly tensorRanks?: number;
  readonly stages?: number;
  readonly replicas?: number;
  readonly contextRanks?: number;
  readonly expertRanks?: number;
  readonly chunks?: number;
  readonly microBatch?: number;
  readonly globalBatch?: number;
  readonly seqTokens?: number;
  readonly shardRanks?: number;
  readonly zeroStages?: number;
  readonly jitterShare?: number;
  readonly recompute?: "none" | "selective" | "per-op" | "full";
  readonly precision?: StepPrecision;
  /** mxfp8 and nvfp4 scale in blocks; the law knows their widths. */
  readonly precisionName?: string;
  readonly schedule?: "1f1b" | "zero-bubble";
  readonly order?: "tp-cp-dp-pp" | "tp-cp-pp-dp";
  readonly contextKind?: "ring" | "all-to-all";
  readonly software?: string;
}

/** A layout in full, in the field's letters. */
export interface LargeLayout extends Required<LayoutRequest> {
  /** "tp=8,pp=4,dp=16,…": reads back as the same layout. */
  readonly text: string;
}

export type StepCause =
  | "ideal compute"
  | "products below peak"
  | "memory-bound ops"
  | "launches and software"
  | "optimizer"
  | "recompute"
  | "bubble"
  | "exposed tensor traffic"
  | "exposed context traffic"
  | "exposed expert traffic"
  | "exposed data traffic"
  | "exposed pipeline traffic"
  | "jitter";

export interface LargePart {
  readonly name: StepCause;
  /** The bar of the waterfall it belongs to. */
  readonly group: string;
  readonly durationS: number;
}

export interface MemoryPart {
  readonly name: string;
  readonly sizeBytes: number;
}

/** Memory of all ranks of one pipeline stage. */
export interface StageMemory {
  readonly rankClass: string;
  readonly rankCount: number;
  /** Sum exactly to totalBytes. */
  readonly parts: readonly MemoryPart[];
  readonly totalBytes: number;
  readonly capacityBytes: number;
}

/** A change that saves memory, and what it does to the step. */
export interface Remedy {
  readonly change: string;
  readonly layout: string;
  readonly totalBytes: number;
  readonly fits: boolean;
  readonly stepTimeRatio: number;
}

export interface NearRun {
  readonly id: string;
  readonly source: string;
  readonly model: string;
  readonly part: string;
  readonly rankCount: number;
  readonly measuredS: number;
  readonly predictedS: number;
  readonly errorShare: number;
}

export interface RankedLayout {
  readonly layout: string;
  readonly stepTimeS: number;
  readonly memoryBytes: number;
  /** Why it is not the first. */
  readonly why: string;
  /** With the network's engine instead of the closed form; only of the first few. */
  readonly engineStepTimeS?: number;
}

export interface LayoutSearch {
  readonly legalCount: number;
  readonly fittingCount: number;
  readonly ranked: readonly RankedLayout[];
}

export interface LargeChange {
  readonly change: string;
  readonly stepTimeRatio: number;
  readonly memoryRatio: number;
  readonly costRatio: number;
  readonly cause: string;
}

/** A group's traffic on the real fabric, by the engine, beside a fabric without sharing. */
export interface FabricCheck {
  readonly group: string;
  readonly engineS: number;
  readonly unsharedS: number;
  readonly keptShare: number;
  readonly limit: string;
}

/** Constants of the step-time law moved to runs of one's own. */
export interface StepOverlay {
  readonly kind: "fabricast step calibration";
  /** Named constants of the law, at most two, as factors on their values. */
  readonly constants: Readonly<Record<string, number>>;
  readonly runs: number;
  readonly rankCountMin: number;
  readonly rankCountMax: number;
  /** Of runs predicted without themselves; absent with a single run. */
  readonly leftOutErrorShare?: number;
}
