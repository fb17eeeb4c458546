/**
 * Rows that nobody published but somebody might: whatever parts, sizes, ranks and words they
 * combine, each has a finite answer within its range, refused only where it contradicts itself,
 * and none beats what links and memories can do.
 */
import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import type { Prediction } from "../../../src/records/prediction.ts";
import { predictTable } from "../../../src/answers/accuracy/predict.ts";
import { collectiveCaseOf } from "../../../src/answers/accuracy/read-collective.ts";
import type { Row } from "../../../src/answers/accuracy/row.ts";
import { readServing } from "../../../src/answers/accuracy/read-serving.ts";

const RUNS = { seed: 20_261_124, numRuns: 150 };
const pick = (...words: readonly string[]) => fc.constantFrom(...words);
const GPUS = pick(
  ...["H100-80GB-SXM", "A100 (DGX A100)", "V100-16GB", "GB300", "GB200 NVL72", "B200-SXM", "L40S"],
  ...["MI300X", "MI350X", "TPU7x (Ironwood)", "TPU v6e", "Trainium1", "Inferentia2", "H800"],
  ...["Intel Gaudi 3", "A100-40GB", "RTX 3090 Ti", "L4", ""],
);

function checked(row: Row, columns: readonly string[]): readonly Prediction[] {
  const said = predictTable({ columns: [...Object.keys(row), ...columns], rows: [row] });
  deepEqual(
    said.map(({ column }) => column),
    columns,
  );
  for (const { predicted, low, high, reason } of said) {
    if (predicted === null) {
      ok(reason.includes("[contradiction]"), `${reason} ${JSON.stringify(row)}`);
      continue;
    }
    ok(Number.isFinite(predicted) && predicted > 0, JSON.stringify(row));
    ok((low ?? 0) > 0 && (low ?? 0) <= predicted && predicted <= (high ?? 0));
  }
  return said;
}

const COLLECTIVE_ROWS = fc.record({
  collective: pick("all_reduce", "allgather", "reduce_scatter", "alltoall", "broadcast", "reduce"),
  gpu: GPUS,
  ranks: pick("2", "3", "5", "8", "10", "16", "72", "96", "128", "144", "1000", "4096"),
  ranks_per_node: pick("", "1", "4", "8"),
  nodes: pick(""),
  intra_network: pick("", "NVLink4 SHARP", "PCIe Gen4", "PCIe Gen5", "Infinity Fabric full mesh"),
  inter_network: pick(
    ...["", "not stated", "100GbE TCP", "200Gb RDMA single NIC", "3.2 Tb/s IB per node"],
    ...["4x400G IB per node, NVLink disabled across nodes", "8x400G NDR, SHARP", "EFAv3"],
    ...["Omni-Path (1x or 4x100G)", "GCP A3 Mega GPUDirect-TCPXO, 8x200 Gb/s", "something new"],
  ),
  library: pick("NCCL 2.25.1", "RCCL via torch", "MSCCL++ DSL", "TransferBench a2a", ""),
  algorithm: pick("", "NVLSTree", "TREE LL128 64 channels", "RING SIMPLE", "Ring forced", "NVLS"),
  size_bytes: fc.nat(34).map((power) => String(2 ** power)),
});

test("collectives of any part, size and group stay within links and network cards", () => {
  fc.assert(
    fc.property(COLLECTIVE_ROWS, (row) => {
      const columns = ["time_us", "algbw_GBps", "busbw_GBps"];
      const [time, , bus] = checked({ id: "x", ...row }, columns);
      const { given } = collectiveCaseOf(row);
      const { kind, ranks, domains, rates, nodeBytesPerS, sizeBytes } = given;
      const [seconds, busG] = [(time?.predicted ?? 0) / 1e6, bus?.predicted ?? 0];
      // Each rank receives what it lacks; reduction in a switch halves what a ring would.
      const leastShare = kind === "broadcast" || kind === "all_reduce" ? 1 : (ranks - 1) / ranks;
      ok(seconds >= (leastShare * sizeBytes) / rates.usableBytesPerS, JSON.stringify(row));
      ok(kind === "all_reduce" || busG <= rates.usableBytesPerS / 1e9, JSON.stringify(row));
      if (domains === 1) return;
      // A domain receives once what it lacks.
      const entering = kind === "all_reduce" || kind === "broadcast" ? 1 : 1 - 1 / domains;
      ok(seconds >= (entering * sizeBytes) / nodeBytesPerS, JSON.stringify(row));
    }),
    RUNS,
  );
});

const SERVING_ROWS = fc.record({
  model: pick(
    ...["Llama-3.1-70B-Instruct FP8-KV", "DeepSeek-R1", "gpt-oss-120b", "Qwen3-32B", "Falcon-180B"],
    ...["Mixtral-8x7B", "GPT-J-6B", "opt-66b", "some 13B model", "", "Llama-2-7b", "gemma-7b"],
  ),
  gpu: GPUS,
  gpus: pick("1", "2", "4", "8", "16", "72", "96", ""),
  tp: pick("", "1", "2", "4", "8", "32"),
  pp: pick("", "1", "2"),
  ep_dp: pick("", "EP32 DP32"),
  precision: pick(
    "FP8",
    "fp4",
    "bf16 (default; not stated)",
    "FP16 model, weights int8",
    "",
    "awq",
  ),
  engine: pick(
    "vLLM nightly",
    "FasterTransformer",
    "TensorRT-LLM (2025-26)",
    "DeepSeek production",
  ),
  isl: pick("1", "128", "2048", "131072", ""),
  osl: pick("1", "128", "8192", ""),
  batch: pick("", "1", "64", "4096"),
  concurrency: pick("", "1", "32", "16384"),
  scenario: pick(
    "",
    "latency",
    "offline max throughput",
    "prefill fleet",
    "decode fleet",
    "4 req/s",
  ),
});

test("serving never reads weights faster than memory, nor computes beyond its peak", () => {
  fc.assert(
    fc.property(SERVING_ROWS, (row) => {
      const columns = [
        ...["output_tokens_per_s", "output_tokens_per_s_per_gpu", "prefill_ms"],
        ...["decode_ms_per_token", "total_ms", "ttft_ms", "tpot_ms"],
      ];
      const said = checked({ id: "x", ...row }, columns);
      if (said[0]?.predicted === null) return;
      const value = (column: string): number =>
        said.find((one) => one.column === column)?.predicted ?? 0;
      const { replica, gpus, outputTokens } = readServing(row);
      const { model, weightBytes, memoryBytesPerS, ranks } = replica;
      const all = model.routed?.parameterCount ?? 0;
      const least = ((model.readParameters - all) * weightBytes) / ranks / memoryBytesPerS;
      ok(value("tpot_ms") / 1e3 >= least, JSON.stringify(row));
      ok(value("total_ms") >= value("ttft_ms"));
      const flop = 2 * model.activeParameters * value("output_tokens_per_s");
      ok(flop <= gpus * replica.peakFlopPerS, JSON.stringify(row));
      ok(outputTokens >= 1);
    }),
    RUNS,
  );
});

const KERNEL_ROWS = fc.record({
  kernel: pick(
    "DeepGEMM grouped 4",
    "FlashAttention-3",
    "GEMM square",
    "GEMM sustained",
    "cuDNN",
    "x",
  ),
  gpu: GPUS,
  dtype: pick("bf16", "fp16", "fp8", "fp8 (128 block scale)", "fp4", ""),
  m: pick("1", "64", "8192", ""),
  n: pick("1", "512", "32768", ""),
  k: pick("16", "7168", "65536", ""),
  seq_len: pick("1", "512", "131072", ""),
  head_dim: pick("64", "128", "256", ""),
  causal: pick("0", "1", ""),
  pass: pick("fwd", "fwd+bwd", ""),
});

test("kernels of any shape stay below the peak of their part", () => {
  fc.assert(
    fc.property(KERNEL_ROWS, (row) => {
      const [tera] = checked({ id: "x", ...row }, ["tflops"]);
      // The fastest 8-bit peak of the catalogue.
      ok((tera?.predicted ?? 0) < 5033);
    }),
    RUNS,
  );
});

const EXPERT_ROWS = fc.record({
  kernel: pick("V2", "low-latency (V1)", "normal (V1)", ""),
  phase: pick("dispatch", "combine"),
  gpu: pick("SM100 CX7", "SM100 NVLink", "SM90 CX7", "H800 + CX7 400G", ""),
  ep: pick("2", "8", "12", "64", "256", ""),
  tokens_per_rank: pick("1", "128", "8192", ""),
  hidden: pick("2048", "7168", ""),
  top_k: pick("1", "8", ""),
  dtype: pick("fp8", "bf16", ""),
  sms: pick("", "24"),
});

test("experts of any group have times and rates that agree", () => {
  fc.assert(
    fc.property(EXPERT_ROWS, (row) => {
      checked({ id: "x", ...row }, ["latency_us", "bottleneck_GBps"]);
    }),
    RUNS,
  );
});
