/** What to buy or rent to have a model trained in time: a question and its answer. */
import type { LargeModel } from "./large-model.ts";
import type { MaterialBill } from "./material.ts";

export type PlanBasis = "rent" | "buy";

export interface Caps {
  /** On the bad end of the total. */
  readonly budgetUsd?: number;
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
}

export interface MoneyRange {
  readonly lowUsd: number;
  readonly midUsd: number;
  readonly highUsd: number;
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
  readonly acceleratorS: number;
  readonly wallW?: number;
  readonly rackCount?: number;
  readonly carbonKg?: number;
  /** Price of everything, if bought. */
  readonly capitalUsd?: number;
  readonly bill: MaterialBill;
  readonly whyNotFirst: string;
  readonly isOnFront: boolean;
  /** "unknown": the catalog has no lead times, which is never taken for "available". */
  readonly availability: "unknown";
}

export interface PlanRejected {
  readonly cluster: string;
  readonly acceleratorCount?: number;
  readonly why: string;
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
}
