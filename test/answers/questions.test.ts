/** The other questions, each answered on shipped files. */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { answer } from "../../src/answers/answer.ts";
import { METRICS } from "../../src/answers/explain/metrics.ts";
import { algorithmFrom, collectiveFrom } from "../../src/answers/spelling.ts";
import { stalePrices } from "../../src/answers/stale.ts";
import { answerTopology, fullRankCount } from "../../src/answers/topology.ts";
import { Refusal } from "../../src/base/errors.ts";
import { readCluster } from "../../src/files/cluster.ts";
import { questionFrom, readQuestion } from "../../src/files/question.ts";

const ASKED = { words: ["test"], recordings: [] };
const JOB = { model: "gpt-1.3b", globalBatch: 1024, tokensPerSample: 2048 };

test("simulate: one row, its sensitivities, bill, cost and drawing", async () => {
  const result = answer(await readQuestion("scenarios/questions/gpt-1.3b-on-64.yaml"), ASKED);
  ok(result.kind === "simulate");
  equal(result.rows.length, 1);
  equal(result.bills.length, 1);
  equal(result.drawings.length, 1);
  deepEqual(
    result.costs.map((table) => table.basis),
    ["ownership", "rent"],
  );
  ok(result.sensitivities.length > 10);
  match(result.answer.sentence, /A step of GPT-1\.3B on 64 accelerators/);
});

test("solve: the largest size holds the limit, and the next that is tried does not", async () => {
  const data = { question: "solve", job: JOB, cluster: "h100-torus", until: "efficiency >= 90%" };
  const result = answer(await questionFrom(data), ASKED);
  ok(result.kind === "solve");
  const largest = result.rows.find((row) => row.rankCount === result.largestRankCount);
  ok((largest?.efficiency ?? 0) >= 0.9);
  const beyond = result.rows.filter((row) => row.rankCount > (result.largestRankCount ?? 0));
  ok(beyond.length > 0);
  ok((beyond[0]?.efficiency ?? 1) < 0.9);
  equal(result.rows[0]?.rankCount, 8);
});

test("solve: where even the base misses nothing holds, and the answer is no", async () => {
  const data = { question: "solve", job: JOB, cluster: "h100-torus", base: 8, max: 16 };
  const question = await questionFrom({ ...data, until: "efficiency >= 100%" });
  ok(question.kind === "solve");
  const until = { metric: "efficiency", efficiencyMin: 1.5 } as const;
  equal(answer({ ...question, until }, ASKED).answer.verdict, "no");
});

test("solve: a base that the cluster does not come in is refused", async () => {
  const data = { question: "solve", job: JOB, cluster: "h100-torus", until: "efficiency >= 90%" };
  const question = await questionFrom(data);
  ok(question.kind === "solve");
  throws(() => answer({ ...question, baseRankCount: 24 }, ASKED), Refusal);
});

test("collective: bus bandwidth follows from the time by nccl-tests' factor", async () => {
  const question = await readQuestion("scenarios/questions/ring-on-bare-fat-tree.yaml");
  const result = answer(question, ASKED);
  ok(result.kind === "collective");
  for (const row of result.rows) {
    equal(row.algbwBytesPerS, row.sizeBytes / row.timeS);
    equal(row.busbwBytesPerS, row.algbwBytesPerS * ((2 * 1023) / 1024));
  }
});

test("topology: the whole cluster unless a size is asked for", async () => {
  const cluster = await readCluster("tpu-v5p");
  // 8 × 8 × 16 chips.
  equal(fullRankCount(cluster), 1024);
  equal(answerTopology(cluster).rankCount, 1024);
  equal(answerTopology(cluster, 64).rankCount, 64);
});

test("topology: a fat tree has ports/32 leaves and uplinks/64 spines", async () => {
  // 1,024 ports: 32 leaves of 16 uplinks are 512 links to spines of 64 ports: 8 spines.
  const drawing = answerTopology(await readCluster("h100-fat-tree-2to1"));
  ok(drawing.family === "fat-tree");
  deepEqual([drawing.leafCount, drawing.spineCount], [32, 8]);
  const uplinks = drawing.tiers.find((tier) => tier.kind === "uplink");
  equal(uplinks?.cableCount, 512);
});

test("a training step on bare hosts is refused, naming what they can answer", async () => {
  const data = { question: "simulate", job: JOB, cluster: "bare-switch-64", accelerators: 64 };
  const asked = questionFrom(data).then((question) => answer(question, ASKED));
  await asked.then(
    () => ok(false, "it was answered"),
    (error: unknown) => ok(error instanceof Error && /bare|accelerator/.test(error.message)),
  );
});

test("collectives and algorithms are found under every spelling, others are refused", () => {
  for (const name of ["all_reduce", "all_reduce_perf", "AllReduce", "all-reduce"]) {
    equal(collectiveFrom(name), "all-reduce");
  }
  equal(algorithmFrom("halving_doubling"), "halving-doubling");
  equal(algorithmFrom("auto"), "auto");
  throws(() => collectiveFrom("all_redcue"), /did you mean all_reduce\?/);
  throws(() => algorithmFrom("rong"), /did you mean ring\?/);
});

test("prices are called old by the day that the question asks about, not by today", async () => {
  const clusters = [await readCluster("h100-fat-tree-2to1")];
  // The server's price is of August 2024, which counts to its last day.
  equal(stalePrices(clusters, "2024-12-31").length, 0);
  const [sentence = ""] = stalePrices(clusters, "2026-11-23");
  match(sentence, /HGX H100.*814 days/);
});

test("every metric says its formula, unit and source", () => {
  for (const [id, metric] of METRICS) {
    ok(metric.formula.length > 5 && metric.unit !== "" && metric.source !== "", id);
  }
});
