/**
 * Collectives with a root, rank 0: gather, scatter and reduce.
 *
 * `direct`: everyone to or from the root at once, n−1 messages over its port. `binomial`: in
 * ⌈log₂ n⌉ steps along the tree of the broadcast, blocks joined on the way. `chain`: chunks
 * along a line of ranks, pipelined, as NCCL's ring does it. A reduction by
 * `scatter-all-gather`'s mirror image sums chunks round a ring and gathers them.
 * Source: Thakur, Rabenseifner & Gropp 2005, "Optimization of collective communication
 * operations in MPICH", sections 3.5 and 4.4.
 *
 *     direct gather: T = a + (n−1)/n·S/B,  binomial: T = ⌈log₂ n⌉·a + (n−1)/n·S/B
 */
import type { Collective, Program, Step } from "../../records/schedule.ts";
import type { PipelineEdge } from "./pipeline.ts";
import { ringStage } from "./ring.ts";

type Made = (rankCount: number, sizeBytes: number) => Program;

/** Block r of the root's buffer is rank r's. */
export function direct(collective: "gather" | "scatter"): Made {
  return (rankCount, sizeBytes) => {
    const others = Int32Array.from({ length: rankCount - 1 }, (_, i) => i + 1);
    const root = new Int32Array(rankCount - 1);
    const isGather = collective === "gather";
    const step: Step = {
      name: `${collective} at once`,
      repeat: 1,
      source: isGather ? others : root,
      target: isGather ? root : others,
      messageBytes: new Float64Array(rankCount - 1).fill(sizeBytes / rankCount),
      part: (m) => ({ from: (m + 1) / rankCount, to: (m + 2) / rankCount, reduces: false }),
    };
    const steps = rankCount === 1 ? [] : [step];
    return { collective, algorithm: "direct", rankCount, sizeBytes, steps };
  };
}

/** Rank r and the d − 1 behind it belong together after the steps of distance below d. */
export function binomial(collective: "gather" | "scatter" | "reduce"): Made {
  return (rankCount, sizeBytes) => {
    const steps: Step[] = [];
    for (let distance = 1; distance < rankCount; distance *= 2) {
      const upper: number[] = [];
      for (let r = distance; r < rankCount; r += 2 * distance) upper.push(r);
      const step = binomialStep(collective, upper, { distance, rankCount, sizeBytes });
      if (collective === "scatter") steps.unshift(step);
      else steps.push(step);
    }
    return { collective, algorithm: "binomial", rankCount, sizeBytes, steps };
  };
}

function binomialStep(
  collective: Collective,
  upper: readonly number[],
  size: { readonly distance: number; readonly rankCount: number; readonly sizeBytes: number },
): Step {
  const { distance, rankCount, sizeBytes } = size;
  const isWhole = collective === "reduce";
  const up = Int32Array.from(upper);
  const down = up.map((rank) => rank - distance);
  const blocks = (rank: number) => ({
    from: isWhole ? 0 : rank / rankCount,
    to: isWhole ? 1 : Math.min(rank + distance, rankCount) / rankCount,
    reduces: isWhole,
  });
  return {
    name: `${collective} at distance ${distance}`,
    repeat: 1,
    source: collective === "scatter" ? down : up,
    target: collective === "scatter" ? up : down,
    messageBytes: Float64Array.from(upper, (rank) => {
      const { from, to } = blocks(rank);
      return (to - from) * sizeBytes;
    }),
    part: (m) => blocks(upper[m]!),
  };
}

/** A line of ranks: down from rank 0, or up to it with sums. */
export function chainEdges(rankCount: number, collective: "broadcast" | "reduce"): PipelineEdge[] {
  return Array.from({ length: rankCount - 1 }, (_, i) => {
    const reduces = collective === "reduce";
    const near = reduces ? rankCount - 2 - i : i;
    const [source, target] = reduces ? [near + 1, near] : [near, near + 1];
    return { part: 0, source, target, startStep: i, reduces };
  });
}

/** A ring sums, so that rank r has chunk r; a binomial gather brings the chunks to rank 0. */
export const ringReduce: Made = (rankCount, sizeBytes) => {
  const axis = { name: "", rankStep: 1, memberCount: rankCount };
  const holding = () => [{ from: 0, to: 1 }];
  const ring = ringStage(axis)({ rankCount, holding, share: sizeBytes });
  const gathered = binomial("gather")(rankCount, sizeBytes).steps;
  const steps = rankCount === 1 ? [] : [...ring.scatter, ...gathered];
  return { collective: "reduce", algorithm: "scatter-all-gather", rankCount, sizeBytes, steps };
};
