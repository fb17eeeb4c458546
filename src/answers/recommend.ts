/** Which cluster to take of those that hold the limit: the cheapest at its largest size. */
import type { Cluster } from "../records/cluster.ts";
import type { CostTable } from "../records/cost.ts";
import type { CompareQuestion } from "../records/job.ts";
import type { ClusterSummary, PointRow } from "../records/result.ts";
import { costRow } from "./costing.ts";
import { largestHolding } from "./scaling.ts";

export interface Choice {
  readonly clusterId: string;
  readonly rankCount: number;
}

export function summaryOf(
  question: CompareQuestion,
  cluster: Cluster,
  rows: readonly PointRow[],
): ClusterSummary {
  const own = rows.filter((row) => row.clusterId === cluster.id && row.scaling === "strong");
  const largest = largestHolding(own, question.efficiencyMin);
  return {
    clusterId: cluster.id,
    name: cluster.name,
    summary: cluster.summary,
    accelerator: cluster.node.accelerator?.name ?? cluster.node.name,
    ...(largest === undefined ? {} : { largestRankCount: largest }),
    largestIsUpperBound: largest === Math.max(...question.rankCounts),
  };
}

/** Rents per million samples within this share of the least are too close to call. */
const TOO_CLOSE = 0.01;

/**
 * Each cluster at its largest size that holds the limit; of these the one with the least
 * rent per million samples. Those within 1 % of it are told apart by their capital, as rent
 * knows no fabric; then by size, the larger first.
 *
 * Not simply the largest: a slow accelerator hides communication longer and so holds its
 * efficiency further, without training any faster or cheaper.
 */
export function recommend(
  summaries: readonly ClusterSummary[],
  rows: readonly PointRow[],
  tables: readonly CostTable[],
): Choice | undefined {
  const choices = summaries.flatMap(({ clusterId, largestRankCount }) => {
    if (largestRankCount === undefined) return [];
    const choice = { clusterId, rankCount: largestRankCount };
    const capitalUsd = costRow(tables, "ownership", choice)?.capitalUsd ?? Infinity;
    return [{ choice, rentUsd: rentUsd(rows, choice), capitalUsd }];
  });
  const leastUsd = Math.min(...choices.map(({ rentUsd }) => rentUsd));
  const close = choices.filter(({ rentUsd }) => rentUsd <= leastUsd * (1 + TOO_CLOSE));
  const [first] = close.sort(
    (a, b) => compareNumbers(a.capitalUsd, b.capitalUsd) || b.choice.rankCount - a.choice.rankCount,
  );
  return first?.choice;
}

function rentUsd(rows: readonly PointRow[], choice: Choice): number {
  const row = rows.find(
    ({ clusterId, rankCount }) => clusterId === choice.clusterId && rankCount === choice.rankCount,
  );
  return row?.millionSamplesUsd ?? Infinity;
}

/** Unlike a difference, right for two infinities. */
const compareNumbers = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
