/**
 * What an option costs on one basis, line by line, with a range.
 *
 *     low, high = mid · e^(∓1.2816 · σ), bad = mid · e^(1.6449 · σ),  σ² = σ(price)² + σ(days)²
 *
 * σ(price) of catalog prices spans 0.8 to 1.25 between p10 and p90; one's own quote has none.
 * Lines of a column are added exactly: prices of parts move together, so no range shrinks.
 */
import { fixed } from "../base/format.ts";
import { exactSum } from "../base/sum.ts";
import { spareNodes } from "../cost/failures.ts";
import { YEAR_S } from "../cost/ownership.ts";
import type { Design } from "../records/cluster.ts";
import type { Material, MaterialBill } from "../records/material.ts";
import type { OwnershipAnswer } from "../records/ownership.ts";
import type { MoneyRange, PlanLine, PlanQuestion } from "../records/plan.ts";
import type { Sourced } from "../records/sourced.ts";
import type { Sized } from "./plan-size.ts";

const P90 = 1.2816;
const P95 = 1.6449;
const PRICE_ERROR_SHARE = Math.log(1.25) / P90;
const DAY_S = 86_400;

/** Time to repair a node, for the spares that are bought. */
const REPAIR_S = 3 * DAY_S;

export interface Money {
  readonly lines: readonly PlanLine[];
  readonly total: MoneyRange;
  readonly cashByYear: readonly { readonly year: number; readonly midUsd: number }[];
  readonly spareNodeCount: number;
  readonly ownPriceShare: number;
}

/** Why there is no figure: a reason in words. */
export type Unpriced = string;

export function moneyOf(
  question: PlanQuestion,
  sized: Sized,
  priced: { readonly design: Design; readonly owned: OwnershipAnswer },
): Money | Unpriced {
  return question.basis === "rent"
    ? rented(question, sized, priced.design)
    : bought(question, sized, priced.owned);
}

function rented(question: PlanQuestion, sized: Sized, design: Design): Money | Unpriced {
  const { accelerator } = design.node;
  const rent = accelerator?.rents.find(({ kind }) => kind === question.rentKind);
  if (accelerator === undefined || rent === undefined) {
    return `${accelerator?.name ?? design.node.name} has no listed ${question.rentKind} price`;
  }
  const hourUsd = rent.usdPerS.value * 3600;
  const midUsd = sized.acceleratorCount * sized.p50S * rent.usdPerS.value;
  const price = `${fixed(hourUsd, 2)} USD an hour`;
  const words = `${fixed(sized.acceleratorCount)} × ${accelerator.name} at ${price}`;
  const spread = Math.hypot(priceSpread(rent.usdPerS), daySpread(sized));
  const lines = [ranged(`${words}, ${question.rentKind}`, midUsd, spread)];
  const cashByYear = byYear(question, sized, { atOnceUsd: 0, runningUsd: midUsd });
  const ownPriceShare = rent.usdPerS.provenance === "yours" ? 1 : 0;
  return { lines, total: sumOf(lines), cashByYear, spareNodeCount: 0, ownPriceShare };
}

function bought(question: PlanQuestion, sized: Sized, owned: OwnershipAnswer): Money | Unpriced {
  const { bill, yearEnergyUsd } = owned;
  if (bill.totalUsd === undefined) {
    return `not sold, or without a sourced price: ${bill.unpriced.join("; ")}`;
  }
  if (yearEnergyUsd === undefined) return owned.missing.join("; ");
  const spareNodeCount = spares(question, sized, bill);
  const node = bill.rows.find(({ materialClass }) => materialClass === "node");
  const spread = priceSpread(node?.unitUsd);
  const spareUsd = spareNodeCount * (node?.unitUsd?.value ?? 0);
  const energyUsd = (yearEnergyUsd * sized.p50S) / YEAR_S;
  const lines = [
    ranged("nodes with NICs", groupUsd(bill, isNode), spread),
    ranged(
      "network: switches, cables, optics",
      groupUsd(bill, (row) => !isNode(row)),
      spread,
    ),
    ranged(`${spareNodeCount} spare nodes`, spareUsd, spread),
    ranged(`energy of the run at ${owned.site.name}`, energyUsd, daySpread(sized)),
  ].filter(({ midUsd }) => midUsd > 0);
  const atOnceUsd = exactSum([bill.totalUsd, spareUsd]);
  const cashByYear = byYear(question, sized, { atOnceUsd, runningUsd: energyUsd });
  const total = sumOf(lines);
  const ownUsd = exactSum([
    groupUsd(bill, ({ unitUsd }) => unitUsd?.provenance === "yours"),
    node?.unitUsd?.provenance === "yours" ? spareUsd : 0,
  ]);
  const ownPriceShare = ownUsd / total.midUsd;
  return { lines, total, cashByYear, spareNodeCount, ownPriceShare };
}

/** A rack of 72 is repaired by trays of 4; whole racks are bought to have them. */
const TRAY = 4;

function spares({ failures }: PlanQuestion, { family }: Sized, bill: MaterialBill): number {
  const perNode = family.acceleratorsPerNode;
  const perUnit = perNode > 8 ? TRAY : perNode;
  const units = spareNodes({
    nodeCount: bill.counts.acceleratorCount / perUnit,
    acceleratorsPerNode: perUnit,
    preset: failures,
    repairS: REPAIR_S,
  });
  return Math.ceil((units * perUnit) / perNode);
}

const isNode = ({ materialClass }: Material): boolean =>
  materialClass === "node" || materialClass === "nic";

function groupUsd(bill: MaterialBill, isIn: (row: Material) => boolean): number {
  return exactSum(bill.rows.filter(isIn).map(({ totalUsd }) => totalUsd ?? 0));
}

const priceSpread = (price: Sourced | undefined): number =>
  price?.provenance === "yours" ? 0 : PRICE_ERROR_SHARE;

const daySpread = ({ p50S, p90S }: Sized): number => Math.log(p90S / p50S) / P90;

function ranged(name: string, midUsd: number, spread: number): PlanLine {
  const factor = Math.exp(P90 * spread);
  const badUsd = midUsd * Math.exp(P95 * spread);
  return { name, lowUsd: midUsd / factor, midUsd, highUsd: midUsd * factor, badUsd };
}

function sumOf(lines: readonly PlanLine[]): MoneyRange {
  return {
    lowUsd: exactSum(lines.map(({ lowUsd }) => lowUsd)),
    midUsd: exactSum(lines.map(({ midUsd }) => midUsd)),
    highUsd: exactSum(lines.map(({ highUsd }) => highUsd)),
    badUsd: exactSum(lines.map(({ badUsd }) => badUsd)),
  };
}

/** At the bad end, shared over the years as the middle is. */
export function dearestYearUsd({ cashByYear, total }: Pick<Money, "cashByYear" | "total">): number {
  const dearest = Math.max(...cashByYear.map(({ midUsd }) => midUsd));
  return (dearest * total.highUsd) / total.midUsd;
}

/** Capital on the first day, the rest evenly over the days of the run. */
function byYear(
  { startsOn }: PlanQuestion,
  { p50S }: Sized,
  { atOnceUsd, runningUsd }: { readonly atOnceUsd: number; readonly runningUsd: number },
): { year: number; midUsd: number }[] {
  const startMs = Date.parse(`${startsOn}T00:00:00Z`);
  const endMs = startMs + p50S * 1000;
  const firstYear = new Date(startMs).getUTCFullYear();
  const lastYear = new Date(endMs).getUTCFullYear();
  const rows: { year: number; midUsd: number }[] = [];
  for (let year = firstYear; year <= lastYear; year++) {
    const from = Math.max(startMs, Date.UTC(year, 0, 1));
    const to = Math.min(endMs, Date.UTC(year + 1, 0, 1));
    const share = (to - from) / (endMs - startMs);
    rows.push({ year, midUsd: (year === firstYear ? atOnceUsd : 0) + share * runningUsd });
  }
  return rows;
}
