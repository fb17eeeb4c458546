/** Bills and cost tables of points, in the two bases: owning and renting. */
import { assert } from "../base/assert.ts";
import { billOfMaterials } from "../cost/bill.ts";
import { costDifference } from "../cost/difference.ts";
import { costTable } from "../cost/tables.ts";
import type { Cluster } from "../records/cluster.ts";
import type { Bill, CostBasis, CostDifference, CostRow, CostTable } from "../records/cost.ts";
import type { PointRow } from "../records/result.ts";
import type { Evaluator } from "./evaluator.ts";

export interface Costing {
  readonly bills: readonly Bill[];
  readonly tables: readonly CostTable[];
}

/** One line per point and basis; bills once per cluster and size. */
export function costing(
  evaluator: Evaluator,
  clusters: readonly Cluster[],
  rows: readonly PointRow[],
): Costing {
  const entries = rows.map((row) => {
    const cluster = clusters.find((candidate) => candidate.id === row.clusterId);
    assert(cluster !== undefined, "a row is of one of the clusters");
    const bill = billOfMaterials(cluster, evaluator.network(cluster, row.rankCount).graph);
    return { cluster, bill, stepTimeS: row.stepTimeS, globalBatch: row.globalBatch };
  });
  const bases: readonly CostBasis[] = ["ownership", "rent"];
  return {
    bills: entries.map((entry) => entry.bill),
    tables: bases.map((basis) => costTable(basis, entries)),
  };
}

export function costRow(
  tables: readonly CostTable[],
  basis: CostBasis,
  row: Pick<PointRow, "clusterId" | "rankCount">,
): CostRow | undefined {
  const table = tables.find((candidate) => candidate.basis === basis);
  return table?.rows.find(
    ({ clusterId, rankCount }) => clusterId === row.clusterId && rankCount === row.rankCount,
  );
}

const S_PER_HOUR = 3600;

/** Rows with the money of one basis beside them; rows without a price stay as they are. */
export function withMoney(
  rows: readonly PointRow[],
  tables: readonly CostTable[],
  basis: CostBasis,
): PointRow[] {
  return rows.map((row) => {
    const cost = costRow(tables, basis, row);
    const capital = costRow(tables, "ownership", row)?.capitalUsd;
    if (cost?.totalUsdPerS === undefined || cost.millionSamplesUsd === undefined) {
      return capital === undefined ? row : { ...row, capitalUsd: capital };
    }
    return {
      ...row,
      ...(capital === undefined ? {} : { capitalUsd: capital }),
      usdPerHour: cost.totalUsdPerS * S_PER_HOUR,
      millionSamplesUsd: cost.millionSamplesUsd,
    };
  });
}

/** From the recommended cluster to each other one at the same size, in each basis. */
export function differencesFrom(
  tables: readonly CostTable[],
  rows: readonly PointRow[],
  from: Pick<PointRow, "clusterId" | "rankCount">,
): CostDifference[] {
  const sameSize = rows.filter((row) => row.rankCount === from.rankCount);
  return tables.flatMap(({ basis }) => {
    const subjects = sameSize.flatMap((row) => {
      const usdPerS = costRow(tables, basis, row)?.totalUsdPerS;
      return usdPerS === undefined ? [] : [{ row, usdPerS }];
    });
    const base = subjects.find(({ row }) => row.clusterId === from.clusterId);
    if (base === undefined) return [];
    return subjects
      .filter((subject) => subject !== base)
      .map((subject) => costDifference(basis, base, subject));
  });
}
