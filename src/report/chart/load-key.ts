/** The key of the grey ramp: share of a link's capacity that was used. */
import type { DrawnTier } from "../../records/drawing.ts";
import { at } from "../../base/assert.ts";
import { bitRate, fixed, percent } from "../../base/format.ts";
import type { Values } from "./chart.ts";
import type { Pen, Point } from "./svg.ts";
import { wrapped } from "./text-width.ts";

const EDGES = [0, 10, 30, 50, 70, 90, 100];

/** Six swatches with their edges, then what the load is of, in one or more lines. */
export function drawLoadKey(pen: Pen, [x, y]: Point, words: string, wordsWidth: number): void {
  const swatch = 26;
  EDGES.forEach((edge, step) => {
    if (step < 6)
      pen.rect({ x: x + 6 + step * swatch, y, width: swatch - 1, height: 10 }, `u${step}`);
    const text = step === 6 ? "100\u00a0%" : fixed(edge);
    const middle = x + 6 + step * swatch;
    if (step === 6) pen.text([middle - 8, y + 25], text, { style: "axis" });
    else pen.text([middle, y + 25], text, { style: "axis", anchor: "middle" });
  });
  const below = wordsWidth < 330;
  const place: Point = below ? [x, y + 43] : [x + 6 * swatch + 60, y + 10];
  wrapped(words, below ? wordsWidth : wordsWidth - 220, 11.5, "regular")
    .slice(0, 3)
    .forEach((line, index) =>
      pen.text([place[0], place[1] + 15 * index], line, { style: "small" }),
    );
}

/** "leaf to spine" words of a tier's load. */
export const busyWords = (tier: DrawnTier): string =>
  `busiest ${percent(tier.utilizationMax, 0)}, mean ${percent(tier.utilizationMean, 0)}`;

export const cableWords = (tier: DrawnTier): string =>
  `${fixed(tier.cableCount)} links of ${bitRate(tier.linkBytesPerS)}`;

/** Links inside a node: no part of the fabric that is drawn. */
const INSIDE = ["scale-up", "nic"];

export const fabricTiers = (tiers: readonly DrawnTier[]): DrawnTier[] =>
  tiers.filter((tier) => !INSIDE.includes(tier.kind));

/** The busiest tier between nodes; inside a node only if there is no other. */
export function busiestTier(tiers: readonly DrawnTier[]): DrawnTier | undefined {
  const outside = fabricTiers(tiers);
  const candidates = outside.length > 0 ? outside : tiers;
  return candidates.toSorted((a, b) => b.utilizationMax - a.utilizationMax)[0];
}

export function tierValues(tiers: readonly DrawnTier[]): Values {
  return {
    columns: ["Links", "Count", "Rate of one direction, B/s", "Busiest, ratio", "Mean, ratio"],
    rows: tiers.map((tier) => [
      tier.name,
      tier.cableCount,
      tier.linkBytesPerS,
      tier.utilizationMax,
      tier.utilizationMean,
    ]),
  };
}

/** A shown element that may stand for several. */
export interface Glyph {
  readonly index: number;
  readonly count: number;
}

/** All of `count` elements if they are few; else the first three, the middle as one, the last. */
export function collapsed(count: number, most: number): Glyph[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => ({ index, count: 1 }));
  const ends = [0, 1, 2].map((index) => ({ index, count: 1 }));
  return [...ends, { index: 3, count: count - 4 }, { index: count - 1, count: 1 }];
}

/** Splits a length into equal cells with a gap between; start and width of cell `index`. */
export function cell(
  [from, to]: Point,
  count: number,
  gap: number,
): (index: number) => { x: number; width: number } {
  const width = (to - from - gap * (count - 1)) / count;
  return (index) => ({ x: from + index * (width + gap), width });
}

/** `total` split like running sums, so that rounded parts add up to it. */
export function splitLike(weights: readonly number[], total: number): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  let running = 0;
  let given = 0;
  return weights.map((_, index) => {
    running += at(weights, index);
    const until = sum === 0 ? 0 : Math.round((running / sum) * total);
    const part = until - given;
    given = until;
    return part;
  });
}
