/**
 * The one record between answering and telling. HTML, CSV, Markdown and terminal text are
 * pure functions of it; the JSON file is it. No clock, host name or path of this machine.
 */
import type { Bill, CostBasis, CostDifference, CostTable } from "./cost.ts";
import type { Drawing } from "./drawing.ts";
import type { Scaling, Sharding } from "./job.ts";
import type { ModelField } from "./large-model.ts";
import type {
  FabricCheck,
  LargeChange,
  LargeLayout,
  LargePart,
  LayoutSearch,
  NearRun,
  Remedy,
  StageMemory,
} from "./large-step.ts";
import type { Limit, Semantics } from "./schedule.ts";
import type { Provenance } from "./sourced.ts";
import type { Measurement } from "./trace.ts";

export const SCHEMA_VERSION = 1;

export interface ResultHead {
  readonly schemaVersion: number;
  /** File stem of the question. */
  readonly id: string;
  readonly question: string;
  readonly answer: Answer;
  readonly asOf: string;
  /** Date of the shipped parts and prices. */
  readonly catalog: string;
  readonly seed: number;
  readonly version: string;
  readonly fidelity: "flow";
  readonly semantics: Semantics;
  readonly assumptions: readonly Assumption[];
  /** Commands that work as printed. */
  readonly next: readonly string[];
  /** The command that makes this result again. */
  readonly reproduce: string;
}

export interface Answer {
  /** One sentence with its numbers and units. */
  readonly sentence: string;
  readonly verdict: "yes" | "no" | "unclear" | "answer";
  /** What else one must know before acting on it; one sentence each. */
  readonly beware: readonly string[];
}

/** A numeric input: what it is, where it comes from, and what 10 % of it moves. */
export interface Assumption {
  /** "H100 SXM: peak bf16" */
  readonly name: string;
  /** JSON pointer into the resolved cluster or job: "/node/accelerator/memoryBytes". */
  readonly pointer: string;
  readonly clusterId: string;
  readonly value: number;
  /** SI unit: "B/s", "s", "flop/s", "USD" … or "" for a ratio. */
  readonly unit: string;
  readonly source: string;
  readonly date: string;
  readonly provenance: Provenance;
  readonly note?: string;
}

/** ±10 % of one input, everything else held. Relative changes of the metric. */
export interface Sensitivity {
  readonly name: string;
  readonly pointer: string;
  readonly metric: "step time" | "USD per million samples";
  readonly whenLower: number;
  readonly whenHigher: number;
  /** The larger of the two, without sign. */
  readonly swing: number;
}

/** One bar of "where the step goes". */
export interface StepPart {
  readonly name:
    | "ideal compute"
    | "matmul below peak"
    | "memory-bound ops"
    | "launch"
    | "optimizer"
    | "overlap slowdown"
    | "exposed reduce-scatter"
    | "exposed all-reduce"
    | "exposed all-gather";
  readonly durationS: number;
}

export interface CollectiveSummary {
  readonly collective: string;
  readonly algorithm: string;
  readonly sizeBytes: number;
  readonly durationS: number;
  readonly calls: number;
  readonly losers: readonly { readonly algorithm: string; readonly durationS: number }[];
  readonly limit: Limit;
}

export interface Memory {
  readonly weightBytes: number;
  readonly gradientBytes: number;
  readonly optimizerBytes: number;
  readonly activationBytes: number;
  readonly totalBytes: number;
  readonly capacityBytes: number;
}

/** One cluster at one size. */
export interface PointRow {
  readonly clusterId: string;
  readonly clusterName: string;
  readonly model: string;
  readonly scaling: Scaling;
  readonly sharding: Sharding;
  readonly rankCount: number;
  readonly globalBatch: number;
  readonly microBatch: number;
  readonly accumulation: number;
  readonly stepTimeS: number;
  /** Between these lie 8 in 10: the error of the profile's step times, p10 and p90. */
  readonly stepTimeLowS: number;
  readonly stepTimeHighS: number;
  readonly samplesPerS: number;
  /** Against baseRankCount on the same cluster; absent where no base was asked for. */
  readonly efficiency?: number;
  readonly baseRankCount?: number;
  readonly mfu: number;
  readonly computeS: number;
  readonly exposedCommS: number;
  /** Sum exactly (correctly rounded) to stepTimeS. */
  readonly parts: readonly StepPart[];
  readonly collectives: readonly CollectiveSummary[];
  /** What binds the step: a link, or "compute" / "optimizer" where no link does. */
  readonly limit: Limit;
  /** Share of the exposed communication spent on the limit. */
  readonly limitShare: number;
  readonly memory: Memory;
  readonly capitalUsd?: number;
  readonly usdPerHour?: number;
  readonly millionSamplesUsd?: number;
}

export interface ClusterSummary {
  readonly clusterId: string;
  readonly name: string;
  readonly summary: string;
  readonly accelerator: string;
  /** Largest size that holds the limit; absent if none does. */
  readonly largestRankCount?: number;
  readonly largestIsUpperBound: boolean;
}

/** Something changed on purpose, beside the answer: the replicated optimizer. */
export interface WhatIf {
  readonly name: string;
  /** What it shows, with its numbers. */
  readonly finding: string;
  readonly rows: readonly PointRow[];
}

export interface CompareResult extends ResultHead {
  readonly kind: "compare";
  readonly efficiencyMin: number;
  readonly baseRankCount: number;
  /** Basis of the money in `rows`: one for all, so that they compare. */
  readonly costBasis: CostBasis;
  readonly recommended?: { readonly clusterId: string; readonly rankCount: number };
  readonly clusters: readonly ClusterSummary[];
  readonly rows: readonly PointRow[];
  readonly whatIfs: readonly WhatIf[];
  /** The really recorded step of each small model, replayed on each cluster. */
  readonly replays: readonly PointRow[];
  readonly sensitivities: readonly Sensitivity[];
  readonly bills: readonly Bill[];
  readonly costs: readonly CostTable[];
  readonly differences: readonly CostDifference[];
  readonly drawings: readonly Drawing[];
  readonly measurement?: Measurement;
  /** Name of a stored measurement file taken instead of a fresh one. */
  readonly measurementFile?: string;
}

export interface SimulateResult extends ResultHead {
  readonly kind: "simulate";
  /** Basis of the money in `rows`. */
  readonly costBasis: CostBasis;
  readonly rows: readonly PointRow[];
  readonly sensitivities: readonly Sensitivity[];
  readonly bills: readonly Bill[];
  readonly costs: readonly CostTable[];
  readonly drawings: readonly Drawing[];
}

export interface SolveResult extends ResultHead {
  readonly kind: "solve";
  readonly efficiencyMin: number;
  readonly baseRankCount: number;
  readonly largestRankCount?: number;
  /** The same as other inputs that are pushed tell it. */
  readonly value?: number;
  readonly unit?: string;
  /** Distance of the efficiency from its bound there, as a share of the bound. */
  readonly margin?: number;
  /** What limits the next size. */
  readonly binding?: string;
  readonly rows: readonly PointRow[];
}

export interface CollectiveRow {
  readonly collective: string;
  readonly algorithm: string;
  readonly rankCount: number;
  readonly sizeBytes: number;
  readonly timeS: number;
  readonly algbwBytesPerS: number;
  readonly busbwBytesPerS: number;
  readonly limit: Limit;
  readonly losers: readonly { readonly algorithm: string; readonly durationS: number }[];
  /** Over the seeds of a hashed routing; timeS is their median. */
  readonly seeds?: {
    readonly seedCount: number;
    readonly p50S: number;
    readonly p95S: number;
    readonly worstS: number;
  };
}

export interface CollectiveResult extends ResultHead {
  readonly kind: "collective";
  readonly clusterId: string;
  readonly rows: readonly CollectiveRow[];
}

/** One step of a large model. */
export interface LargeResult extends ResultHead {
  readonly kind: "large";
  readonly model: string;
  readonly modelType: string;
  readonly parameterCount: number;
  readonly activeParameterCount: number;
  readonly modelFields: readonly ModelField[];
  readonly clusterId: string;
  readonly clusterName: string;
  readonly rankCount: number;
  readonly layout: LargeLayout;
  readonly stepTimeS: number;
  readonly stepTimeLowS: number;
  readonly stepTimeHighS: number;
  readonly tokensPerS: number;
  readonly tokensPerSPerAccelerator: number;
  readonly mfu: number;
  readonly hfu: number;
  /** What both are counted against: "dense bf16 peak of H100 SXM, 989 Tflop/s". */
  readonly denominator: string;
  /** Sum exactly to stepTimeS. */
  readonly parts: readonly LargePart[];
  readonly memory: readonly StageMemory[];
  readonly remedies: readonly Remedy[];
  readonly nearest: readonly NearRun[];
  /** Why the question lies outside what was validated; empty inside. */
  readonly extrapolation: readonly string[];
  readonly assumed: readonly string[];
  readonly fabric: readonly FabricCheck[];
  readonly sensitivities: readonly Sensitivity[];
  readonly insensitive: readonly string[];
  readonly changes: readonly LargeChange[];
  readonly usdPerHour?: number;
  readonly search?: LayoutSearch;
  readonly anchored?: string;
}

export type Result = CompareResult | SimulateResult | SolveResult | CollectiveResult | LargeResult;
