/** The published accuracy: its statistics, its fit, and that the page says what was found. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { basename } from "node:path";
import { test } from "vitest";
import { quantile, rankedPairs, summaryOf } from "../../../src/answers/accuracy/errors.ts";
import { fitConstants } from "../../../src/answers/accuracy/fit.ts";
import { accuracyPage } from "../../../src/answers/accuracy/page.ts";
import { FITTED, studyOf, worstOf } from "../../../src/answers/accuracy/study.ts";
import { validationSteps } from "../../../src/answers/accuracy/validation.ts";
import { readValidation } from "../../../src/files/validation.ts";
import { CONSTANTS } from "../../../src/workload/dense/constants.ts";
import { stepTime } from "../../../src/workload/dense/step.ts";
import { GPT_145B, LLAMA_GB300, LLAMA_H100, MPT_13B } from "../../workload/dense/golden.ts";
import { readText } from "../../support/sources.ts";
import { slowTest } from "../../support/slow.ts";
import { table, tableNames } from "./tables.ts";

const steps = () =>
  validationSteps(
    tableNames()
      .filter((path) => /\/train-(?!vtrain)/.test(path))
      .map((path) => ({ name: basename(path, ".csv"), rows: table(path).rows })),
  );

test("summaries are those of the definition", () => {
  // Sizes 0.1, 0.2, 0.3: mean and median 0.2, p95 at 1.9 of 2 steps, bias their signed mean.
  const summary = summaryOf([0.1, -0.2, 0.3]);
  equal(summary.rows, 3);
  ok(Math.abs(summary.meanErrorShare - 0.2) < 1e-12);
  ok(Math.abs(summary.medianErrorShare - 0.2) < 1e-12);
  ok(Math.abs(summary.p95ErrorShare - 0.29) < 1e-12);
  ok(Math.abs(summary.biasShare - 0.2 / 3) < 1e-12);
  equal(quantile([], 0.5), 0);
});

test("only pairs of one group and far enough apart are ranked", () => {
  const row = (group: string, predictedS: number, measuredS: number) => ({
    ...{ group, predictedS, measuredS },
  });
  const rows = [row("a", 1, 1), row("a", 3, 2), row("a", 2, 3), row("a", 1, 1.01), row("b", 1, 9)];
  // Pairs of a: 1-2, 1-3 right, 2-3 wrong, 1-4 too near, 2-4 and 3-4 right.
  deepEqual(rankedPairs(rows, 0.05), { pairs: 5, rightPairs: 4 });
});

test("a fit finds the constant that made the steps, and moves no other", () => {
  const truth = { ...CONSTANTS, matmulShare: 0.7 };
  const made = [GPT_145B, MPT_13B, LLAMA_H100, LLAMA_GB300].map((run) => ({
    ...{ run, measuredS: stepTime(run, truth).stepS, source: "made" },
  }));
  const found = fitConstants(made, CONSTANTS, ["matmulShare"]);
  ok(Math.abs(found.matmulShare / 0.7 - 1) < 0.03, String(found.matmulShare));
  deepEqual({ ...found, matmulShare: 0 }, { ...CONSTANTS, matmulShare: 0 });
});

test("the tables that ship are those that the study reads", async () => {
  const shipped = validationSteps(await readValidation());
  deepEqual(
    shipped.map(({ id }) => id),
    steps().map(({ id }) => id),
  );
});

test("dense runs are predicted as near as the page says, and the page is current", () => {
  const study = studyOf(steps(), []);
  const page = accuracyPage(study);
  const section = (text: string) => text.split("## By source")[1]?.split("## Left out")[0];
  equal(section(readText("docs/accuracy.md")), section(page));
  const { meanErrorShare, p95ErrorShare } = summaryOf(study.dense.map((one) => one.errorShare));
  ok(study.dense.length > 200);
  ok(meanErrorShare < 0.042 && p95ErrorShare < 0.105);
  ok(study.pairs.rightPairs > 0.95 * study.pairs.pairs);
  equal(worstOf(study.dense, 10).length, 10);
});

slowTest("the whole page is current, refits and all", () => {
  equal(readText("docs/accuracy.md"), accuracyPage(studyOf(steps())));
});

test("few constants are fitted, each by name", () => {
  ok(FITTED.length <= 14);
  for (const name of FITTED) ok(CONSTANTS[name] > 0);
});
