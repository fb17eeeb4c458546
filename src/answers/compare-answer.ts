/** The sentence a reader takes away from a comparison, and what to know before acting. */
import { present } from "../base/assert.ts";
import { duration, fixed, percent, usd } from "../base/format.ts";
import type { CostTable } from "../records/cost.ts";
import type { CompareQuestion } from "../records/job.ts";
import type { Answer, ClusterSummary, PointRow, WhatIf } from "../records/result.ts";
import { costRow } from "./costing.ts";
import type { Choice } from "./recommend.ts";
import { stalePrices } from "./stale.ts";

export interface Compared {
  readonly question: CompareQuestion;
  readonly summaries: readonly ClusterSummary[];
  readonly rows: readonly PointRow[];
  readonly recommended: Choice | undefined;
  readonly tables: readonly CostTable[];
  readonly whatIf: WhatIf;
}

export function compareAnswer(compared: Compared): Answer {
  const { question, recommended, whatIf } = compared;
  const beware = [
    ...(recommended === undefined ? [] : further(compared, recommended)),
    whatIf.finding,
    rentNote(compared),
    ...stalePrices(question.clusters, question.asOf),
    ...aboveOne(compared),
    NOT_COMPARED,
  ];
  if (recommended === undefined) {
    const smallest = fixed(Math.min(...question.rankCounts));
    return {
      sentence:
        `On none of the ${question.clusters.length} clusters does ${question.job.model.name} ` +
        `keep ${limitOf(question)} at the smallest size asked, ${smallest} accelerators.`,
      verdict: "no",
      beware,
    };
  }
  return { sentence: sentenceOf(compared, recommended), verdict: "answer", beware };
}

/** Efficiency above 100 % is true and looks wrong, so it is explained. */
function aboveOne({ rows, question }: Compared): string[] {
  const above = rows.filter((row) => (row.efficiency ?? 0) > 1.001);
  const names = [...new Set(above.map((row) => row.clusterName))];
  if (names.length === 0) return [];
  return [
    `Efficiency above 100 % on ${names.join(", ")}: there the base of ` +
      `${fixed(question.baseRankCount)} is itself held back (a mesh without wrap-around links).`,
  ];
}

const NOT_COMPARED =
  "The constants of compute were fitted on other published runs; no measured run of this " +
  "model on these clusters stands beside the prediction yet.";

function limitOf({ efficiencyMin, baseRankCount }: CompareQuestion): string {
  return `${percent(efficiencyMin, 0)} strong-scaling efficiency (base ${fixed(baseRankCount)})`;
}

function sentenceOf(compared: Compared, choice: Choice): string {
  const { question, rows, summaries, tables } = compared;
  const row = rowAt(rows, choice);
  const summary = summaries.find((s) => s.clusterId === choice.clusterId);
  const atLeast = summary?.largestIsUpperBound === true ? "at least " : "";
  const rent =
    row.millionSamplesUsd === undefined
      ? ""
      : `, at ${usd(row.millionSamplesUsd)} per million samples (rent)`;
  const capital = costRow(tables, "ownership", choice)?.capitalUsd;
  const owned = capital === undefined ? "" : `; ${usd(capital)} to buy`;
  return (
    `Take ${row.clusterName}: ${question.job.model.name} keeps ${limitOf(question)} up to ` +
    `${atLeast}${fixed(row.rankCount)} accelerators${rent}${owned}.`
  );
}

function rowAt(rows: readonly PointRow[], { clusterId, rankCount }: Choice): PointRow {
  return present(
    rows.find((row) => row.clusterId === clusterId && row.rankCount === rankCount),
    "the row of a choice",
  );
}

/** The clusters that hold the limit further than the one to take, and what that costs. */
function further({ summaries, rows }: Compared, choice: Choice): string[] {
  return summaries.flatMap(({ name, clusterId, largestRankCount = 0 }) => {
    if (largestRankCount <= choice.rankCount) return [];
    const row = rowAt(rows, { clusterId, rankCount: largestRankCount });
    const taken = rowAt(rows, choice);
    const money =
      row.millionSamplesUsd === undefined ? "" : ` at ${usd(row.millionSamplesUsd)} per million`;
    return [
      `${name} holds it further, up to ${fixed(largestRankCount)}${money}: a step takes ` +
        `${duration(row.stepTimeS)} there and ${duration(taken.stepTimeS)} on the one to take.`,
    ];
  });
}

/** Rent knows no fabric, so the reader must look at ownership to see what a fabric costs. */
function rentNote({ rows }: Compared): string {
  const priced = rows.some((row) => row.millionSamplesUsd !== undefined);
  return priced
    ? "Rent is the listed price of an accelerator-hour whatever the fabric; what a fabric " +
        "costs to own stands in the ownership table."
    : "No rent is listed for any of these accelerators.";
}
