/** The published accuracy: its statistics, its fit, and that the page says what was found. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { basename } from "node:path";
import { test } from "vitest";
import { anchorStudy } from "../../../src/answers/accuracy/anchor-study.ts";
import {
  ENGINE_CLUSTER,
  engineStudy,
  sampleOf,
} from "../../../src/answers/accuracy/engine-study.ts";
import { quantile, rankedPairs, summaryOf } from "../../../src/answers/accuracy/errors.ts";
import { fitConstants } from "../../../src/answers/accuracy/fit.ts";
import { memoryStudy } from "../../../src/answers/accuracy/memory-study.ts";
import { scatterPlot } from "../../../src/answers/accuracy/scatter.ts";
import { slopesOf } from "../../../src/answers/accuracy/slopes.ts";
import { reasonOf } from "../../../src/answers/accuracy/page-checks.ts";
import { accuracyPage } from "../../../src/answers/accuracy/page.ts";
import type { Judged } from "../../../src/answers/accuracy/study.ts";
import {
  FITTED,
  FITTED_TO_EXPERTS,
  studyOf,
  worstOf,
} from "../../../src/answers/accuracy/study.ts";
import { validationSteps } from "../../../src/answers/accuracy/validation.ts";
import { readCluster } from "../../../src/files/cluster.ts";
import { readValidation } from "../../../src/files/validation.ts";
import { CONSTANTS } from "../../../src/workload/dense/constants.ts";
import { stepTime } from "../../../src/workload/dense/step.ts";
import { GPT_145B, LLAMA_GB300, LLAMA_H100, MPT_13B } from "../../workload/dense/golden.ts";
import { readText } from "../../support/sources.ts";
import { slowTest } from "../../support/slow.ts";
import { table, tableNames } from "./tables.ts";

const tables = () =>
  tableNames()
    .filter((path) => /\/train-(?!vtrain)/.test(path))
    .map((path) => ({ name: basename(path, ".csv"), rows: table(path).rows }));

const steps = () => validationSteps(tables());

const checksOf = async (all: readonly Judged[]) => ({
  memory: memoryStudy(tables()),
  engine: engineStudy(all, await readCluster(ENGINE_CLUSTER)),
  anchored: anchorStudy(steps()),
});

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

test("dense runs are predicted as near as the page says, and the page is current", async () => {
  const study = studyOf(steps(), []);
  const page = accuracyPage(study, await checksOf(study.all));
  const section = (text: string) => text.split("## By source")[1]?.split("## Left out")[0];
  equal(section(readText("docs/accuracy.md")), section(page));
  const { meanErrorShare, p95ErrorShare } = summaryOf(study.dense.map((one) => one.errorShare));
  ok(study.dense.length > 200);
  ok(meanErrorShare < 0.042 && p95ErrorShare < 0.105);
  ok(study.pairs.rightPairs > 0.95 * study.pairs.pairs);
  equal(worstOf(study.dense, 10).length, 10);
});

test("runs with experts are predicted within 8.5 % on average", () => {
  const { all } = studyOf(steps(), []);
  const experts = all.filter(({ step }) => step.kind === "experts" && step.excluded === "");
  const { rows, meanErrorShare } = summaryOf(experts.map(({ errorShare }) => errorShare));
  ok(rows > 80 && meanErrorShare < 0.085, String(meanErrorShare));
});

test("printed memory is predicted within 8 % in the median", () => {
  const all = memoryStudy(tables()).find(({ source }) => source === "all");
  ok(all !== undefined && all.summary.rows > 40);
  ok(all.summary.medianErrorShare < 0.08, String(all.summary.medianErrorShare));
});

test("a slope is the change of the error from the least to the most of one thing", () => {
  const [first, second] = studyOf(steps(), []).dense.filter(
    ({ step }) => step.model.includes("MPT-7b") && step.measuredS > 0,
  );
  ok(first !== undefined && second !== undefined);
  const at = (seqTokens: number, errorShare: number) => {
    const { reading } = first.step;
    const layout = { ...reading.run.layout, seqTokens };
    const run = { ...reading.run, layout };
    return { ...first, errorShare, step: { ...first.step, reading: { ...reading, run } } };
  };
  const slopes = slopesOf([at(1024, 0), at(2048, 0.5), at(4096, 0.1)]);
  const sequence = slopes.find(({ over }) => over === "sequence");
  equal(sequence?.series, 1);
  ok(Math.abs((sequence?.biasShare ?? 0) - Math.log(1.1)) < 1e-12);
});

test("the plot has a dot for each run with a vote, and ships beside the page", () => {
  const { all } = studyOf(steps(), []);
  const plot = scatterPlot(all);
  const voting = all.filter(({ step }) => step.excluded === "").length;
  equal(plot.match(/r="2.6"/g)?.length, voting);
  equal(readText("docs/accuracy.svg"), plot);
});

slowTest("the whole page is current, refits and all", async () => {
  const study = studyOf(steps());
  equal(readText("docs/accuracy.md"), accuracyPage(study, await checksOf(study.all)));
});

test("a hundred runs on the engine are those of the closed form within 5 %", async () => {
  const { all } = studyOf(steps(), []);
  const sample = engineStudy(all, await readCluster(ENGINE_CLUSTER));
  equal(sample.length, 100);
  equal(new Set(sample.map(({ judged }) => judged.step.id)).size, 100);
  for (const { judged, differenceShare } of sample) {
    ok(Math.abs(differenceShare) < 0.05, `${judged.step.id} ${differenceShare}`);
  }
  // Some wires do differ: the sample has groups across nodes, and rings pay their latencies.
  ok(sample.some(({ differenceShare }) => Math.abs(differenceShare) > 0.005));
  deepEqual(sampleOf(all.slice(0, 3)).length, 3);
});

test("the smallest scales of a series predict its larger ones", () => {
  for (const { series, anchored } of anchorStudy(steps())) {
    ok(series > 10 && anchored.rows > 40);
    ok(anchored.medianErrorShare < 0.05 && anchored.p95ErrorShare < 0.12);
  }
});

test("the likely reason is what the row assumes, its law or its neighbors", () => {
  const { dense } = studyOf(steps(), []);
  const said = (id: string) => {
    const one = dense.find(({ step }) => step.id === id);
    ok(one !== undefined, id);
    return reasonOf(one, dense);
  };
  ok(said("llmf-a100_80gb-760m-s512-g8-b1536-120").startsWith("the run: its 7 neighbors"));
  ok(said("ttitan-405b-cp2").startsWith("context parallelism"));
  ok(said("simumax-llama3_70b_l12_tp8_pp1_dp1_mbc8").startsWith("a wide tensor split"));
  ok(said("nemo2407c-llama2-13b-sft-8").startsWith("assumed vp 10"));
  equal(said("nemo2407c-gpt3-175b-512"), "unexplained");
});

test("few constants are fitted, each by name", () => {
  ok(FITTED.length <= 16 && FITTED_TO_EXPERTS.length <= 7);
  for (const name of [...FITTED, ...FITTED_TO_EXPERTS]) ok(CONSTANTS[name] > 0);
});
