/**
 * Halving-doubling: log₂ m steps, each with a partner twice as far and half the data.
 *
 * Step b: members i and i XOR 2^b exchange halves of what they hold; the one whose bit b is
 * 0 keeps the lower half. The all-gather runs the same steps backwards. The nearest
 * partners exchange the most, which spares the upper tiers of a tree. A member ends with
 * the chunk whose number is its own, bits reversed; a library that must deliver chunk i to
 * rank i permutes its buffer first, which costs no message.
 * Source: Thakur, Rabenseifner & Gropp 2005, "Optimization of collective communication
 * operations in MPICH" (recursive vector halving and distance doubling).
 *
 *     T = 2·log₂(m)·a + 2(m−1)/m·S/B where nothing is contended and m is a power of two
 */
import { at } from "../../base/assert.ts";
import type { ChunkRange, Step } from "../../records/schedule.ts";
import { chunkOf, memberOf, rankAt, stepName } from "./stage.ts";
import type { Axis, Holding, Range, StageMaker } from "./stage.ts";

export function isPowerOfTwo(count: number): boolean {
  return count > 0 && (count & (count - 1)) === 0;
}

/**
 * The largest power of two of the members does it. Each of the others sends what it has to
 * its neighbor first and takes the result from it last (all-reduce only); so of the first
 * 2·rest members the even ones stay.
 */
export function halvingStage(axis: Axis): StageMaker {
  const depth = 31 - Math.clz32(axis.memberCount);
  const { isIn, numberOf, partner } = stayers(axis, axis.memberCount - 2 ** depth);
  return ({ rankCount, holding, share }) => {
    const scatter: Step[] = [];
    const gather: Step[] = [];
    const ranks = Int32Array.from({ length: rankCount }, (_, rank) => rank);
    const source = ranks.filter(isIn);
    const held = (rank: number, halvings: number) =>
      halved(at(holding(rank), 0), numberOf(rank), halvings);
    for (let bit = 0; bit < depth; bit++) {
      const distance = 2 ** bit;
      const target = source.map((rank) => partner(rank, distance));
      const messageBytes = new Float64Array(source.length).fill(share / (2 * distance));
      const head = { repeat: 1, source, target, messageBytes };
      scatter.push({
        ...head,
        name: `${stepName("reduce-scatter", axis)} at distance ${distance}`,
        part: (message) => ({ ...held(at(target, message), bit + 1), reduces: true }),
      });
      gather.unshift({
        ...head,
        name: `${stepName("all-gather", axis)} at distance ${distance}`,
        part: (message) => ({ ...held(at(source, message), bit + 1), reduces: false }),
      });
    }
    const folded = foldSteps(
      ranks.filter((rank) => !isIn(rank)),
      { axis, holding, share },
    );
    const after: Holding = (rank) => (isIn(rank) ? [held(rank, depth)] : []);
    return {
      scatter: [...folded.scatter, ...scatter],
      gather: [...gather, ...folded.gather],
      holding: after,
    };
  };
}

/** Who stays; their numbers among those; and whom a number further by XOR belongs to. */
function stayers(axis: Axis, rest: number) {
  const isIn = (rank: number): boolean => {
    const member = memberOf(axis, rank);
    return member >= 2 * rest || member % 2 === 0;
  };
  const numberOf = (rank: number): number => {
    const member = memberOf(axis, rank);
    return member < 2 * rest ? member / 2 : member - rest;
  };
  const partner = (rank: number, distance: number): number => {
    const other = numberOf(rank) ^ distance;
    return rankAt(axis, rank, other < rest ? 2 * other : other + rest);
  };
  return { isIn, numberOf, partner };
}

/** Members that are too many for a power of two hand over, and get the result back. */
function foldSteps(
  others: Int32Array,
  {
    axis,
    holding,
    share,
  }: { readonly axis: Axis; readonly holding: Holding; readonly share: number },
): { readonly scatter: readonly Step[]; readonly gather: readonly Step[] } {
  if (others.length === 0) return { scatter: [], gather: [] };
  const neighbors = others.map((rank) => rankAt(axis, rank, memberOf(axis, rank) - 1));
  const messageBytes = new Float64Array(others.length).fill(share);
  const part = (message: number, reduces: boolean): ChunkRange => ({
    ...at(holding(at(others, message)), 0),
    reduces,
  });
  return {
    scatter: [
      {
        name: stepName("reduce-scatter", axis) + " of the rest",
        repeat: 1,
        source: others,
        target: neighbors,
        messageBytes,
        part: (message) => part(message, true),
      },
    ],
    gather: [
      {
        name: stepName("all-gather", axis) + " of the rest",
        repeat: 1,
        source: neighbors,
        target: others,
        messageBytes,
        part: (message) => part(message, false),
      },
    ],
  };
}

/** What a member keeps after so many halvings: bit 0 of its number decides the first. */
function halved(whole: Range, member: number, halvings: number): Range {
  let range = whole;
  for (let bit = 0; bit < halvings; bit++) range = chunkOf(range, (member >> bit) & 1, 2);
  return range;
}
