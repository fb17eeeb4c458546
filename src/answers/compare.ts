/**
 * `compare`: several clusters at several sizes. Up to which size does efficiency hold, on
 * which cluster, what binds beyond, what does it cost, and what would move the answer?
 */
import { at } from "../base/assert.ts";
import type { Cluster } from "../records/cluster.ts";
import type { Drawing } from "../records/drawing.ts";
import type { CompareQuestion, Scaling } from "../records/job.ts";
import type { CompareResult, Sensitivity } from "../records/result.ts";
import { assumptionsOf } from "./assumptions.ts";
import { compareAnswer } from "./compare-answer.ts";
import { costing, differencesFrom, withMoney } from "./costing.ts";
import { drawingOf } from "./drawing.ts";
import { Evaluator } from "./evaluator.ts";
import { command, headOf, referenceOf } from "./head.ts";
import type { Asked } from "./head.ts";
import { pointMetrics } from "./metrics.ts";
import type { Point } from "./point.ts";
import { recommend, summaryOf } from "./recommend.ts";
import type { Choice } from "./recommend.ts";
import { replayRows } from "./replay.ts";
import { scalingPoints } from "./scaling.ts";
import { sensitivities } from "./sensitivity.ts";
import { replicatedOptimizer } from "./what-if.ts";

/** Rent is the one basis in which every part has a price, sold or not. */
const ROW_BASIS = "rent";

export function answerCompare(question: CompareQuestion, asked: Asked): CompareResult {
  const evaluator = new Evaluator();
  const { clusters } = question;
  const strong = pointsOf(evaluator, question, "strong");
  const weak = pointsOf(evaluator, question, "weak").map((point) => point.row);
  const { bills, tables } = costing(evaluator, clusters, rowsOf(strong));
  const rows = withMoney(rowsOf(strong), tables, ROW_BASIS);
  const summaries = clusters.map((cluster) => summaryOf(question, cluster, rows));
  const recommended = recommend(summaries, rows, tables);
  const whatIf = replicatedOptimizer(evaluator, question);
  // What is drawn and moved: the recommended choice, else the first cluster at its largest.
  const shown = recommended ?? {
    clusterId: at(clusters, 0).id,
    rankCount: Math.max(...question.rankCounts),
  };
  return {
    ...headOf(question, asked, assumptionsOf(clusters), nextCommands(question, shown)),
    answer: compareAnswer({
      ...{ question, summaries, recommended, tables, whatIf },
      rows: [...rows, ...weak],
    }),
    kind: "compare",
    efficiencyMin: question.efficiencyMin,
    baseRankCount: question.baseRankCount,
    costBasis: ROW_BASIS,
    ...(recommended === undefined ? {} : { recommended }),
    clusters: summaries,
    rows: [...rows, ...weak],
    whatIfs: [whatIf],
    replays: replayRows(evaluator, question, asked),
    sensitivities: movedInputs(evaluator, question, shown),
    bills: bills.filter((bill) => bill.rankCount === shown.rankCount),
    costs: tables.map((table) => ({
      ...table,
      rows: table.rows.filter((row) => row.rankCount === shown.rankCount),
    })),
    differences: differencesFrom(tables, rows, shown),
    drawings: drawings(evaluator, clusters, strong, shown.rankCount),
    ...(asked.measurement === undefined ? {} : { measurement: asked.measurement }),
    ...(asked.measurementFile === undefined ? {} : { measurementFile: asked.measurementFile }),
  };
}

const rowsOf = (points: readonly Point[]) => points.map((point) => point.row);

function pointsOf(evaluator: Evaluator, question: CompareQuestion, scaling: Scaling): Point[] {
  const { clusters, job, rankCounts, baseRankCount, weakBatch } = question;
  const { sharding } = job;
  return clusters.flatMap((cluster) =>
    scalingPoints(evaluator, {
      cluster,
      job,
      rankCounts,
      baseRankCount,
      scaling,
      sharding,
      weakBatch,
    }),
  );
}

function movedInputs(
  evaluator: Evaluator,
  question: CompareQuestion,
  shown: Choice,
): Sensitivity[] {
  return sensitivities(clusterShown(question, shown), (changed) =>
    pointMetrics(evaluator, changed, question.job, shown.rankCount),
  );
}

/** Each cluster at the size shown, loaded by the collective that took longest there. */
function drawings(
  evaluator: Evaluator,
  clusters: readonly Cluster[],
  points: readonly Point[],
  rankCount: number,
): Drawing[] {
  return clusters.map((cluster) => {
    const point = points.find(
      ({ row }) => row.clusterId === cluster.id && row.rankCount === rankCount,
    );
    const longest = [...(point?.collectives ?? [])].sort(
      (a, b) => b.timeline.durationS - a.timeline.durationS,
    )[0];
    return drawingOf(cluster, evaluator.network(cluster, rankCount).graph, longest);
  });
}

function nextCommands(question: CompareQuestion, shown: Choice): string[] {
  const size = String(shown.rankCount);
  const cluster = referenceOf(clusterShown(question, shown));
  return [
    command(["topology", "show", cluster, "--ranks", size]),
    command([
      ...["collective", "reduce_scatter", "--cluster", cluster, "--ranks", size],
      ...["-b", "1M", "-e", "1G", "-f", "4"],
    ]),
    command([
      ...["simulate", "--model", question.job.model.id, "--cluster", cluster],
      ...["--accelerators", size, "--sharding", "replicated"],
    ]),
  ];
}

function clusterShown({ clusters }: CompareQuestion, shown: Choice): Cluster {
  return clusters.find((candidate) => candidate.id === shown.clusterId) ?? at(clusters, 0);
}
