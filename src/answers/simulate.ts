/** `simulate`: one job on one cluster at one size. */
import { duration, fixed, percent } from "../base/format.ts";
import type { SimulateQuestion } from "../records/job.ts";
import type { PointRow, SimulateResult } from "../records/result.ts";
import { assumptionsOf } from "./assumptions.ts";
import { costing, withMoney } from "./costing.ts";
import { drawingOf } from "./drawing.ts";
import { Evaluator } from "./evaluator.ts";
import { command, headOf, referenceOf } from "./head.ts";
import type { Asked } from "./head.ts";
import { networkWords } from "./network-words.ts";
import { pointMetrics } from "./metrics.ts";
import { evaluatePoint } from "./point.ts";
import { sensitivities } from "./sensitivity.ts";
import { stalePrices } from "./stale.ts";

export function answerSimulate(question: SimulateQuestion, asked: Asked): SimulateResult {
  const { cluster, job, rankCount, network = {} } = question;
  const evaluator = new Evaluator(network);
  const point = evaluatePoint(evaluator, { cluster, job, rankCount, scaling: "strong" });
  const { bills, tables } = costing(evaluator, [cluster], [point.row]);
  const rows = withMoney([point.row], tables, "rent");
  const longest = [...point.collectives].sort(
    (a, b) => b.timeline.durationS - a.timeline.durationS,
  )[0];
  const { graph } = evaluator.network(cluster, rankCount);
  const size = String(rankCount);
  const used = question.network === undefined ? [] : networkWords(network);
  const beware = [...stalePrices([cluster], question.asOf), NOT_COMPARED, ...used];
  return {
    ...headOf(question, asked, assumptionsOf([cluster]), [
      command(["topology", "show", referenceOf(cluster), "--ranks", size]),
      command(["explain", "mfu"]),
      command(["solve", "--model", job.model.id, "--cluster", referenceOf(cluster), ...UNTIL]),
    ]),
    answer: { sentence: sentenceOf(point.row), verdict: "answer", beware },
    kind: "simulate",
    costBasis: "rent",
    rows,
    sensitivities: sensitivities(cluster, (changed) =>
      pointMetrics(evaluator, changed, job, rankCount),
    ),
    bills,
    costs: tables,
    drawings: [drawingOf(cluster, graph, longest)],
  };
}

const UNTIL = ["--vary", "accelerators", "--until", "efficiency >= 90%"];

const NOT_COMPARED =
  "The constants of compute were fitted on other published runs; no measured run of this " +
  "model on this cluster stands beside the prediction yet.";

function sentenceOf(row: PointRow): string {
  const { kind, id } = row.limit;
  const limit = kind === "compute" ? "compute" : `${kind} (${id})`;
  return (
    `A step of ${row.model} on ${fixed(row.rankCount)} accelerators of ${row.clusterName} takes ` +
    `${duration(row.stepTimeS)}, of which ${duration(row.exposedCommS)} is communication that ` +
    `nothing hides; ${percent(row.mfu)} of the dense bf16 peak, limited by ${limit}.`
  );
}
