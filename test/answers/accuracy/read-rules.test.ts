/** What the free text of a row says about its software, its model and its layout. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { readTrain } from "../../../src/answers/accuracy/read-train.ts";
import type { Row } from "../../../src/answers/accuracy/row.ts";

const ROW: Row = {
  ...{ model: "GPT 175B", layers: "96", hidden: "12288", heads: "96", kv_heads: "96" },
  ...{ ffn: "49152", vocab: "51200", seq_len: "2048", gpu: "A100-80GB-SXM", gpus: "256" },
  ...{ gpus_per_node: "8", tp: "8", pp: "8", vp: "6", micro_batch: "1", precision: "bf16" },
  ...{ global_batch_seqs: "768", recompute: "selective", framework: "Megatron-LM" },
};
const read = (change: Row) => readTrain({ ...ROW, ...change });
const software = (framework: string, gpu = "A100-80GB-SXM") =>
  read({ framework, gpu }).run.software;

test("each line of an ablation keeps what the lines above it added", () => {
  const said = (framework: string) => {
    const { isFused, hasFlashAttention, overlapsTensor, overlapsData } = software(framework);
    return [overlapsTensor, overlapsData, isFused, hasFlashAttention].map(Number).join("");
  };
  equal(said("baseline Megatron-LM"), "0000");
  equal(said("+parallel block"), "0000");
  equal(said("+TP overlap"), "1000");
  equal(said("+PP overlap"), "1000");
  equal(said("+DP overlap"), "1100");
  equal(said("+efficient operators"), "1111");
  equal(said("MegaScale"), "1111");
});

test("experts wait for the host until a listed change spares them that", () => {
  const fused = (notes: string) => read({ framework: "Primus Megatron", notes }).run.software;
  ok(!fused("baseline; manual GC on").hasFusedExperts);
  ok(!fused("+cross-entropy loss fusion").hasFusedExperts);
  ok(fused("+loss fusion +DeepEP +sync-free MoE").hasFusedExperts);
  ok(fused("").hasFusedExperts);
});

test("an undated release of Megatron is as old as the part it ran on", () => {
  deepEqual(software("Megatron-LM"), software("Megatron-LM 2022"));
  const hopper = software("Megatron-LM", "H100");
  ok(hopper.hasFlashAttention && hopper.isEager && hopper.attentionLagGenerations === 1);
  const blackwell = software("Megatron-LM", "B200");
  ok(blackwell.isFused && blackwell.attentionLagGenerations === 0);
});

test("a model's name is not its framework: Nemotron is not NeMo", () => {
  const change = { model: "Nemotron-4-340B", gpu: "H100", framework: "Megatron-LM" };
  deepEqual(read(change).run.software, software("Megatron-LM", "H100"));
});

test("stacks that compile whole graphs launch without gaps", () => {
  ok(software("PyTorch 2.1.1", "H100").isEager);
  ok(!software("PyTorch 2.1.1", "Intel Gaudi2").isEager);
});

test("four times the width is a feed-forward part of two matrices, unless a name says more", () => {
  const gated = (model: string, ffn = "49152") => read({ model, ffn }).run.model.isGated;
  equal(gated("GPT 175B"), false);
  equal(gated("Foo-175B"), false);
  equal(gated("Foo-175B", "32768"), true);
  equal(gated("Llama-9-175B"), true);
});

test("attention beside the feed-forward part is known by name", () => {
  const isParallel = (change: Row) => read(change).run.model.isParallel === true;
  ok(isParallel({ model: "GPT-NeoX-20B" }) && isParallel({ framework: "MegaScale" }));
  ok(!isParallel({}));
});

test("stages interleave down to one layer where layers, or layers and tables, divide", () => {
  const chunks = (change: Row) => read({ vp: "", ...change }).run.layout.chunks;
  equal(chunks({ framework: "NeMo 25.04" }), 12);
  // 126 layers and two tables over 16 stages are 8 each.
  equal(chunks({ framework: "Meta internal", layers: "126", pp: "16", gpus: "8192" }), 8);
  equal(chunks({ framework: "torchtitan", notes: "Interleaved 1F1B" }), 2);
  equal(chunks({ framework: "torchtitan" }), 1);
});

test("an assumed micro-batch is as large as fits, and sharded parameters ask for more", () => {
  const change = {
    ...{ model: "Llama-2-7B", layers: "32", hidden: "4096", heads: "32", ffn: "11008" },
    ...{ tp: "", pp: "", vp: "", micro_batch: "", fsdp_or_zero: "FSDP", framework: "PyTorch FSDP" },
    ...{ recompute: "full", seq_len: "4096", global_batch_seqs: "4096" },
  };
  equal(read(change).run.layout.microBatch, 8);
  const none = read({ ...change, recompute: "none" });
  ok(none.run.layout.microBatch < 4, String(none.run.layout.microBatch));
  ok(none.assumed.includes(`micro_batch ${none.run.layout.microBatch}`));
});

test("a TPU with memory to spare recomputes only part, a small one all", () => {
  const change = {
    ...{ model: "Llama-2-7B", layers: "32", hidden: "4096", heads: "32", ffn: "11008" },
    ...{ tp: "", pp: "", vp: "", micro_batch: "2", fsdp_or_zero: "FSDP", framework: "AXLearn" },
    ...{ recompute: "", seq_len: "4096", global_batch_seqs: "512", vocab: "32000" },
  };
  equal(read({ ...change, gpu: "TPU v5p" }).run.layout.recompute, "per-op");
  equal(read({ ...change, gpu: "TPU v5e" }).run.layout.recompute, "full");
});
