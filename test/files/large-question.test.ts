/** Questions about large models from files: what they ask, and every mistake at its place. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "vitest";
import { readQuestion } from "../../src/files/question.ts";
import { issuesFrom, written } from "./support.ts";

const HEAD = "question: simulate\ncluster: h100-fat-tree-2to1\naccelerators: 512\n";

const asked = async (rest: string) => {
  const question = await readQuestion(written("ours.yaml", `${HEAD}${rest}`));
  ok(question.kind === "large");
  return question;
};

test("a large model is one by its name; without a layout the best one is searched", async () => {
  const question = await asked("job: { model: qwen3-235b-a22b }\n");
  const { id, isAuto, layout, changes, reference, rankCount, title } = question;
  deepEqual(
    { id, isAuto, layout, changes, reference, rankCount, title },
    {
      ...{ id: "ours", isAuto: true, layout: {}, changes: [], reference: "qwen3-235b-a22b" },
      rankCount: 512,
      title: "How long is a step of Qwen3 235B-A22B on 512 accelerators of H100, fat tree 2:1?",
    },
  );
});

test("a layout makes a model that is replayed else one of these too", async () => {
  const { model, isAuto, layout } = await asked(
    "job: { model: gpt-1.3b }\nlayout: auto,batch=512\nwhatIf: [precision=fp8, prune=2:4]\n",
  );
  deepEqual([model.id, isAuto, layout], ["gpt-1.3b", true, { globalBatch: 512 }]);
  const fixed = await asked("job: { model: llama-3-70b }\nlayout: tp=8,pp=4\n");
  deepEqual([fixed.isAuto, fixed.layout], [false, { tensorRanks: 8, stages: 4 }]);
});

test("a config.json counts from the question's file, and is named from outside", async () => {
  const path = written("ours.yaml", `${HEAD}job: { model: mine/config.json }\n`);
  const config = join(dirname(path), "mine/config.json");
  mkdirSync(dirname(config));
  copyFileSync("scenarios/models/configs/llama-3-8b.json", config);
  const question = await readQuestion(path);
  ok(question.kind === "large");
  deepEqual([question.model.id, question.reference], ["llama-3-8b", config]);
});

test("a model to replay may be JSON as before", async () => {
  const path = written("ours.yaml", `${HEAD}job: { model: mine.json }\n`);
  const model = { family: "gpt", id: "g", name: "G", layers: 2, hidden: 64, heads: 2 };
  const text = JSON.stringify({ ...model, vocabulary: 256, context: 64 });
  writeFileSync(join(dirname(path), "mine.json"), text);
  equal((await readQuestion(path)).kind, "simulate");
});

test("all mistakes are told at once, each at its line and column", async () => {
  const text = `${HEAD.replace("512", "5120")}job: { model: llama-3-71b, globalBatch: 64 }
layout: tp=8,qq=1,zero=7
whatIf: [precision=fp8, faster, prune=2, accumulate=0]
network: { routing: spray }
`;
  const issues = await issuesFrom(readQuestion(written("ours.yaml", text)));
  deepEqual(
    issues.map(({ line, column, code }) => `${line}:${column} ${code}`),
    [
      "3:15 too-many-ranks",
      "4:41 unknown-key",
      "7:10 unknown-key",
      "4:15 unknown-model",
      "5:9 unknown-key",
      "5:9 not-allowed-value",
      "6:25 not-allowed-value",
      "6:33 not-allowed-value",
      "6:42 not-allowed-value",
    ],
  );
});

test("a model in place has no configuration to lay out", async () => {
  const model =
    "{ family: gpt, id: g, name: G, layers: 2, hidden: 64, heads: 2, " +
    "vocabulary: 256, context: 64 }";
  const path = written("ours.yaml", `${HEAD}layout: auto\njob: { model: ${model} }\n`);
  const [issue] = await issuesFrom(readQuestion(path));
  deepEqual([issue?.code, issue?.line, issue?.column], ["wrong-type", 5, 15]);
});
