/** The other optimizer: every accelerator keeps and updates all of its state. */
import { at } from "../base/assert.ts";
import { duration, fixed, percent } from "../base/format.ts";
import type { CompareQuestion, Sharding } from "../records/job.ts";
import type { PointRow, WhatIf } from "../records/result.ts";
import type { Evaluator } from "./evaluator.ts";
import { partS } from "./point.ts";
import { largestHolding, scalingPoints } from "./scaling.ts";

export function replicatedOptimizer(evaluator: Evaluator, question: CompareQuestion): WhatIf {
  const sharding: Sharding = question.job.sharding === "zero-1" ? "replicated" : "zero-1";
  const { job, rankCounts, baseRankCount, weakBatch } = question;
  const largest: (number | undefined)[] = [];
  const rows = question.clusters.flatMap((cluster) => {
    const points = scalingPoints(evaluator, {
      ...{ cluster, job, rankCounts, baseRankCount, weakBatch, sharding },
      scaling: "strong",
    });
    const own = points.map((point) => point.row);
    largest.push(largestHolding(own, question.efficiencyMin));
    return own;
  });
  const name = sharding === "replicated" ? "replicated optimizer" : "sharded optimizer (ZeRO-1)";
  return { name, finding: finding(question, rows, largest, name), rows };
}

function finding(
  question: CompareQuestion,
  rows: readonly PointRow[],
  largest: readonly (number | undefined)[],
  name: string,
): string {
  const limit = percent(question.efficiencyMin, 0);
  const sizes = [...new Set(largest)];
  const one = sizes.length === 1;
  const words = question.clusters.map(
    (cluster, i) => `${sizeWords(largest[i])} on ${cluster.name}`,
  );
  const where = one ? `${sizeWords(sizes[0])} on every cluster` : words.join(", ");
  const last = at(rows, question.rankCounts.length - 1);
  const optimizerS = partS(last, "optimizer");
  return (
    `With a ${name}, Adam takes ${duration(optimizerS)} of each step on every accelerator at ` +
    `every size (${percent(optimizerS / last.stepTimeS, 0)} of the step at ` +
    `${fixed(last.rankCount)} on ${last.clusterName}), and efficiency holds ${limit} up to ` +
    `${where}.`
  );
}

const sizeWords = (size: number | undefined): string =>
  size === undefined ? "no size" : fixed(size);
