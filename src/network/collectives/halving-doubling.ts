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
 *     T = 2·log₂(m)·a + 2(m−1)/m·S/B where nothing is contended
 */
import { at } from "../../base/assert.ts";
import type { Step } from "../../records/schedule.ts";
import { chunkOf, memberOf, rankAt, stepName } from "./stage.ts";
import type { Axis, Holding, Range, StageMaker } from "./stage.ts";

export function isPowerOfTwo(count: number): boolean {
  return count > 0 && (count & (count - 1)) === 0;
}

export function halvingStage(axis: Axis): StageMaker {
  return ({ rankCount, holding, share }) => {
    const scatter: Step[] = [];
    const gather: Step[] = [];
    const source = Int32Array.from({ length: rankCount }, (_, rank) => rank);
    const depth = 31 - Math.clz32(axis.memberCount);
    const held = (rank: number, halvings: number) =>
      halved(at(holding(rank), 0), memberOf(axis, rank), halvings);
    for (let bit = 0; bit < depth; bit++) {
      const distance = 2 ** bit;
      const target = source.map((rank) => rankAt(axis, rank, memberOf(axis, rank) ^ distance));
      const messageBytes = new Float64Array(rankCount).fill(share / (2 * distance));
      const head = { repeat: 1, source, target, messageBytes };
      scatter.push({
        ...head,
        name: `${stepName("reduce-scatter", axis)} at distance ${distance}`,
        part: (rank) => ({ ...held(at(target, rank), bit + 1), reduces: true }),
      });
      gather.unshift({
        ...head,
        name: `${stepName("all-gather", axis)} at distance ${distance}`,
        part: (rank) => ({ ...held(rank, bit + 1), reduces: false }),
      });
    }
    const after: Holding = (rank) => [held(rank, depth)];
    return { scatter, gather, holding: after };
  };
}

/** What a member keeps after so many halvings: bit 0 of its number decides the first. */
function halved(whole: Range, member: number, halvings: number): Range {
  let range = whole;
  for (let bit = 0; bit < halvings; bit++) range = chunkOf(range, (member >> bit) & 1, 2);
  return range;
}
