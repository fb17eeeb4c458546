/** The two numbers that sensitivities watch, for one cluster at one size. */
import type { Cluster } from "../records/cluster.ts";
import type { Job } from "../records/job.ts";
import { costing, costRow } from "./costing.ts";
import type { Evaluator } from "./evaluator.ts";
import { evaluatePoint } from "./point.ts";
import type { Metrics } from "./sensitivity.ts";

/** Money in the ownership basis where the parts are sold, else as rent. */
export function pointMetrics(
  evaluator: Evaluator,
  cluster: Cluster,
  job: Job,
  rankCount: number,
): Metrics {
  const { row } = evaluatePoint(evaluator, { cluster, job, rankCount, scaling: "strong" });
  const { tables } = costing(evaluator, [cluster], [row]);
  const owned = costRow(tables, "ownership", row)?.millionSamplesUsd;
  const rented = costRow(tables, "rent", row)?.millionSamplesUsd;
  return { stepTimeS: row.stepTimeS, millionSamplesUsd: owned ?? rented };
}
