/** Layouts as arguments of other launchers: reading them back gives what they could say. */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import type { LargeLayout } from "../../../src/records/large-step.ts";
import { runFromDeepSpeed } from "../../../src/files/formats/deepspeed.ts";
import { documentOf } from "../../../src/files/document.ts";
import { runFromLaunch } from "../../../src/files/formats/launch-reader.ts";
import { launchFor } from "../../../src/files/formats/launch-writer.ts";
import { LAUNCH_TARGETS } from "../../../src/files/formats/launch-targets.ts";
import type { LaunchTarget } from "../../../src/files/formats/launch-targets.ts";
import { layoutFrom } from "../../../src/files/layout-text.ts";
import { refusedOf } from "./mutants.ts";

const PLAIN: LargeLayout = {
  ...{ tensorRanks: 2, stages: 2, contextRanks: 2, replicas: 4, seqTokens: 8192, microBatch: 1 },
  ...{ zeroStages: 3, expertRanks: 1, chunks: 1, globalBatch: 64, shardRanks: 8, jitterShare: 0 },
  ...{ recompute: "per-op", precision: "bf16", precisionName: "bf16", schedule: "1f1b" },
  ...{ order: "tp-cp-dp-pp", contextKind: "ring", software: "compiled", text: "tp=2,…" },
};
const modelFields = [{ name: "layers", figure: "32" }];
const launch = (target: LaunchTarget, change: Partial<LargeLayout> = {}) =>
  launchFor(target, {
    ...{ model: "org/m-8b", layout: { ...PLAIN, ...change }, rankCount: 32, perNodeCount: 8 },
    modelFields,
  });

test("every choice that torchtitan has words for comes back as it was", () => {
  const variants: Partial<LargeLayout>[] = [
    {},
    { zeroStages: 0, recompute: "none", software: "compiled" },
    { zeroStages: 2, recompute: "full", precisionName: "fp8", precision: "fp8" },
    // Two copies of shards over 2 replicas and 2 context ranks.
    { shardRanks: 4, precision: "fp32", precisionName: "fp32" },
    { schedule: "zero-bubble", precision: "fp8", precisionName: "mxfp8" },
    { stages: 1, replicas: 8, shardRanks: 16, microBatch: 2, contextRanks: 2 },
    { expertRanks: 4, globalBatch: 256, seqTokens: 4096 },
  ];
  for (const variant of variants) {
    const layout = { ...PLAIN, ...variant };
    const { text, unsaid } = launch("torchtitan", variant);
    deepEqual(unsaid, [], text);
    const run = runFromLaunch("torchtitan", text, "run.sh");
    deepEqual([run.rankCount, run.unread], [32, []]);
    const back = layoutFrom(run.layout.join(","));
    const { shardRanks } = layout.zeroStages === 0 ? layout : { shardRanks: undefined };
    const rest = shardRanks === undefined ? {} : { shardRanks };
    deepEqual({ ...PLAIN, ...back, ...rest }, layout);
  }
});

test("torchtitan has no word for ZeRO 1, Ulysses, jitter; chunks it counts in layers", () => {
  const { text, unsaid } = launch("torchtitan", {
    ...{ zeroStages: 1, contextKind: "all-to-all", jitterShare: 0.1, chunks: 2 },
    ...{ recompute: "selective", order: "tp-cp-pp-dp" },
  });
  deepEqual(unsaid, [
    ...["zero=1", "recompute=selective", "context=all-to-all", "order=tp-cp-pp-dp", "jitter=0.1"],
  ]);
  // 32 layers, 2 stages, 2 chunks.
  match(text, /Interleaved1F1B[^]*layers_per_stage 8 /);
  match(runFromLaunch("torchtitan", text, "run.sh").notes.join(), /chunks follow/);
});

test("DeepSpeed says batch, ZeRO and precision; the rest is named", () => {
  const { text, unsaid } = launch("deepspeed", { recompute: "full", software: "eager" });
  const run = runFromDeepSpeed(documentOf(JSON.parse(text), "ds.json"));
  const said = ["batch=64", "micro=1", "dp=4", "zero=3", "precision=bf16", "recompute=full"];
  for (const word of said) ok(run.layout.includes(word), word);
  deepEqual(unsaid.slice(0, 4), ["tp=2", "pp=2", "cp=2", "seq=8192"]);
});

test("serving: tensor, pipeline, replicas, experts, tokens; training's own is named", () => {
  const layouts: Readonly<Record<string, readonly string[]>> = {
    vllm: ["tp=2", "pp=2", "dp=4", "seq=8192", "precision=bf16", "ep=8"],
    sglang: ["tp=2", "pp=2", "dp=4", "ep=8", "seq=8192", "precision=bf16"],
    trtllm: ["tp=2", "pp=2", "ep=8", "seq=8192"],
  };
  for (const [target, words] of Object.entries(layouts)) {
    const name = target as LaunchTarget;
    const { text, unsaid } = launch(name, { expertRanks: 8, contextRanks: 1 });
    deepEqual(runFromLaunch(name, text, "serve.sh").layout, words);
    for (const word of words) ok(!unsaid.includes(word), word);
    ok(unsaid.includes("micro=1") && unsaid.includes("recompute=per-op"));
  }
  // vLLM spreads experts over all ranks of a stage or none: 4 of 8 have no word.
  ok(launch("vllm", { expertRanks: 4 }).unsaid.includes("ep=4"));
  ok(launch("trtllm").unsaid.includes("dp=4"));
});

test("rank orders are written where all can read them", () => {
  match(launch("vllm").text, /numbered tp-pp-dp, innermost first/);
  ok(launch("vllm").unsaid.includes("order=tp-cp-dp-pp"));
});

test("arguments may have equals signs, quotes and comments; unknown ones are listed", () => {
  const text =
    "vllm serve m --tensor-parallel-size=4 '--max-model-len' \"100\" # --dtype x\n--seed 1";
  const run = runFromLaunch("vllm", text, "serve.sh");
  deepEqual([run.layout, run.unread], [["tp=4", "seq=100", "ep=1"], ["seed"]]);
  throws(() => runFromLaunch("vllm", "--tensor-parallel-size four", "s.sh"), /s\.sh:1:1.*"four"/);
  throws(() => runFromLaunch("sglang", "echo hello", "s.sh"), /no argument of sglang/);
});

test("a model's name can neither leave its comment nor its word", () => {
  for (const target of LAUNCH_TARGETS) {
    const { text } = launchFor(target, {
      ...{ model: "a\nrm -rf x; y", layout: PLAIN, rankCount: 32, perNodeCount: 8, modelFields },
    });
    ok(!/^rm/m.test(text), text);
    equal(/(^|[^'])a rm -rf x; y/m.test(text.replace(/^#.*$/gm, "")), false, text);
  }
});

test("damaged arguments are taken or refused in words", async () => {
  const { text } = launch("torchtitan");
  const refused = await refusedOf(text, 1000, (mutant) =>
    runFromLaunch("torchtitan", mutant, "run.sh"),
  );
  ok(refused > 5, `${refused} refused`);
});
