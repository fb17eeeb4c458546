/** Rows that no table has yet: other parts, models and words, in legal but unusual mixtures. */
import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { predictTable } from "../../../src/answers/accuracy/predict.ts";
import { readTrain } from "../../../src/answers/accuracy/read-train.ts";
import type { Row } from "../../../src/answers/accuracy/row.ts";
import { stepTime } from "../../../src/workload/dense/step.ts";

const COLUMNS = (
  "id model layers hidden heads kv_heads ffn vocab experts seq_len gpu gpus gpus_per_node " +
  "network tp pp dp ep cp vp fsdp_or_zero micro_batch global_batch_seqs recompute precision " +
  "framework step_time_s tokens_per_s_per_gpu mfu_pct memory_gb notes"
).split(" ");

const PARTS =
  "A100-SXM4-40GB,A100 80GB PCIe,H100 80GB HBM3,H100 NVL,H20,H200-NVL,B100,B200,GB200,GB300," +
  "MI250X,MI300X,MI325X,MI355X,TPU v2,TPU v5e,TPU-trillium,TPU7x (Ironwood),Trainium2,Gaudi 3," +
  "L40S,L4,A10G,RTX 4090,V100-32GB-SXM,Ascend 910B,some new part";
const FRAMEWORKS =
  "Megatron-LM,MegaScale,+DP overlap,NeMo 25.07 recipe,AXLearn,MaxText,PAX,metaseq,torchtitan," +
  "HAI-LLM DualPipe,DeepSpeed,Hugging Face / PyTorch eager,Primus Megatron pretrain,Levanter 1.0," +
  "llm-foundry/Composer FSDP,Neuron 2.24.0 NxD,NVIDIA NeMo Framework Release 25.04,home-made,";
const PRECISIONS =
  "BF16,bf16/fp16,FP8-CS,MXFP8,NVFP4 (layers 0-26),amp_fp8,FP32,compile+float8,fp16,";
const SHARDING =
  "FSDP,HSDP,ZeRO-1,ZeRO-3 (DeepSpeed),FULL_SHARD/DEFAULT,SHARD_GRAD_OP/DEFAULT,FSDP16 x TP16,64,";
const RECOMPUTE =
  "none,full,selective,minimal,5 layers,selective op,qkv_proj_offloaded,not stated,";
const NETWORKS =
  "8x HDR200 IB/node,AWS EFA,100Gb/s Ethernet,CX-7 400 Gb/s per GPU,ICI 3D torus (4800 Gb/s),";
/** Model, layers, width, heads, heads of keys, feed-forward width. */
const MODELS =
  "Llama-3-8B/32/4096/32/8/14336;Falcon-40B/60/8192/128/8/32768;GPT-3 175B/96/12288/96/96/49152;" +
  "Qwen2.5-72B/80/8192/64/8/29568;Mixtral-8x7B/32/4096/32/8/14336;Mystery-13B/////;" +
  "GPT-NeoX-20B/44/6144/64/64/24576;Llama-2-70B LoRA/80/8192/64/8/28672;T5-11B/////";

const one = (words: string, comma = ",") => fc.constantFrom(...words.split(comma));
const degree = fc.constantFrom("1", "2", "4", "8", "");

const ROW: fc.Arbitrary<Row> = fc
  .record({
    model: one(MODELS, ";"),
    gpu: one(PARTS),
    framework: one(FRAMEWORKS),
    precision: one(PRECISIONS),
    fsdp_or_zero: one(SHARDING),
    recompute: one(RECOMPUTE),
    network: one(NETWORKS),
    tp: degree,
    pp: degree,
    vp: fc.constantFrom("", "1", "2"),
    cp: fc.constantFrom("", "", "2"),
    dp: fc.constantFrom("1", "4", "16", ""),
    micro_batch: fc.constantFrom("1", "2", ""),
    global_batch_seqs: fc.constantFrom("512", "2048", ""),
    seq_len: fc.constantFrom("2048", "8192", "32768", ""),
  })
  .map(({ model, ...row }) => {
    const [name, layers, hidden, heads, kv, ffn] = model.split("/");
    const shape = { layers, hidden, heads, kv_heads: kv, ffn };
    const all = { id: "new", model: name, ...shape, ...row };
    return Object.fromEntries(
      COLUMNS.map((column) => [column, all[column as keyof typeof all] ?? ""]),
    );
  });

test("no legal row is refused, and each answer lies in its range", () => {
  fc.assert(
    fc.property(ROW, (row) => {
      const found = predictTable({ columns: COLUMNS, rows: [row] });
      equal(found.length, 4);
      for (const { column, predicted, low, high, reason } of found) {
        ok(predicted !== null, `${column}: ${reason}`);
        ok((low ?? 0) > 0 && (low ?? 0) < predicted && predicted < (high ?? 0), column);
      }
      // Twice the peak: fine-tuning by adapters counts a third of FLOP that nobody computes, FP8
      // is counted against bf16, and conventions count attention in full.
      ok((found[2]?.predicted ?? 0) < 200, String(found[2]?.predicted));
    }),
    { seed: 6, numRuns: 400 },
  );
});

test("what no rule reads is named", () => {
  const row = { gpu: "some new part", framework: "home-made", model: "Mystery-13B", tp: "2" };
  const { assumed } = readTrain(row);
  for (const name of ["gpu h100-sxm", "software profile", "layers", "hidden", "seq_len"]) {
    ok(
      assumed.some((one) => one.startsWith(name)),
      name,
    );
  }
});

const LLAMA: Row = {
  ...{ model: "Llama-3-70B", layers: "80", hidden: "8192", heads: "64", kv_heads: "8" },
  ...{ ffn: "28672", vocab: "128256", seq_len: "8192", gpus: "64", gpus_per_node: "8", tp: "4" },
  ...{ pp: "4", vp: "5", micro_batch: "1", global_batch_seqs: "128", precision: "BF16" },
  ...{ recompute: "none", framework: "Megatron-LM", network: "8x400G" },
};
const GPUS = fc.constantFrom("A100-80GB-SXM", "H100", "H200", "B200", "GB300", "MI300X", "MI355X");

const partsOf = (row: Row) => stepTime(readTrain(row).run);

test("more micro-batches leave less of the step to the bubble", () => {
  fc.assert(
    fc.property(GPUS, fc.integer({ min: 1, max: 6 }), (gpu, doublings) => {
      const share = (batch: number): number => {
        const { stepS, parts } = partsOf({ ...LLAMA, gpu, global_batch_seqs: String(batch) });
        return parts.bubbleS / stepS;
      };
      ok(share(32 * 2 ** doublings) < share(16 * 2 ** doublings));
    }),
    { seed: 7, numRuns: 40 },
  );
});

test("more accelerators for the same batch finish sooner, and each does less", () => {
  fc.assert(
    fc.property(
      GPUS,
      fc.constantFrom("", "FSDP"),
      fc.integer({ min: 0, max: 2 }),
      (gpu, fsdp, n) => {
        const on = (gpus: number): number =>
          partsOf({ ...LLAMA, gpu, fsdp_or_zero: fsdp, gpus: String(gpus) }).stepS;
        const few = 64 * 2 ** n;
        ok(on(2 * few) < on(few), "sooner");
        ok(2 * on(2 * few) > on(few), "less each");
      },
    ),
    { seed: 8, numRuns: 40 },
  );
});

test("longer sequences spend more of the step in attention", () => {
  fc.assert(
    fc.property(GPUS, fc.integer({ min: 10, max: 16 }), (gpu, log) => {
      const share = (seqTokens: number): number => {
        const { stepS, parts } = partsOf({ ...LLAMA, gpu, seq_len: String(seqTokens) });
        return parts.attentionS / stepS;
      };
      ok(share(2 ** (log + 1)) > share(2 ** log));
    }),
    { seed: 9, numRuns: 40 },
  );
});
