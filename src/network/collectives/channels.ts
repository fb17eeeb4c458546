/**
 * Rings side by side, each on its part of the buffer.
 *
 * Both ways: one ring to the right, one to the left, so that both directions of every link
 * work. Channels: as many rings as a node has ranks; ring c passes through each node from
 * its rank c round to its rank c − 1, so that every port of the node carries one ring in and
 * one out, as NCCL lays its channels over the NICs.
 *
 *     T = 2(n−1)·(S/(n·g·B) + a) over g ports of rate B, where nothing inside binds
 */
import type { Graph } from "../../records/graph.ts";
import { chunkOf, stepName } from "./stage.ts";
import type { Axis, Holding, PlannedStage, StageMaker } from "./stage.ts";
import type { Step } from "../../records/schedule.ts";

/** One chain a channel. */
export function channelChains(graph: Graph, axis: Axis): PlannedStage[][] {
  const { ranksPerNode: g, rankCount } = graph;
  return Array.from({ length: g }, (_, c) => {
    // The ranks in the order in which ring c meets them.
    const order = Int32Array.from(
      { length: rankCount },
      (_, i) => Math.floor(i / g) * g + ((i + c) % g),
    );
    return [{ axis, make: orderedRing(order, axis) }];
  });
}

/** A ring through all ranks in any order; the rank at place i keeps chunk i. */
function orderedRing(order: Int32Array, axis: Axis): StageMaker {
  const m = order.length;
  const placeOf = new Int32Array(m);
  order.forEach((rank, place) => (placeOf[rank] = place));
  return ({ rankCount, holding, share }) => {
    const source = Int32Array.from({ length: rankCount }, (_, rank) => rank);
    const target = source.map((rank) => order[(placeOf[rank]! + 1) % m]!);
    const messageBytes = new Float64Array(rankCount).fill(share / m);
    const chunk = (rank: number, index: number) =>
      chunkOf(holding(rank)[0]!, ((index % m) + m) % m, m);
    const head = { repeat: m - 1, source, target, messageBytes };
    const scatter: Step = {
      ...head,
      name: stepName("reduce-scatter", axis),
      part: (rank, k) => ({ ...chunk(rank, placeOf[rank]! - 1 - k), reduces: true }),
    };
    const gather: Step = {
      ...head,
      name: stepName("all-gather", axis),
      part: (rank, k) => ({ ...chunk(rank, placeOf[rank]! - k), reduces: false }),
    };
    const after: Holding = (rank) => [chunk(rank, placeOf[rank]!)];
    return { scatter: [scatter], gather: [gather], holding: after };
  };
}
