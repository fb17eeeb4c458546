/** What to buy or rent to have a model trained in time: a question and its answer. */
import type { Drawing } from "./drawing.ts";
import type { LargeModel } from "./large-model.ts";
import type { FabricCheck, LargePart, NearRun, StageMemory } from "./large-step.ts";
import type { MaterialBill } from "./material.ts";
import type { Assumption } from "./result.ts";
import type { Provenance } from "./sourced.ts";

export type PlanBasis = "rent" | "buy";

export interface Caps {
  /** On the bad end of the total. */
  readonly budgetUsd?: number;
  /** On the bad end of what falls due in one calendar year. */
  readonly yearBudgetUsd?: number;
  /** At the wall of the site. */
  readonly powerW?: number;
  readonly acceleratorCount?: number;
  readonly rackCount?: number;
}

export interface PlanQuestion {
  readonly model: LargeModel;
  /** How the asker named it: an id, or the path of its configuration. */
  readonly modelReference: string;
  readonly tokens: number;
  /** From the start to the last step, at p90. */
  readonly withinS: number;
  readonly globalBatch: number;
  readonly seqTokens: number;
  readonly precision: "bf16" | "fp8";
  readonly basis: PlanBasis;
  /** Kind of listed rent that all options are priced by. */
  readonly rentKind: string;
  readonly caps: Caps;
  readonly vendors: readonly string[];
  /** First day of the run. */
  readonly startsOn: string;
  readonly asOf: string;
  readonly restartS: number;
  readonly storageBytesPerS?: number;
  readonly failures: "good" | "typical" | "poor";
  readonly optionCount: number;
  /** Delivered by this day in this region; what has no lead time there is not. */
  readonly delivery?: Delivery;
}

export interface Delivery {
  readonly by: string;
  readonly region: string;
  readonly leadTimes: readonly LeadTime[];
}

/** From order to delivery of a host, as its seller or the asker says. */
export interface LeadTime {
  readonly hostId: string;
  readonly region: string;
  readonly leastS: number;
  readonly mostS: number;
  readonly source: string;
  readonly date: string;
}

export interface MoneyRange {
  readonly lowUsd: number;
  readonly midUsd: number;
  readonly highUsd: number;
  /** The bad case: exceeded in one of twenty. */
  readonly badUsd: number;
}

export interface PlanLine extends MoneyRange {
  readonly name: string;
}

export interface PlanLayout {
  readonly tp: number;
  readonly pp: number;
  readonly dp: number;
  readonly microBatch: number;
  readonly globalBatch: number;
  readonly recompute: string;
  readonly sharding: string;
  readonly chunks: number;
  /** As `simulate --layout` takes it. */
  readonly text: string;
}

export interface PlanOption {
  readonly familyId: string;
  /** Fabric and parts in words. */
  readonly cluster: string;
  readonly vendor: string;
  readonly siteName: string;
  readonly acceleratorCount: number;
  readonly nodeCount: number;
  readonly spareNodeCount: number;
  readonly layout: PlanLayout;
  readonly stepS: number;
  readonly mfu: number;
  readonly tokensPerS: number;
  readonly memoryShare: number;
  readonly p10S: number;
  readonly p50S: number;
  readonly p90S: number;
  readonly p95S: number;
  readonly p99S: number;
  readonly goodput: number;
  readonly mttiS: number;
  readonly checkpointS: number;
  readonly writeS: number;
  readonly interruptions: number;
  /** Exact sums of the lines, column by column. */
  readonly total: MoneyRange;
  readonly lines: readonly PlanLine[];
  /** Of `total.midUsd`, by calendar year. */
  readonly cashByYear: readonly { readonly year: number; readonly midUsd: number }[];
  /** Of `total.midUsd`: priced by the asker's own quotes. */
  readonly ownPriceShare: number;
  readonly acceleratorS: number;
  readonly wallW?: number;
  readonly rackCount?: number;
  readonly carbonKg?: number;
  /** Price of everything, if bought. */
  readonly capitalUsd?: number;
  readonly bill: MaterialBill;
  readonly whyNotFirst: string;
  readonly isOnFront: boolean;
  /** "unknown" without a lead time, which is never taken for available. */
  readonly availability: string;
}

export interface PlanRejected {
  readonly cluster: string;
  readonly acceleratorCount?: number;
  readonly why: string;
}

/** Anything that was priced, shown or not: a dot of cost against days. */
export interface PlanPoint {
  readonly cluster: string;
  readonly acceleratorCount: number;
  readonly p10S: number;
  readonly p50S: number;
  readonly p90S: number;
  readonly total: MoneyRange;
  /** The option that it is, from 0. */
  readonly optionIndex?: number;
  readonly isWithinCaps: boolean;
}

/** One input at either end of its range, everything else as uncertain as before. */
export interface PlanMove {
  readonly name: string;
  readonly now: string;
  readonly low: PlanEnd;
  readonly high: PlanEnd;
  /** Where the deadline is no longer met at p90; absent: nowhere near. */
  readonly flipsAt?: string;
  /** Whether that lies between the two ends. */
  readonly flipsInside: boolean;
  readonly provenance: Provenance;
  readonly source: string;
  readonly date: string;
}

export interface PlanEnd {
  readonly input: string;
  readonly p90S: number;
}

/** What stands behind the option that comes first. */
export interface PlanDetail {
  readonly parts: readonly LargePart[];
  readonly memory: readonly StageMemory[];
  readonly fabric: readonly FabricCheck[];
  readonly drawing?: Drawing;
  readonly nearest: readonly NearRun[];
  /** In what it goes beyond everything published; empty: in nothing. */
  readonly extrapolation: readonly string[];
  readonly interruptions: readonly { readonly name: string; readonly count: number }[];
  readonly checkpoint: {
    readonly bestS: number;
    readonly shortestS: number;
    readonly longestS: number;
    readonly goodput: number;
  };
  readonly moves: readonly PlanMove[];
  readonly assumptions: readonly Assumption[];
  readonly stepLowS: number;
  readonly stepHighS: number;
}

export interface PlanAnswer {
  readonly question: PlanQuestion;
  readonly sentence: string;
  readonly options: readonly PlanOption[];
  readonly rejected: readonly PlanRejected[];
  /** The limit that sets the size, with its margin. */
  readonly binding: string;
  readonly flips: readonly string[];
  readonly sanity: string;
  readonly beware: readonly string[];
  readonly notIncluded: readonly string[];
  readonly acceptance: readonly string[];
  readonly points: readonly PlanPoint[];
  readonly detail: PlanDetail;
}
