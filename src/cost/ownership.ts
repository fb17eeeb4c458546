/**
 * Owning over n years, beside renting for the same useful hours.
 *
 *     payment a year   C · r / (1 − (1 + r)⁻ⁿ), C / n without interest (an annuity)
 *     energy a year    P · load share · PUE · year · price; drawn in useful and idle hours alike
 *     useful hour      n · (payment + energy) / (n · hours · N · u)
 *     rent a year      N · hours · u · price by the hour; idle hours are not rented
 *     break-even u     useful hour · u / price by the hour
 *     break-even years −ln(1 − r · C / (rent − energy)) / ln(1 + r): payment + energy = rent
 *
 * Range, p10 to p90: a listed price and the energy of an average site 0.8 to 1.25 of the middle,
 * one's own quote exact. Lines move together, so ranges add and none shrinks.
 *
 * Capital is paid off at the end of the n years and then worth nothing. A year has 365.25 days.
 */
import { assert } from "../base/assert.ts";
import { exactSum } from "../base/sum.ts";
import type { Accelerator, Design, Rent } from "../records/cluster.ts";
import type { FabricCounts } from "../records/fabric-plan.ts";
import type { Material, MaterialBill } from "../records/material.ts";
import type {
  OwnershipAnswer,
  OwnershipLine,
  OwnershipTotal,
  SiteFacts,
} from "../records/ownership.ts";
import type { Sourced } from "../records/sourced.ts";

export const YEAR_S = 31_557_600;
const HOUR_S = 3600;

/** Horizons that buyers compare, besides the one asked for. */
const USUAL_YEAR_COUNTS: readonly number[] = [3, 4, 5];

export interface OwnershipRequest {
  readonly design: Design;
  readonly bill: MaterialBill;
  readonly site: SiteFacts;
  readonly yearCount: number;
  /** Share of all hours in which an accelerator is of use. */
  readonly utilization: number;
  readonly interestShare: Sourced;
}

const NOT_INCLUDED: readonly string[] = [
  ...["discount", "support", "licenses", "freight", "duty", "tax", "installation", "staff"],
  ...["residual value", "lease", "exchange rate", "building and its power distribution"],
  ...["storage", "spares and failures"],
];

export function ownership(request: OwnershipRequest): OwnershipAnswer {
  const { design, bill, site, utilization, interestShare } = request;
  const power = fullPower(design, bill.counts);
  const energy = power.rackW === undefined ? undefined : yearEnergy(power.rackW, site);
  const { accelerator } = design.node;
  const rent = accelerator?.rents.find(({ kind }) => kind !== "ownership");
  const yearRentUsd = rent === undefined ? undefined : yearRent(request, rent);
  const totals = energy === undefined ? [] : totalsOf(request, energy.yearEnergyUsd, rent);
  const years = breakEvenYears(request, energy?.yearEnergyUsd, yearRentUsd);
  return {
    ...{ bill, site, utilization, interestShare, totals, yearCount: request.yearCount },
    ...(power.rackW === undefined
      ? {}
      : { rackW: power.rackW, wallW: power.rackW * site.pue.value }),
    ...energy,
    ...(rent === undefined ? {} : { rent: { kind: rent.kind, hourUsd: byTheHour(rent) } }),
    ...(yearRentUsd === undefined ? {} : { yearRentUsd }),
    ...(years === undefined ? {} : { breakEvenYearCount: years }),
    missing: [...capitalReasons(bill), ...power.reasons, ...rentReasons(accelerator, rent)],
    notIncluded: NOT_INCLUDED,
  };
}

/** What one pays each year to have paid off 1 with interest after so many years. */
export function annuity(interest: number, yearCount: number): number {
  assert(interest >= 0 && yearCount > 0, "interest is not negative, and years are some");
  // expm1 and log1p keep their digits where interest is nearly nothing.
  return interest === 0 ? 1 / yearCount : interest / -Math.expm1(-yearCount * Math.log1p(interest));
}

function totalsOf(
  { bill, site, yearCount: asked, utilization, interestShare }: OwnershipRequest,
  yearEnergyUsd: number,
  rent: Rent | undefined,
): OwnershipTotal[] {
  if (bill.totalUsd === undefined) return [];
  const { acceleratorCount } = bill.counts;
  const yearCounts = [...new Set([...USUAL_YEAR_COUNTS, asked])].sort((a, b) => a - b);
  return yearCounts.map((yearCount) => {
    const factor = yearCount * annuity(interestShare.value, yearCount);
    const lines = [
      ...capitalLines(bill.rows, factor),
      ranged(`energy at ${site.name}`, yearCount * yearEnergyUsd, isOwn(site.energyUsdPerJ)),
    ];
    const sum = (of: (line: OwnershipLine) => number): number => exactSum(lines.map(of));
    const totalUsd = sum((line) => line.totalUsd);
    const [lowUsd, highUsd] = [sum((line) => line.lowUsd), sum((line) => line.highUsd)];
    const hourCount = (yearCount * YEAR_S) / HOUR_S;
    const hourUsd = totalUsd / (hourCount * acceleratorCount);
    const head = {
      ...{ yearCount, lines, totalUsd, lowUsd, highUsd, yearUsd: totalUsd / yearCount },
      usefulHourUsd: hourUsd / utilization,
    };
    if (rent === undefined) return head;
    return { ...head, breakEvenUtilization: hourUsd / byTheHour(rent).value };
  });
}

/** Nodes, network and what else is priced, each with interest. */
function capitalLines(rows: readonly Material[], factor: number): OwnershipLine[] {
  const groups = new Map<string, OwnershipLine[]>();
  for (const { materialClass, totalUsd, unitUsd } of rows) {
    if (totalUsd === undefined || totalUsd === 0) continue;
    const name = GROUPS.find(([word]) => materialClass.endsWith(word))?.[1] ?? "building";
    const line = ranged(name, factor * totalUsd, isOwn(unitUsd));
    groups.set(name, [...(groups.get(name) ?? []), line]);
  }
  return [...groups].map(([name, parts]) => ({
    name,
    totalUsd: exactSum(parts.map((part) => part.totalUsd)),
    lowUsd: exactSum(parts.map((part) => part.lowUsd)),
    highUsd: exactSum(parts.map((part) => part.highUsd)),
  }));
}

/** p90 over p50 of a listed price, and p50 over p10. */
export const LISTED_SPREAD = 1.25;

const isOwn = (price: Sourced | undefined): boolean => price?.provenance === "yours";

function ranged(name: string, totalUsd: number, isExact: boolean): OwnershipLine {
  const factor = isExact ? 1 : LISTED_SPREAD;
  return { name, totalUsd, lowUsd: totalUsd / factor, highUsd: totalUsd * factor };
}

const GROUPS: readonly (readonly [string, string])[] = [
  ["management switch", "building"],
  ["node", "nodes with NICs"],
  ["nic", "NICs bought apart"],
  ["switch", "switches"],
  ["transceiver", "transceivers bought apart"],
  ["cable", "cables with optics"],
];

function yearEnergy(
  rackW: number,
  site: SiteFacts,
): {
  readonly yearEnergyJ: number;
  readonly yearEnergyUsd: number;
  readonly yearCarbonKg?: number;
} {
  const yearEnergyJ = rackW * site.loadShare.value * site.pue.value * YEAR_S;
  const head = { yearEnergyJ, yearEnergyUsd: yearEnergyJ * site.energyUsdPerJ.value };
  const { carbonKgPerJ } = site;
  if (carbonKgPerJ === undefined) return head;
  return { ...head, yearCarbonKg: yearEnergyJ * carbonKgPerJ.value };
}

/** Accelerators with their share of host and NICs, and switches with their optics. */
function fullPower(
  { node, bill }: Design,
  counts: FabricCounts,
): { readonly rackW?: number; readonly reasons: readonly string[] } {
  const { leafSwitch, spineSwitch } = bill;
  const { accelerator } = node;
  const groups = [
    {
      name: accelerator?.name ?? node.name,
      count: counts.acceleratorCount,
      w: accelerator?.allInW,
    },
    { name: leafSwitch?.name ?? "leaf switch", count: counts.leafCount, w: leafSwitch?.powerW },
    {
      name: spineSwitch?.name ?? "spine switch",
      count: counts.spineCount + counts.coreCount,
      w: spineSwitch?.powerW,
    },
  ].filter(({ count }) => count > 0);
  const reasons = groups.flatMap(({ name, w }) =>
    w === undefined ? [`the power of ${name} is not known`] : [],
  );
  if (reasons.length > 0) return { reasons: [...new Set(reasons)] };
  return { rackW: exactSum(groups.map(({ count, w }) => count * (w?.value ?? 0))), reasons };
}

function byTheHour({ usdPerS }: Rent): Sourced {
  return { ...usdPerS, value: usdPerS.value * HOUR_S };
}

function yearRent({ bill, utilization }: OwnershipRequest, { usdPerS }: Rent): number {
  return bill.counts.acceleratorCount * YEAR_S * utilization * usdPerS.value;
}

/** Undefined where renting stays cheaper for ever, or a side has no price. */
function breakEvenYears(
  { bill, interestShare }: OwnershipRequest,
  yearEnergyUsd: number | undefined,
  yearRentUsd: number | undefined,
): number | undefined {
  const { totalUsd } = bill;
  if (totalUsd === undefined || yearEnergyUsd === undefined || yearRentUsd === undefined) {
    return undefined;
  }
  const savedUsd = yearRentUsd - yearEnergyUsd;
  const interestUsd = interestShare.value * totalUsd;
  if (savedUsd <= interestUsd) return undefined;
  if (interestUsd === 0) return totalUsd / savedUsd;
  return -Math.log1p(-interestUsd / savedUsd) / Math.log1p(interestShare.value);
}

function capitalReasons({ unpriced }: MaterialBill): string[] {
  return unpriced.map((name) => `${name} is not sold, or has no sourced price`);
}

function rentReasons(accelerator: Accelerator | undefined, rent: Rent | undefined): string[] {
  if (rent !== undefined) return [];
  const name = accelerator?.name ?? "a bare host";
  return [`${name} has no listed price by the hour`];
}
