/** Layouts as launch arguments: the importer gives the same layout back. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import type { LargeLayout } from "../../../src/records/large-step.ts";
import { layoutFrom } from "../../../src/files/layout-text.ts";
import { runFromMegatron } from "../../../src/files/formats/megatron.ts";
import { megatronLaunch } from "../../../src/files/formats/megatron-writer.ts";
import { refusedOf } from "./mutants.ts";

const PLAIN: LargeLayout = {
  ...{ tensorRanks: 2, stages: 2, contextRanks: 2, replicas: 4, seqTokens: 8192, microBatch: 1 },
  ...{ zeroStages: 1, expertRanks: 1, chunks: 4, globalBatch: 64, shardRanks: 8, jitterShare: 0 },
  ...{ recompute: "selective", precision: "bf16", precisionName: "bf16", schedule: "1f1b" },
  ...{ order: "tp-cp-dp-pp", contextKind: "ring", software: "fused", text: "tp=2,…" },
};
const modelFields = [
  { name: "layers", figure: "32" },
  { name: "hiddenSize", figure: "4096" },
  { name: "heads", figure: "32" },
  { name: "kvHeads", figure: "8" },
];
const launch = (layout: LargeLayout) =>
  megatronLaunch({ model: "m", layout, rankCount: 32, perNodeCount: 8, modelFields });

test("every choice that Megatron has words for comes back as it was", () => {
  const variants: Partial<LargeLayout>[] = [
    {},
    { recompute: "none", zeroStages: 0 },
    { recompute: "full", chunks: 1 },
    { precision: "fp8", precisionName: "fp8" },
    { order: "tp-cp-pp-dp", contextKind: "all-to-all" },
    { tensorRanks: 1, contextRanks: 1, expertRanks: 8, replicas: 16, shardRanks: 16 },
    { stages: 4, chunks: 2, microBatch: 2, globalBatch: 256, seqTokens: 4096 },
  ];
  for (const variant of variants) {
    const layout = { ...PLAIN, ...variant };
    const { text, unsaid } = launch(layout);
    deepEqual(unsaid, []);
    const run = runFromMegatron(text, "run.sh");
    deepEqual([run.rankCount, run.unread, run.notes], [32, [], []]);
    // What the text leaves at its default is not said by the importer either.
    const back = { ...PLAIN, chunks: 1, ...layoutFrom(run.layout.join(",")) };
    const own = { ...PLAIN, ...variant };
    const derived = { replicas: own.replicas, shardRanks: own.shardRanks };
    deepEqual({ ...back, ...derived }, own);
    equal(run.config?.["num_hidden_layers"], 32);
  }
});

test("what Megatron cannot say is named", () => {
  const odd: Partial<LargeLayout> = {
    ...{ chunks: 3, recompute: "per-op", schedule: "zero-bubble", zeroStages: 3, shardRanks: 2 },
    ...{ precision: "fp4", precisionName: "nvfp4", software: "eager", jitterShare: 0.1 },
  };
  // 32 layers on 2 stages are 16, which 3 chunks do not divide.
  deepEqual(launch({ ...PLAIN, ...odd }).unsaid, [
    ...["vp=3", "recompute=per-op", "schedule=zero-bubble", "precision=nvfp4", "zero=3"],
    ...["shard=2", "software=eager", "jitter=0.1"],
  ]);
});

test("a model's name cannot leave its comment", () => {
  const text = megatronLaunch({
    ...{ model: "a\nrm -rf x", layout: PLAIN, rankCount: 32, perNodeCount: 8, modelFields },
  }).text;
  ok(!/^rm/m.test(text), text);
});

test("2,000 damaged scripts are taken or refused in words", async () => {
  const refused = await refusedOf(launch(PLAIN).text, 2000, (mutant) =>
    runFromMegatron(mutant, "run.sh"),
  );
  ok(refused > 20, `${refused} refused`);
});
