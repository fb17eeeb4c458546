/** `solve`: how far can one thing be pushed until a condition fails? */
import { fixed, percent } from "../base/format.ts";
import { Refusal } from "../base/errors.ts";
import { possibleRankCounts } from "../network/topology/build.ts";
import type { SolveQuestion } from "../records/job.ts";
import type { Answer, PointRow, SolveResult } from "../records/result.ts";
import { assumptionsOf } from "./assumptions.ts";
import { Evaluator } from "./evaluator.ts";
import { command, headOf, referenceOf } from "./head.ts";
import type { Asked } from "./head.ts";
import { largestHolding, scalingPoints } from "./scaling.ts";

/**
 * Tries every size that the cluster comes in and the batch divides by, smallest first.
 * Nothing is bisected: efficiency need not fall steadily (an algorithm may switch).
 */
export function answerSolve(question: SolveQuestion, asked: Asked): SolveResult {
  const evaluator = new Evaluator();
  const { cluster, job, until, baseRankCount, rankCountMax } = question;
  const rankCounts = possibleRankCounts(cluster, rankCountMax).filter(
    (count) => count >= baseRankCount && job.globalBatch % count === 0,
  );
  if (!rankCounts.includes(baseRankCount)) throw noBase(question);
  const rows = scalingPoints(evaluator, {
    ...{ cluster, job, rankCounts, baseRankCount },
    scaling: "strong",
    sharding: job.sharding,
    weakBatch: 1,
  }).map((point) => point.row);
  const largest = largestHolding(rows, until.efficiencyMin);
  const size = String(largest ?? baseRankCount);
  return {
    ...headOf(question, asked, assumptionsOf([cluster]), [
      command(["explain", "efficiency"]),
      command([
        ...["simulate", "--model", job.model.id, "--cluster", referenceOf(cluster)],
        ...["--accelerators", size],
      ]),
      command(["topology", "show", referenceOf(cluster), "--ranks", size]),
    ]),
    answer: answerOf(question, rows, largest),
    kind: "solve",
    efficiencyMin: until.efficiencyMin,
    baseRankCount,
    ...(largest === undefined ? {} : { largestRankCount: largest, value: largest }),
    unit: "accelerators",
    ...boundOf(question, rows, largest),
    rows,
  };
}

/** How near the bound is at the answer, and what limits the first size that misses it. */
function boundOf(
  { until }: SolveQuestion,
  rows: readonly PointRow[],
  largest: number | undefined,
): { readonly margin?: number; readonly binding: string } {
  const missed = rows.find((row) => (row.efficiency ?? 0) < until.efficiencyMin);
  const binding = missed === undefined ? "none tried" : `${missed.limit.kind} (${missed.limit.id})`;
  const held = rows.find((row) => row.rankCount === largest)?.efficiency;
  return { ...(held === undefined ? {} : { margin: held / until.efficiencyMin - 1 }), binding };
}

function answerOf(
  question: SolveQuestion,
  rows: readonly PointRow[],
  largest: number | undefined,
): Answer {
  const { cluster, job, until, baseRankCount } = question;
  const limit = `${percent(until.efficiencyMin, 0)} of the efficiency at ${fixed(baseRankCount)}`;
  const held = rows.find((row) => row.rankCount === largest);
  const missed = rows.find((row) => (row.efficiency ?? 0) < until.efficiencyMin);
  if (held === undefined) {
    return {
      sentence: `${job.model.name} misses ${limit} on ${cluster.name} at every size tried.`,
      verdict: "no",
      beware: [],
    };
  }
  const tried = rows.map((row) => fixed(row.rankCount)).join(", ");
  const beyond =
    missed === undefined
      ? "every larger size asked holds it too"
      : `at ${fixed(missed.rankCount)} it is ${percent(missed.efficiency ?? 0)}, limited by ` +
        `${missed.limit.kind} (${missed.limit.id})`;
  return {
    sentence:
      `${job.model.name} keeps ${limit} up to ${fixed(held.rankCount)} accelerators of ` +
      `${cluster.name} (${percent(held.efficiency ?? 0)}); ${beyond}.`,
    verdict: "answer",
    beware: [
      `Only sizes that the cluster comes in and that divide the batch of ` +
        `${fixed(job.globalBatch)} were tried: ${tried}.`,
    ],
  };
}

function noBase({ cluster, job, baseRankCount }: SolveQuestion): Refusal {
  return new Refusal({
    code: "unknown-base",
    pointer: "/base",
    found: `a base of ${baseRankCount} accelerators`,
    expected: `a size that ${cluster.name} comes in and that divides ${job.globalBatch}`,
    nextStep: "take --base 8, or another batch",
  });
}
