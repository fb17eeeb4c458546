/**
 * Why a million samples cost more on one cluster than on another of the same size.
 *
 *     cost(c, f, p) = p · (c + f) / global batch · 1e6
 *
 * with c the step's compute, f what communication adds to it (exposed, and the slowdown of
 * what hides it), p the USD per second of all accelerators. One figure after the other is
 * replaced, chip, then fabric, then price:
 *
 *     chip   = cost(c1, f0, p0) − cost(c0, f0, p0)
 *     fabric = cost(c1, f1, p0) − cost(c1, f0, p0)
 *     price  = cost(c1, f1, p1) − cost(c1, f1, p0)
 *
 * The order matters: what chip and price do together is counted as price. So chip and fabric
 * are told in the prices of the cluster one starts from.
 */
import { assert } from "../base/assert.ts";
import { exactSum } from "../base/sum.ts";
import type { CostBasis, CostDifference } from "../records/cost.ts";
import type { PointRow } from "../records/result.ts";
import { millionSamplesUsd } from "./tables.ts";

/** A point and what it spends; both of a difference are of one size and batch. */
export interface CostSubject {
  readonly row: Pick<
    PointRow,
    "clusterId" | "rankCount" | "globalBatch" | "computeS" | "stepTimeS"
  >;
  /** Of all accelerators together. */
  readonly usdPerS: number;
}

export function costDifference(
  basis: CostBasis,
  from: CostSubject,
  to: CostSubject,
): CostDifference {
  const { globalBatch, rankCount } = from.row;
  assert(rankCount === to.row.rankCount, "clusters are compared at the same size");
  assert(globalBatch === to.row.globalBatch, "clusters are compared at the same batch");
  const cost = (stepTimeS: number, totalUsdPerS: number): number =>
    millionSamplesUsd({ stepTimeS, totalUsdPerS, globalBatch });

  const chipUsd = cost(to.row.computeS - from.row.computeS, from.usdPerS);
  const fabricUsd = cost(fabricS(to) - fabricS(from), from.usdPerS);
  const priceUsd = cost(to.row.stepTimeS, to.usdPerS - from.usdPerS);
  const totalUsd = exactSum([chipUsd, fabricUsd, priceUsd]);

  const fromUsd = cost(from.row.stepTimeS, from.usdPerS);
  const toUsd = cost(to.row.stepTimeS, to.usdPerS);
  // The step of one in the prices of the other may dwarf both, and rounds like it.
  const betweenUsd = cost(to.row.stepTimeS, from.usdPerS);
  const slackUsd = 1e-12 * (fromUsd + betweenUsd + toUsd);
  assert(Math.abs(totalUsd - (toUsd - fromUsd)) <= slackUsd, "the parts are the difference");
  return {
    basis,
    fromClusterId: from.row.clusterId,
    toClusterId: to.row.clusterId,
    rankCount,
    chipUsd,
    fabricUsd,
    priceUsd,
    totalUsd,
  };
}

function fabricS({ row }: CostSubject): number {
  return row.stepTimeS - row.computeS;
}
