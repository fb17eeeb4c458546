/** What owning a cluster costs over years at one site, beside renting it. */
import type { Site } from "./cluster.ts";
import type { MaterialBill } from "./material.ts";
import type { Sourced } from "./sourced.ts";

/** A site with what its electricity emits. */
export interface SiteFacts extends Site {
  readonly country?: string;
  readonly carbonKgPerJ?: Sourced;
}

export interface OwnershipLine {
  readonly name: string;
  readonly totalUsd: number;
  /** Between these lie 8 in 10. */
  readonly lowUsd: number;
  readonly highUsd: number;
}

/** Capital paid back over so many years, and the energy of them. */
export interface OwnershipTotal {
  readonly yearCount: number;
  readonly lines: readonly OwnershipLine[];
  /** Exact sums of the lines. */
  readonly totalUsd: number;
  readonly lowUsd: number;
  readonly highUsd: number;
  /** The same each year: an annuity. */
  readonly yearUsd: number;
  /** Of one accelerator, over the hours in which it is of use. */
  readonly usefulHourUsd: number;
  /** Above this share of useful hours owning is cheaper than renting; above 1: never. */
  readonly breakEvenUtilization?: number;
}

export interface OwnershipAnswer {
  readonly bill: MaterialBill;
  readonly site: SiteFacts;
  readonly utilization: number;
  /** The horizon asked for; totals hold the usual ones too. */
  readonly yearCount: number;
  /** Interest a year on capital. */
  readonly interestShare: Sourced;
  /** All accelerators, hosts and switches at full load. */
  readonly rackW?: number;
  /** The same with what the building adds. */
  readonly wallW?: number;
  readonly yearEnergyJ?: number;
  readonly yearEnergyUsd?: number;
  readonly yearCarbonKg?: number;
  readonly totals: readonly OwnershipTotal[];
  /** Of one accelerator by the hour. */
  readonly rent?: { readonly kind: string; readonly hourUsd: Sourced };
  /** All accelerators, for the useful hours of a year. */
  readonly yearRentUsd?: number;
  /** Years after which owning has cost less than renting; absent: it never does. */
  readonly breakEvenYearCount?: number;
  /** Why totals, power or rent are absent. */
  readonly missing: readonly string[];
  readonly notIncluded: readonly string[];
}
