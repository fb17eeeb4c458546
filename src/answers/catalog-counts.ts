/** How much of the catalog predictions use, how much is only shown, and how sure it is. */
import type { CatalogFigure, CatalogPart } from "../records/catalog.ts";

export interface SortCount {
  readonly sort: string;
  readonly partCount: number;
  readonly figureCount: number;
  /** Figures that predictions, bills and costs are made of. */
  readonly usedCount: number;
  /** Assumed ones, recalled ones among them. */
  readonly assumedCount: number;
  /** Recalled, with no source read. */
  readonly recalledCount: number;
}

/** Histories of prices stand in a part's own file, and none of them is used. */
export function isUsed({ name, pointer }: CatalogFigure): boolean {
  return name === undefined && !pointer.startsWith("/prices/");
}

/** In the order in which the sorts come. */
export function catalogCounts(parts: readonly CatalogPart[]): readonly SortCount[] {
  const sorts = [...new Set(parts.map(({ sort }) => sort))];
  return sorts.map((sort) => {
    const ofSort = parts.filter((part) => part.sort === sort);
    const figures = ofSort.flatMap((part) => part.figures);
    const count = (is: (figure: CatalogFigure) => boolean): number => figures.filter(is).length;
    return {
      sort,
      partCount: ofSort.length,
      figureCount: figures.length,
      usedCount: count(isUsed),
      assumedCount: count(({ sourced }) => sourced.provenance === "assumed"),
      recalledCount: count(({ grade }) => grade === "recalled"),
    };
  });
}
