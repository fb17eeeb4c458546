/** Points of one cluster over its sizes, with efficiency against a named base. */
import { at, present } from "../base/assert.ts";
import type { Cluster } from "../records/cluster.ts";
import type { Job, Scaling, Sharding } from "../records/job.ts";
import type { PointRow } from "../records/result.ts";
import type { Evaluator } from "./evaluator.ts";
import { evaluatePoint } from "./point.ts";
import type { Point } from "./point.ts";

export interface ScalingRequest {
  readonly cluster: Cluster;
  readonly job: Job;
  readonly rankCounts: readonly number[];
  readonly baseRankCount: number;
  readonly scaling: Scaling;
  readonly sharding: Sharding;
  /** Samples per accelerator of weak scaling. */
  readonly weakBatch: number;
}

/**
 * Efficiency of n accelerators against n₀ on the same cluster:
 *
 *     e(n) = (samples per second at n / n) / (samples per second at n₀ / n₀)
 */
export function scalingPoints(evaluator: Evaluator, request: ScalingRequest): Point[] {
  const { cluster, baseRankCount, rankCounts, scaling } = request;
  const at = (rankCount: number): Point =>
    evaluatePoint(evaluator, { cluster, rankCount, scaling, job: jobAt(request, rankCount) });
  const base = at(baseRankCount);
  const perRank = base.row.samplesPerS / baseRankCount;
  return rankCounts.map((rankCount) => {
    const point = rankCount === baseRankCount ? base : at(rankCount);
    const efficiency = point.row.samplesPerS / rankCount / perRank;
    return { ...point, row: { ...point.row, efficiency, baseRankCount } };
  });
}

function jobAt(request: ScalingRequest, rankCount: number): Job {
  const { job, sharding, scaling, weakBatch } = request;
  if (scaling === "strong") return { ...job, sharding };
  return { ...job, sharding, globalBatch: weakBatch * rankCount };
}

/**
 * The largest size up to which the limit holds without a gap; undefined if the smallest
 * already misses it. A size beyond a gap is not taken: who grows must pass the gap.
 */
export function largestHolding(
  rows: readonly PointRow[],
  efficiencyMin: number,
): number | undefined {
  const ascending = [...rows].sort((a, b) => a.rankCount - b.rankCount);
  const miss = ascending.findIndex((row) => present(row.efficiency, "efficiency") < efficiencyMin);
  const held = miss === -1 ? ascending.length : miss;
  return held === 0 ? undefined : at(ascending, held - 1).rankCount;
}
