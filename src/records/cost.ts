/** Money: prices with source, bills, and what a step costs. USD of the price's date. */
import type { Sourced } from "./sourced.ts";

export type PartClass = "node" | "switch" | "link";

export interface PricedPart {
  readonly id: string;
  readonly name: string;
  readonly partClass: PartClass;
  /** Absent: not sold, or no sourced price. Never an estimate. */
  readonly priceUsd?: Sourced;
  readonly powerW?: Sourced;
}

export interface BillLine {
  readonly partId: string;
  readonly name: string;
  readonly partClass: PartClass;
  readonly count: number;
  readonly unitUsd?: Sourced;
  /** count × unit; absent where the part has no price. */
  readonly totalUsd?: number;
}

export interface Bill {
  readonly clusterId: string;
  readonly rankCount: number;
  readonly lines: readonly BillLine[];
  /** Exact sum of the lines; absent if any line lacks a price. */
  readonly capitalUsd?: number;
  readonly powerW?: number;
}

/** Ownership: capital over the life, plus energy. Rent: listed price by the hour. */
export type CostBasis = "ownership" | "rent";

export interface CostRow {
  readonly clusterId: string;
  readonly rankCount: number;
  /** Why a figure is absent: "TPU v5p is not sold". */
  readonly missing?: string;
  readonly capitalUsd?: number;
  readonly capitalUsdPerS?: number;
  readonly energyUsdPerS?: number;
  readonly totalUsdPerS?: number;
  readonly millionSamplesUsd?: number;
}

/** One basis a table; rows of different bases are never mixed. */
export interface CostTable {
  readonly basis: CostBasis;
  readonly included: readonly string[];
  readonly notIncluded: readonly string[];
  readonly rows: readonly CostRow[];
}

/**
 * Why a million samples cost more on one cluster than on another, in three parts that sum
 * exactly to the difference: the chip computes slower or faster, the fabric exposes more or
 * less communication, the hour costs more or less.
 */
export interface CostDifference {
  readonly basis: CostBasis;
  readonly fromClusterId: string;
  readonly toClusterId: string;
  readonly rankCount: number;
  readonly chipUsd: number;
  readonly fabricUsd: number;
  readonly priceUsd: number;
  readonly totalUsd: number;
}
