/** Questions from files and from flags, and what cannot be asked. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "vitest";
import { questionFrom, readQuestion } from "../../src/files/question.ts";
import { CATALOG_DATE } from "../../src/base/version.ts";
import { codesFrom, issuesFrom, written } from "./support.ts";

const COMPARE = readFileSync("scenarios/questions/quickstart.yaml", "utf8");
const SMALL = `id: small
model: { family: mlp, id: m, name: M, widths: [4, 2] }
steps: 3
batch: 2
learningRate: 0.01
seed: 7
`;

/** The shipped question with trainings of its own beside it. */
function compare(from: string, to: string): string {
  const text = COMPARE.replace(/trainings: .*/, "trainings: [small]").replace(from, to);
  const path = written("ours.yaml", text);
  writeFileSync(join(dirname(path), "small.yaml"), SMALL);
  return path;
}

test("a comparison is read with its job, clusters and trainings", async () => {
  const question = await readQuestion(compare("", ""));
  ok(question.kind === "compare");
  const { clusters, job, trainings, ...rest } = question;
  deepEqual(
    clusters.map(({ id }) => id),
    ["h100-fat-tree-2to1", "h100-fat-tree-1to1", "h100-torus", "tpu-v5p"],
  );
  deepEqual(job, {
    model: {
      family: "gpt",
      id: "gpt-1.3b",
      name: "GPT-1.3B",
      layerCount: 24,
      hiddenSize: 2048,
      headCount: 16,
      vocabularySize: 50257,
      contextTokens: 2048,
    },
    globalBatch: 1024,
    tokensPerSample: 2048,
    microBatchMax: 8,
    sharding: "zero-1",
  });
  deepEqual(trainings, [
    {
      id: "small",
      model: { family: "mlp", id: "m", name: "M", widths: [4, 2] },
      steps: 3,
      batch: 2,
      learningRate: 0.01,
      seed: 7,
    },
  ]);
  deepEqual(rest, {
    kind: "compare",
    id: "ours",
    title:
      "GPT-1.3B with a global batch of 1,024 sequences of 2,048 tokens: up to how many " +
      "accelerators does strong-scaling efficiency (base 8) stay at or above 90 %, on which " +
      "fabric, and what does it cost?",
    asOf: CATALOG_DATE,
    seed: 1,
    rankCounts: [8, 16, 32, 64, 128, 256, 512, 1024],
    baseRankCount: 8,
    efficiencyMin: 0.9,
    weakBatch: 8,
  });
});

test("flags alone ask a question, with the documented defaults", async () => {
  const data = {
    question: "simulate",
    job: { model: "gpt-125m" },
    cluster: "h100-torus",
    accelerators: 64,
  };
  const question = await questionFrom(data, { id: "simulate-64" });
  ok(question.kind === "simulate");
  const { model, ...job } = question.job;
  equal(model.id, "gpt-125m");
  deepEqual(job, {
    globalBatch: 1024,
    tokensPerSample: 2048,
    microBatchMax: 8,
    sharding: "zero-1",
  });
  equal(question.id, "simulate-64");
  equal(question.rankCount, 64);
  equal(question.title, "How long does a step of GPT-125M take on 64 of H100, 3D torus?");
});

test("mistakes in flags are placed at their key", async () => {
  const data = { question: "simulate", job: { model: "gpt" }, cluster: "h100", accelerators: 0 };
  const issues = await issuesFrom(questionFrom(data));
  deepEqual(
    issues.map(({ file, code }) => `${file}: ${code}`),
    ["command line (accelerators): out-of-range"],
  );
  const names = await issuesFrom(questionFrom({ ...data, accelerators: 8 }));
  deepEqual(
    names.map(({ file, code }) => `${file}: ${code}`),
    ["command line (cluster): unknown-part", "command line (job.model): unknown-model"],
  );
});

test("a collective's sizes grow by their factor, spelled as nccl-tests spells them", async () => {
  const question = await questionFrom({
    question: "collective",
    cluster: "bare-switch-64",
    collective: "all_reduce_perf",
    ranks: 64,
    sizes: { from: "8", to: "1K", factor: 4 },
  });
  ok(question.kind === "collective");
  deepEqual(question.sizesBytes, [8, 32, 128, 512]); // 2048 is above 1 KiB
  deepEqual([question.collective, question.algorithm], ["all-reduce", "auto"]);
});

test("a search goes up to the whole cluster unless told otherwise", async () => {
  const data = {
    question: "solve",
    job: { model: "gpt-1.3b" },
    cluster: "h100-fat-tree-1to1",
    until: "efficiency >= 90%",
  };
  const question = await questionFrom(data);
  ok(question.kind === "solve");
  deepEqual([question.baseRankCount, question.rankCountMax], [8, 1024]);
  deepEqual(question.until, { metric: "efficiency", efficiencyMin: 0.9 });
  deepEqual(await codesFrom(questionFrom({ ...data, max: 2048 })), ["too-many-ranks"]);
});

const REFUSED: readonly (readonly [string, string, string, string])[] = [
  [
    "sizes that do not divide the batch",
    "[8, 16, 32",
    "[8, 16, 48",
    "does-not-divide no-such-size",
  ],
  ["more ranks than the cluster has", "512, 1024]", "512, 2048]", "does-not-divide too-many-ranks"],
  ["a base that is not among the sizes", "base: 8", "base: 4", "unknown-base"],
  ["an efficiency above one", "efficiency >= 90%", "efficiency >= 90", "out-of-range"],
  ["a condition of another form", "efficiency >= 90%", "mfu > 4", "not-allowed-value"],
  [
    "longer samples than the model's context",
    "tokensPerSample: 2048",
    "tokensPerSample: 4096",
    "out-of-range",
  ],
  ["a cluster named twice", "h100-fat-tree-1to1,", "h100-fat-tree-2to1,", "repeated-value"],
  ["a negative batch", "globalBatch: 1024", "globalBatch: -1024", "out-of-range"],
  ["half an accelerator", "[8, 16, 32", "[8, 16.5, 32", "wrong-type"],
];

for (const [name, from, to, codes] of REFUSED) {
  test(`${name}: ${codes}`, async () => {
    const found = new Set(await codesFrom(readQuestion(compare(from, to))));
    deepEqual([...found].sort(), codes.split(" "));
  });
}

test("a size that fits nowhere says what would", async () => {
  const issues = await issuesFrom(readQuestion(compare("[8, 16, 32", "[8, 16, 48")));
  const [first] = issues;
  equal(first?.line, 13);
  ok(
    issues.some(
      ({ nextStep }) =>
        nextStep === "take 64, or change globalBatch" ||
        nextStep === "take 32, or change globalBatch",
    ),
  );
});

test("heads that do not divide the width are refused, in place as in a file", async () => {
  const model = { family: "gpt", id: "g", name: "G", layers: 1, hidden: 100, heads: 3 };
  const data = {
    question: "simulate",
    job: { model: { ...model, vocabulary: 10, context: 2048 } },
    cluster: "h100-torus",
    accelerators: 8,
  };
  const [issue] = await issuesFrom(questionFrom(data));
  deepEqual([issue?.code, issue?.pointer], ["does-not-divide", "/job/model/heads"]);
});

test("settings reach the question, its model and all its clusters", async () => {
  const path = compare("", "");
  const set = [
    { path: "job.globalBatch", value: "2048" },
    { path: "job.model.layers", value: "12" },
    { path: "accelerators", value: "[8, 64]" },
    { path: "software.launch", value: "5 us" },
  ];
  const question = await readQuestion(path, { set });
  ok(question.kind === "compare");
  equal(question.job.globalBatch, 2048);
  equal(question.job.model.family === "gpt" && question.job.model.layerCount, 12);
  deepEqual(question.rankCounts, [8, 64]);
  for (const { software } of question.clusters) equal(software?.launchS.value, 5e-6);
  const [issue] = await issuesFrom(
    readQuestion(path, { set: [{ path: "job.globalBach", value: "1" }] }),
  );
  deepEqual([issue?.file, issue?.code], ["--set job.globalBach", "unknown-key"]);
});
