/**
 * What a cluster costs by the second and by a million samples, in one basis a table.
 *
 *     ownership  capital / life + power · load share · PUE · energy price
 *     rent       listed price of one accelerator · accelerators
 *     USD per million samples = USD per second · step time / global batch · 1e6
 *
 * The two bases hold different things, so they are never in one table, and each table names
 * what it leaves out. A figure that cannot be had is absent, with the reason beside it.
 */
import { assert } from "../base/assert.ts";
import { exactSum } from "../base/sum.ts";
import type { Accelerator, Cluster, Site } from "../records/cluster.ts";
import type { Bill, CostBasis, CostRow, CostTable } from "../records/cost.ts";

export interface CostEntry {
  readonly cluster: Cluster;
  readonly bill: Bill;
  readonly stepTimeS: number;
  /** Sequences in one step over all accelerators. */
  readonly globalBatch: number;
}

const INCLUDED: Readonly<Record<CostBasis, readonly string[]>> = {
  ownership: [
    "nodes with accelerators, hosts and NICs",
    "switches",
    "cables with optics",
    "energy of accelerators, hosts and switches, cooling by PUE",
  ],
  rent: ["accelerators with host and fabric, at the listed price by the hour"],
};

const NOT_INCLUDED: Readonly<Record<CostBasis, readonly string[]>> = {
  ownership: [
    "staff",
    "storage",
    "building, racks and power distribution",
    "financing",
    "support contracts",
    "taxes, customs and shipping",
    "spares and failures",
    "software licenses",
    "management network",
    "resale value",
  ],
  rent: [
    "staff",
    "storage",
    "traffic that leaves the site",
    "support contracts",
    "taxes",
    "failures",
    "software licenses",
    "discounts on the listed price",
  ],
};

export function costTable(basis: CostBasis, entries: readonly CostEntry[]): CostTable {
  const rowOf = basis === "ownership" ? ownershipRow : rentRow;
  return {
    basis,
    included: INCLUDED[basis],
    notIncluded: NOT_INCLUDED[basis],
    rows: entries.map(rowOf),
  };
}

/** USD of a million samples at a rate of spending. */
export function millionSamplesUsd(asked: {
  readonly totalUsdPerS: number;
  readonly stepTimeS: number;
  readonly globalBatch: number;
}): number {
  assert(asked.globalBatch > 0, "a step trains on something");
  return ((asked.totalUsdPerS * asked.stepTimeS) / asked.globalBatch) * 1e6;
}

function ownershipRow(entry: CostEntry): CostRow {
  const { cluster, bill } = entry;
  const { site } = cluster.bill;
  const { capitalUsd } = bill;
  const energyUsdPerS = site === undefined ? undefined : energyRate(bill, site);
  const capitalUsdPerS =
    capitalUsd === undefined || site === undefined ? undefined : capitalUsd / site.lifeS.value;
  const known = {
    ...head(bill),
    ...(capitalUsd === undefined ? {} : { capitalUsd }),
    ...(capitalUsdPerS === undefined ? {} : { capitalUsdPerS }),
    ...(energyUsdPerS === undefined ? {} : { energyUsdPerS }),
  };
  if (capitalUsdPerS === undefined || energyUsdPerS === undefined) {
    return { ...known, missing: whyNotOwned(entry) };
  }
  const totalUsdPerS = exactSum([capitalUsdPerS, energyUsdPerS]);
  return {
    ...known,
    totalUsdPerS,
    millionSamplesUsd: millionSamplesUsd({ ...entry, totalUsdPerS }),
  };
}

function rentRow(entry: CostEntry): CostRow {
  const { accelerator } = entry.cluster.node;
  const rent = accelerator?.rents[0];
  if (rent === undefined) return { ...head(entry.bill), missing: whyNotRented(accelerator) };
  const totalUsdPerS = rent.usdPerS.value * entry.bill.rankCount;
  return {
    ...head(entry.bill),
    totalUsdPerS,
    millionSamplesUsd: millionSamplesUsd({ ...entry, totalUsdPerS }),
  };
}

function head({ clusterId, rankCount }: Bill): Pick<CostRow, "clusterId" | "rankCount"> {
  return { clusterId, rankCount };
}

function energyRate({ powerW }: Bill, site: Site): number | undefined {
  if (powerW === undefined) return undefined;
  return powerW * site.loadShare.value * site.pue.value * site.energyUsdPerJ.value;
}

/** All reasons at once, so that a reader who mends one is not surprised by the next. */
function whyNotOwned({ cluster, bill }: CostEntry): string {
  const unpriced = bill.lines.filter(({ totalUsd }) => totalUsd === undefined);
  const reasons = unpriced.map(({ name }) => `${name} is not sold, or has no sourced price`);
  if (cluster.bill.site === undefined) reasons.push("no site gives life and energy price");
  if (bill.powerW === undefined) reasons.push("the power of a part is not known");
  return reasons.join("; ");
}

function whyNotRented(accelerator: Accelerator | undefined): string {
  if (accelerator === undefined) return "bare hosts have no price by the hour";
  return `${accelerator.name} has no listed price by the hour`;
}
