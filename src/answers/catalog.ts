/** `catalog`: the figures that answers rest on, how old they are and who says so. */
import type { SortCount } from "./catalog-counts.ts";
import { catalogCounts, isUsed } from "./catalog-counts.ts";
import { ageDays, isStale, STALE_DAYS } from "../cost/age.ts";
import { exactSum } from "../base/sum.ts";
import { fixed, percent } from "../base/format.ts";
import type { CatalogFigure, CatalogPart } from "../records/catalog.ts";
import type { Sourced } from "../records/sourced.ts";

/** Own prices stand before the shipped ones of the same part, which stay visible. */
export function withOwnPrices(
  parts: readonly CatalogPart[],
  prices: ReadonlyMap<string, Sourced>,
): readonly CatalogPart[] {
  return parts.map((part) => {
    const own = prices.get(part.id);
    if (own === undefined) return part;
    const figure: CatalogFigure = {
      pointer: "/price",
      written: `${own.value} USD`,
      sourced: own,
      isPrice: true,
      priceKind: "purchase",
    };
    return { ...part, figures: [figure, ...part.figures] };
  });
}

/** The price by which a part is counted: what it is bought for, else what it is rented for. */
export function chosenPrice({ figures }: CatalogPart): CatalogFigure | undefined {
  return (
    figures.find(({ pointer }) => pointer === "/price") ??
    figures.find(({ pointer }) => pointer === "/rents/0/price")
  );
}

/** Whether a price is too old to order by on a day. */
export function isOldPrice({ isPrice, sourced }: CatalogFigure, asOf: string): boolean {
  return isPrice && isStale(sourced.date, asOf);
}

/** How old a figure is on a day; undefined where it has no date. */
export function ageOf({ sourced }: CatalogFigure, asOf: string): number | undefined {
  return ageDays(sourced.date, asOf);
}

export interface CatalogCheck {
  readonly asOf: string;
  readonly partCount: number;
  readonly figureCount: number;
  readonly assumedCount: number;
  /** Figures that were recalled, with no source read. */
  readonly recalledCount: number;
  /** Figures of which predictions, bills and costs are made. */
  readonly usedCount: number;
  readonly bySort: readonly SortCount[];
  readonly conflictCount: number;
  /** Findings in words, one line each. */
  readonly findings: readonly string[];
}

/** Prices by which something is counted are each named; further ones only tell a history. */
export function checkCatalog(parts: readonly CatalogPart[], asOf: string): CatalogCheck {
  const figures = parts.flatMap((part) => part.figures);
  const assumed = figures.filter(({ sourced }) => sourced.provenance === "assumed");
  const recalled = figures.filter(({ grade }) => grade === "recalled").length;
  const used = figures.filter(isUsed).length;
  const count = (of: (part: CatalogPart) => number): number => exactSum(parts.map(of));
  return {
    asOf,
    partCount: parts.length,
    figureCount: figures.length,
    assumedCount: assumed.length,
    recalledCount: recalled,
    usedCount: used,
    bySort: catalogCounts(parts),
    conflictCount: count(({ conflicts }) => conflicts.length),
    findings: [
      ...parts.flatMap((part) => oldPrice(part, asOf)),
      ...parts.flatMap((part) => laterFigures(part, asOf)),
      `${fixed(assumed.length)} of ${fixed(figures.length)} figures are assumed ` +
        `(${percent(figures.length === 0 ? 0 : assumed.length / figures.length)}).`,
      ...(recalled === 0 ? [] : [`${fixed(recalled)} of them are recalled, with no source read.`]),
      ...(used === figures.length
        ? []
        : [`${fixed(figures.length - used)} figures are shown and enter no prediction.`]),
      ...parts.flatMap(({ id, conflicts }) => conflicts.map((line) => `${id}: conflict: ${line}`)),
    ],
  };
}

function oldPrice(part: CatalogPart, asOf: string): string[] {
  const price = chosenPrice(part);
  if (price === undefined || !isOldPrice(price, asOf)) return [];
  const days = ageOf(price, asOf);
  const age = days === undefined ? "has no date" : `is ${fixed(days)} days old`;
  return [`${part.id}: price ${price.written} ${age}, above ${STALE_DAYS} on ${asOf}`];
}

/** A catalog asked about a day before its figures were known tells that. */
function laterFigures({ id, figures }: CatalogPart, asOf: string): string[] {
  const later = figures.filter((figure) => (ageOf(figure, asOf) ?? 0) < 0);
  return later.length === 0 ? [] : [`${id}: ${later.length} figures are younger than ${asOf}`];
}

export interface CatalogChange {
  readonly pointer: string;
  readonly from: string;
  readonly to: string;
  /** " (+12.0 %)"; empty where one has no such figure. */
  readonly change: string;
}

/**
 * From one part to another: figures that differ, and those only one has. Histories are not.
 * Figures with a name are compared by it; of several with one name the first.
 */
export function catalogDifference(from: CatalogPart, to: CatalogPart): readonly CatalogChange[] {
  const [before, after] = [comparable(from), comparable(to)];
  const pointers = new Set([...before.keys(), ...after.keys()]);
  return [...pointers].flatMap((pointer): CatalogChange[] => {
    const [a, b] = [before.get(pointer), after.get(pointer)];
    if (a !== undefined && b !== undefined && a.sourced.value === b.sourced.value) return [];
    const ratio = (b?.sourced.value ?? Number.NaN) / (a?.sourced.value ?? Number.NaN) - 1;
    const change = Number.isFinite(ratio) ? ` (${ratio < 0 ? "" : "+"}${percent(ratio)})` : "";
    return [{ pointer, from: a?.written ?? "none", to: b?.written ?? "none", change }];
  });
}

function comparable({ figures }: CatalogPart): ReadonlyMap<string, CatalogFigure> {
  const found = new Map<string, CatalogFigure>();
  for (const figure of figures) {
    const { pointer, name, isPrice } = figure;
    const isHistory = name === undefined ? /^\/(?:prices|rents\/[1-9])/.test(pointer) : isPrice;
    const key = name ?? pointer;
    if (!isHistory && !found.has(key)) found.set(key, figure);
  }
  return found;
}
