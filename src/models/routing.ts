/** Which experts take a token where its router is not asked, and how rows are put in order. */
import { at } from "../base/assert.ts";

/** Fractional parts of their multiples fill the interval evenly; Roberts 2018, of order 1 and 2. */
const GOLDEN = 0.6180339887498949;
const PLASTIC = 0.7548776662466927;

/** The picks of the token at each place, `picks` a place. */
export function givenExperts(
  places: ArrayLike<number>,
  { expertCount, picks }: { readonly expertCount: number; readonly picks: number },
  routing: "balanced" | "skewed",
): Int32Array {
  const experts = new Int32Array(places.length * picks);
  for (let i = 0; i < places.length; i++) {
    const taken: number[] = [];
    for (let p = 0; p < picks; p++) {
      const expert =
        routing === "balanced"
          ? (at(places, i) * picks + p) % expertCount
          : popular(at(places, i) * (p % 2 === 0 ? GOLDEN : PLASTIC) + 0.5, expertCount, taken);
      taken.push(expert);
      experts[i * picks + p] = expert;
    }
  }
  return experts;
}

/** An expert not yet taken; the e-th has a share in proportion to 1/(e + 1), as Zipf's words. */
function popular(value: number, expertCount: number, taken: readonly number[]): number {
  const share = (expert: number) => (taken.includes(expert) ? 0 : 1 / (expert + 1));
  const all = Array.from({ length: expertCount }, (_, expert) => share(expert));
  let rest = (value % 1) * all.reduce((sum, one) => sum + one, 0);
  for (const [expert, one] of all.entries()) {
    if (rest < one) return expert;
    rest -= one;
  }
  return all.findLastIndex((one) => one > 0);
}

/** Rows sorted by expert. */
export interface Order {
  /** For each place of the sorted rows, which row of the tokens comes there. */
  readonly rows: Int32Array;
  /** For each pick, its place among the sorted rows. */
  readonly places: Int32Array;
  /** Picks of each expert. */
  readonly counts: readonly number[];
}

export function sortedByExpert(experts: Int32Array, picks: number, expertCount: number): Order {
  const counts = Array.from({ length: expertCount }, () => 0);
  for (const expert of experts) counts[expert]! += 1;
  const next = counts.map((_, expert) => sum(counts.slice(0, expert)));
  const rows = new Int32Array(experts.length);
  const places = new Int32Array(experts.length);
  for (let pick = 0; pick < experts.length; pick++) {
    const place = next[experts[pick]!]!++;
    rows[place] = Math.floor(pick / picks);
    places[pick] = place;
  }
  return { rows, places, counts };
}

/**
 * Rows that came from several ranks, each rank's sorted by expert, put in the order of experts.
 * `received[s][e]` counts rows of rank s for the local expert e.
 */
export function regrouped(received: readonly (readonly number[])[]): {
  /** For each new place, the old one; and the reverse. */
  readonly order: Int32Array;
  readonly back: Int32Array;
  readonly counts: readonly number[];
} {
  const starts: number[][] = [];
  let total = 0;
  for (const counts of received) {
    starts.push(counts.map((count) => (total += count) - count));
  }
  const order = new Int32Array(total);
  const back = new Int32Array(total);
  let place = 0;
  const localCount = at(received, 0).length;
  const counts = Array.from({ length: localCount }, (_, expert) => {
    const first = place;
    for (const [source, own] of received.entries()) {
      for (let i = 0; i < at(own, expert); i++) {
        const old = at(at(starts, source), expert) + i;
        order[place] = old;
        back[old] = place++;
      }
    }
    return place - first;
  });
  return { order, back, counts };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
