/**
 * Several rings inside a node that share no link, each with its part of the buffer in both
 * ways: on a cube mesh three rings of eight GPUs use all six links of each, on a full mesh
 * the rings are those of steps 1, 3 … that pass every rank. For one node.
 *
 *     T = 2(m−1)·(S/(2·R·m·B) + a),  R rings of m ranks, links of rate B a ring and way
 */
import { at, present } from "../../base/assert.ts";
import type { Graph } from "../../records/graph.ts";
import type { ChunkRange, Step } from "../../records/schedule.ts";
import { inNodeAxis } from "./hierarchical.ts";
import { parallelStage } from "./parallel.ts";
import { chunkOf, stepName } from "./stage.ts";
import type { Axis, PlannedStage, StageMaker } from "./stage.ts";

export function ringsProblem({ nodeRings, nodeCount }: Graph): string | undefined {
  if (nodeRings === undefined) return "needs a mesh inside the node, with rings that share no link";
  return nodeCount === 1 ? undefined : `is for one node; here are ${nodeCount}`;
}

export function disjointRingStages(graph: Graph): PlannedStage[] {
  const rings = present(graph.nodeRings, "rings inside the node");
  const axis = inNodeAxis(graph);
  const chains = rings
    .flatMap((ring) => [ring, ring.toReversed()])
    .map((ring) => [{ axis, make: orderedRing(axis, ring) }]);
  return [{ axis, make: parallelStage(chains) }];
}

/** The ring algorithm in the order given: chunk i ends on the i-th rank of the ring. */
function orderedRing(axis: Axis, ring: readonly number[]): StageMaker {
  const m = ring.length;
  const places = Int32Array.from(ring, (_, rank) => ring.indexOf(rank));
  return ({ rankCount, holding, share }) => {
    const source = Int32Array.from({ length: rankCount }, (_, rank) => rank);
    const target = source.map((rank) => at(ring, (at(places, rank) + 1) % m));
    const messageBytes = new Float64Array(rankCount).fill(share / m);
    const chunk = (rank: number, index: number) =>
      chunkOf(at(holding(rank), 0), ((index % m) + m) % m, m);
    const head = { repeat: m - 1, source, target, messageBytes };
    const scatter: Step = {
      ...head,
      name: stepName("reduce-scatter", axis),
      part: (rank, k): ChunkRange => ({
        ...chunk(rank, at(places, rank) - 1 - k),
        reduces: true,
      }),
    };
    const gather: Step = {
      ...head,
      name: stepName("all-gather", axis),
      part: (rank, k): ChunkRange => ({ ...chunk(rank, at(places, rank) - k), reduces: false }),
    };
    return {
      scatter: [scatter],
      gather: [gather],
      holding: (rank) => [chunk(rank, at(places, rank))],
    };
  };
}
