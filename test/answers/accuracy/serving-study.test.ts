/** The published accuracy of inference: bars held, votes, and the page that says so is current. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { quantile } from "../../../src/answers/accuracy/errors.ts";
import { otherTables, servingPage } from "../../../src/answers/accuracy/serving-page.ts";
import type { JudgedServing } from "../../../src/answers/accuracy/serving-study.ts";
import {
  fitServing,
  judge,
  predictedS,
  servingRuns,
  servingStudy,
} from "../../../src/answers/accuracy/serving-study.ts";
import { readInferenceTables } from "../../../src/files/validation.ts";
import { SERVING } from "../../../src/serving/engine-law.ts";
import { readText } from "../../support/sources.ts";
import { slowTest } from "../../support/slow.ts";

const tables = await readInferenceTables();
const rows = tables.filter(({ name }) => name.startsWith("inference")).flatMap((one) => one.rows);
const runs = servingRuns(rows);

const errorsOf = (judged: readonly JudgedServing[], isWanted: (part: string) => boolean) =>
  judged
    .filter(({ run }) => run.quantity === "throughput" && run.excluded === "")
    .filter(({ run }) => isWanted(run.part))
    .map(({ errorShare }) => Math.abs(errorShare))
    .sort((a, b) => a - b);

test("published throughput is met within 4 % and 9 %, on other vendors' parts too", () => {
  const judged = runs.map((run) => judge(run, SERVING));
  const all = errorsOf(judged, () => true);
  ok(all.length > 95 && quantile(all, 0.5) <= 0.04 && quantile(all, 0.9) <= 0.09);
  const amd = errorsOf(judged, (part) => part === "mi300x");
  ok(amd.length === 10 && quantile(amd, 0.5) <= 0.04 && quantile(amd, 0.9) <= 0.09);
  const trainium = errorsOf(judged, (part) => part === "trainium1");
  ok(quantile(trainium, 0.5) <= 0.06 && quantile(trainium, 0.9) <= 0.09);
});

test("rows whose throughput contradicts their own time per token have no vote", () => {
  const silent = runs.filter(({ excluded }) => excluded !== "");
  ok(silent.length > 0 && silent.every(({ quantity }) => quantity === "throughput"));
  ok(silent.every(({ part }) => part === "trainium1"));
});

test("a fit finds the engine that made the runs", () => {
  const truth = { ...SERVING, memoryShare: 0.7, layerS: 60e-6 };
  const made = runs
    .filter(({ part, quantity }) => part.startsWith("h") && quantity === "throughput")
    .map((run) => ({ ...run, measuredS: predictedS(run, truth) }));
  const found = fitServing(made);
  const worst = Math.max(...made.map((run) => Math.abs(judge(run, found).errorShare)));
  ok(worst < 0.03, String(worst));
});

slowTest("left out by model or part the aims are kept as the page says; it is current", () => {
  const study = servingStudy(runs);
  for (const { by, judged } of study.left) {
    const all = errorsOf(judged, () => true);
    ok(quantile(all, 0.5) <= 0.065 && quantile(all, 0.9) <= 0.14, by);
  }
  equal(readText("docs/accuracy-inference.md"), servingPage(study, otherTables(tables)));
});
