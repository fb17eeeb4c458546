/**
 * Ring: m ranks pass chunks to their right neighbor.
 *
 * The buffer is cut into m chunks. In m−1 steps each rank passes on a partial sum, until
 * chunk i is whole on member i; in m−1 more steps the whole chunks go round. A rank sends
 * 2(m−1)/m of the buffer, which no algorithm without help from switches can beat.
 * Source: Patarasuk & Yuan 2009, "Bandwidth optimal all-reduce algorithms for clusters of
 * workstations".
 *
 *     T = 2(m−1)·(S/(m·B) + a)
 */
import { at } from "../../base/assert.ts";
import type { Step } from "../../records/schedule.ts";
import { chunkOf, memberOf, rankAt, stepName } from "./stage.ts";
import type { Axis, Holding, StageMaker } from "./stage.ts";

export function ringStage(axis: Axis): StageMaker {
  const m = axis.memberCount;
  return ({ rankCount, holding, share }) => {
    const source = Int32Array.from({ length: rankCount }, (_, rank) => rank);
    const target = source.map((rank) => rankAt(axis, rank, (memberOf(axis, rank) + 1) % m));
    const messageBytes = new Float64Array(rankCount).fill(share / m);
    const chunk = (rank: number, index: number) =>
      chunkOf(at(holding(rank), 0), ((index % m) + m) % m, m);
    const head = { repeat: m - 1, source, target, messageBytes };
    const scatter: Step = {
      ...head,
      name: stepName("reduce-scatter", axis),
      part: (rank, k) => ({ ...chunk(rank, memberOf(axis, rank) - 1 - k), reduces: true }),
    };
    const gather: Step = {
      ...head,
      name: stepName("all-gather", axis),
      part: (rank, k) => ({ ...chunk(rank, memberOf(axis, rank) - k), reduces: false }),
    };
    const after: Holding = (rank) => [chunk(rank, memberOf(axis, rank))];
    return { scatter: [scatter], gather: [gather], holding: after };
  };
}
