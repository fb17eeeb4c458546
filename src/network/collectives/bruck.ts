/**
 * Bruck: ⌈log₂ m⌉ steps for any number of members.
 *
 * Gather: after step k member i holds the chunks i … i + 2^(k+1) − 1 (mod m): it has sent
 * those it had to member i − 2^k and taken those of i + 2^k. The scatter runs the same steps
 * backwards and adds. The last step carries the most, over the greatest distance.
 * Source: Bruck, Ho, Kipnis, Upfal & Weathersby 1997, "Efficient algorithms for all-to-all
 * communications in multiport message-passing systems", IEEE TPDS 8(11).
 *
 *     T = 2·⌈log₂ m⌉·a + 2(m−1)/m·S/B where nothing is contended
 */
import { at } from "../../base/assert.ts";
import type { ChunkRange, Step } from "../../records/schedule.ts";
import { chunkOf, memberOf, rankAt, stepName } from "./stage.ts";
import type { Axis, Holding, StageMaker } from "./stage.ts";

export function bruckStage(axis: Axis): StageMaker {
  const m = axis.memberCount;
  return ({ rankCount, holding, share }) => {
    const scatter: Step[] = [];
    const gather: Step[] = [];
    const all = Int32Array.from({ length: rankCount }, (_, rank) => rank);
    /** So many chunks from the member's own on, round the end of the buffer. */
    const chunks = (rank: number, count: number, reduces: boolean): ChunkRange => {
      const whole = at(holding(rank), 0);
      const first = memberOf(axis, rank);
      const from = chunkOf(whole, first, m).from;
      if (first + count <= m) return { from, to: chunkOf(whole, first + count - 1, m).to, reduces };
      const rest = chunkOf(whole, first + count - 1 - m, m).to;
      return { from, to: whole.to, reduces, wrapped: { from: whole.from, to: rest, reduces } };
    };
    for (let distance = 1; distance < m; distance *= 2) {
      const count = Math.min(distance, m - distance);
      const before = all.map((rank) =>
        rankAt(axis, rank, (memberOf(axis, rank) + m - distance) % m),
      );
      const messageBytes = new Float64Array(rankCount).fill((count * share) / m);
      const head = { repeat: 1, messageBytes };
      gather.push({
        ...head,
        name: `${stepName("all-gather", axis)} at distance ${distance}`,
        source: all,
        target: before,
        part: (rank) => chunks(rank, count, false),
      });
      scatter.unshift({
        ...head,
        name: `${stepName("reduce-scatter", axis)} at distance ${distance}`,
        source: before,
        target: all,
        part: (rank) => chunks(rank, count, true),
      });
    }
    const after: Holding = (rank) => [chunkOf(at(holding(rank), 0), memberOf(axis, rank), m)];
    return { scatter, gather, holding: after };
  };
}
