/** The main answer on the shipped clusters, at sizes small enough for a test. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { answerCompare } from "../../src/answers/compare.ts";
import { withScaledInput } from "../../src/answers/inputs.ts";
import { Evaluator } from "../../src/answers/evaluator.ts";
import { evaluatePoint } from "../../src/answers/point.ts";
import { exactSum } from "../../src/base/sum.ts";
import { readCluster } from "../../src/files/cluster.ts";
import { readQuestion } from "../../src/files/question.ts";
import type { CompareQuestion, Job } from "../../src/records/job.ts";
import type { CompareResult } from "../../src/records/result.ts";
import { recordedShapes } from "../../src/training/recorded-shapes.ts";

const question = await shippedQuestion([8, 64, 128]);
const result = answerOf(question);

async function shippedQuestion(rankCounts: readonly number[]): Promise<CompareQuestion> {
  const read = await readQuestion("scenarios/questions/quickstart.yaml");
  if (read.kind !== "compare") throw new Error("the quickstart compares");
  return { ...read, rankCounts };
}

function answerOf(asked: CompareQuestion): CompareResult {
  const recordings = asked.trainings.map((training) => ({
    training,
    trace: recordedShapes(training),
  }));
  return answerCompare(asked, { words: ["run", "quickstart.yaml"], recordings });
}

test("there is a strong and a weak row for each cluster and size", () => {
  for (const scaling of ["strong", "weak"]) {
    for (const { id } of question.clusters) {
      const rows = result.rows.filter((row) => row.scaling === scaling && row.clusterId === id);
      deepEqual(
        rows.map((row) => row.rankCount),
        [8, 64, 128],
      );
    }
  }
});

test("the parts of every step sum exactly to its time", () => {
  const all = [...result.rows, ...result.replays, ...result.whatIfs.flatMap((w) => w.rows)];
  ok(all.length > 30);
  for (const row of all) equal(exactSum(row.parts.map((part) => part.durationS)), row.stepTimeS);
});

test("efficiency at the base is one, and follows from the samples per second elsewhere", () => {
  for (const row of result.rows) {
    const base = result.rows.find(
      (other) =>
        other.clusterId === row.clusterId && other.scaling === row.scaling && other.rankCount === 8,
    );
    const expected = row.samplesPerS / row.rankCount / ((base?.samplesPerS ?? 0) / 8);
    equal(row.efficiency, expected);
    if (row.rankCount === 8) equal(row.efficiency, 1);
  }
});

test("strong scaling keeps the batch, weak scaling the batch per accelerator", () => {
  for (const row of result.rows) {
    const samples = row.microBatch * row.accumulation * row.rankCount;
    equal(samples, row.globalBatch);
    equal(row.globalBatch, row.scaling === "strong" ? 1024 : 8 * row.rankCount);
  }
});

test("the replicated optimizer takes the same time at every size, the sharded one 1/n", () => {
  const optimizer = (rows: CompareResult["rows"], rankCount: number): number =>
    rows.find((row) => row.rankCount === rankCount)?.parts.find((part) => part.name === "optimizer")
      ?.durationS ?? 0;
  const replicated = result.whatIfs[0]?.rows ?? [];
  equal(optimizer(replicated, 8), optimizer(replicated, 128));
  // Launch is a fixed part of it, so the ratio falls a little short of 128/8 = 16.
  const ratio = optimizer(result.rows, 8) / optimizer(result.rows, 128);
  ok(ratio > 12 && ratio <= 16, String(ratio));
});

test("a part that is not sold has no capital figure, and the reason stands there", () => {
  const owned = result.costs.find((table) => table.basis === "ownership");
  const tpu = owned?.rows.find((row) => row.clusterId === "tpu-v5p");
  equal(tpu?.capitalUsd, undefined);
  ok((tpu?.missing ?? "").includes("not sold"));
});

test("the difference in cost is chip + fabric + price, and nothing else", () => {
  ok(result.differences.length > 0);
  for (const one of result.differences) {
    equal(exactSum([one.chipUsd, one.fabricUsd, one.priceUsd]), one.totalUsd);
  }
});

test("clusters of one accelerator differ by their fabric alone, not by chip or rent", () => {
  const rent = result.differences.filter(
    (one) => one.basis === "rent" && one.toClusterId.startsWith("h100"),
  );
  ok(rent.length > 0);
  for (const one of rent) {
    equal(one.chipUsd, 0);
    equal(one.priceUsd, 0);
  }
});

test("every drawing counts what its graph has", () => {
  for (const drawing of result.drawings) {
    const nodes = drawing.nodeCount * drawing.ranksPerNode;
    equal(nodes, drawing.rankCount);
    if (drawing.family === "fat-tree") {
      equal(drawing.leafPortCounts.length, drawing.leafCount);
      equal(
        drawing.leafPortCounts.reduce((a, b) => a + b, 0),
        drawing.rankCount,
      );
    }
    if (drawing.family === "torus") {
      equal(
        drawing.shape.reduce((a, b) => a * b, 1),
        drawing.nodeCount,
      );
    }
  }
});

test("the really recorded steps are replayed on every cluster", () => {
  equal(result.replays.length, question.trainings.length * question.clusters.length);
});

test("all inputs are moved: the swings are sorted, and some are nil", () => {
  const swings = result.sensitivities.map((one) => one.swing);
  deepEqual(
    swings,
    swings.toSorted((a, b) => b - a),
  );
  ok((swings[0] ?? 0) > 0.01);
  ok(swings.some((swing) => swing < 0.001));
});

test("the same question gives the same result in every bit", () => {
  equal(JSON.stringify(answerOf(question)), JSON.stringify(result));
});

test("give the limit of a step 10 % more, and the step gets shorter", async () => {
  const job: Job = { ...question.job, globalBatch: 512 };
  let links = 0;
  for (const id of ["h100-fat-tree-2to1", "h100-torus", "tpu-v5p"]) {
    const cluster = await readCluster(id);
    const evaluator = new Evaluator();
    const asked = { job, rankCount: 512, scaling: "strong" } as const;
    const { row } = evaluatePoint(evaluator, { ...asked, cluster });
    const pointer = sourcedPointer(row.limit.pointer);
    const wider = withScaledInput(
      cluster,
      pointer,
      pointer.endsWith("S") && !pointer.endsWith("PerS") ? 1 / 1.1 : 1.1,
    );
    const faster = evaluatePoint(evaluator, { ...asked, cluster: wider });
    ok(faster.row.stepTimeS < row.stepTimeS * 0.9999, `${id}: ${row.limit.kind}`);
    ok(row.limitShare > 0 && row.limitShare <= 1);
    links++;
  }
  equal(links, 3);
});

/** "/fabric/link/rate" in a file is "/fabric/link/rateBytesPerS" in the record. */
function sourcedPointer(pointer: string): string {
  return pointer.replace(/\/rate$/, "/rateBytesPerS").replace(/(Message|Start|[lL]atency)$/, "$1S");
}

test("a step time lies between its p10 and p90, wider where the profile was never fitted", () => {
  for (const row of result.rows) {
    // p90 = T · (1 + 1.2816 σ) with σ = 0.083 on H100 and 0.22 on TPU; p10 = T over the same.
    const spread = 1 + 1.2816 * (row.clusterId === "tpu-v5p" ? 0.22 : 0.083);
    equal(row.stepTimeHighS, row.stepTimeS * spread);
    equal(row.stepTimeLowS, row.stepTimeS / spread);
  }
});
