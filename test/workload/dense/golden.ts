/** Published runs as the model takes them, each from its table and its run script. */
import { present } from "../../../src/base/assert.ts";
import { PART_ROWS } from "../../../src/workload/dense/parts.ts";
import type { DenseLayout, DenseModel } from "../../../src/workload/dense/types.ts";
import type { DenseRun, DenseSoftware } from "../../../src/workload/dense/types.ts";

const part = (id: string) =>
  present(
    PART_ROWS.find((row) => row.id === id),
    id,
  );

const one: DenseLayout = {
  ...{ tensorRanks: 1, contextRanks: 1, stages: 1, chunks: 1, replicas: 1, expertRanks: 1 },
  ...{ microBatch: 1, globalBatch: 1, seqTokens: 2048, recompute: "none" },
  ...{ sharding: "optimizer", shardRanks: 1, isSequenceParallel: true, isLora: false },
  precision: "bf16",
};

const fused: DenseSoftware = {
  ...{ isFused: true, isEager: false, isEarly: false, attentionLagGenerations: 0 },
  ...{ hasFlashAttention: true, overlapsTensor: false, overlapsData: true, hasGraphs: false },
  ...{ gradientBytes: 2, hasFusedExperts: true },
};

function shape(
  [layers, hiddenSize, heads, kvHeads, ffnChannels, vocabularyTokens]: readonly number[],
  isGated: boolean,
): DenseModel {
  return {
    ...{ layers: layers ?? 0, hiddenSize: hiddenSize ?? 0, heads: heads ?? 0 },
    ...{ headSize: (hiddenSize ?? 0) / (heads ?? 1), kvHeads: kvHeads ?? 0 },
    ...{ ffnChannels: ffnChannels ?? 0, vocabularyTokens: vocabularyTokens ?? 0 },
    ...{ isGated, hasDropout: false, windowTokens: 0 },
  };
}

const LLAMA_70B = shape([80, 8192, 64, 8, 28_672, 128_256], true);

/** GPT-3 of 145 billion on 1,536 A100, 2021. */
export const GPT_145B: DenseRun = {
  model: { ...shape([80, 12_288, 96, 96, 49_152, 51_200], false), hasDropout: true },
  layout: {
    ...{ ...one, tensorRanks: 8, stages: 8, chunks: 2, replicas: 24, recompute: "full" },
    ...{ microBatch: 2, globalBatch: 2304, isSequenceParallel: false },
  },
  part: part("a100-sxm-80"),
  software: {
    ...{ ...fused, isEager: true, hasFlashAttention: false, overlapsData: false },
  },
};

/** MPT-13B on 8 A100, parameters sharded. */
export const MPT_13B: DenseRun = {
  model: shape([40, 5120, 40, 40, 20_480, 50_368], false),
  layout: {
    ...{ ...one, replicas: 8, shardRanks: 8, sharding: "fsdp", microBatch: 2, globalBatch: 48 },
  },
  part: part("a100-sxm-80"),
  software: { ...fused, attentionLagGenerations: 1 },
};

/** InternLM-7B on 128 A100 with 400 Gb/s a node, ZeRO-1 by broadcasts. */
export const INTERN_7B: DenseRun = {
  model: shape([32, 4096, 32, 32, 11_008, 103_168], true),
  layout: {
    ...{ ...one, replicas: 128, shardRanks: 128, sharding: "broadcast", microBatch: 2 },
    globalBatch: 1024,
  },
  part: { ...part("a100-sxm-80"), nicBytesPerS: 6.25e9 },
  software: { ...fused, isEager: true },
};

/** GPT-3 of 177 billion on 2,304 H100, 2024. */
export const GPT_177B: DenseRun = {
  model: shape([96, 12_288, 96, 96, 49_152, 131_072], false),
  layout: {
    ...{ ...one, tensorRanks: 8, stages: 6, chunks: 16, replicas: 48, shardRanks: 48 },
    ...{ globalBatch: 1152, seqTokens: 4096 },
  },
  part: part("h100-sxm"),
  software: {
    ...{ ...fused, isEager: true, attentionLagGenerations: 1, overlapsTensor: true },
    gradientBytes: 4,
  },
};

/** Llama 3 70B in FP8 on 64 H100. */
export const LLAMA_H100: DenseRun = {
  model: LLAMA_70B,
  layout: {
    ...{ ...one, tensorRanks: 4, stages: 8, chunks: 5, replicas: 2, shardRanks: 2 },
    ...{ globalBatch: 256, seqTokens: 8192, precision: "fp8" },
  },
  part: part("h100-sxm"),
  software: { ...fused, overlapsTensor: true },
};

/** Llama 3 70B in FP8 on 64 GB300, parameters sharded. */
export const LLAMA_GB300: DenseRun = {
  model: LLAMA_70B,
  layout: {
    ...{ ...one, replicas: 64, shardRanks: 64, sharding: "fsdp", microBatch: 2 },
    ...{ globalBatch: 256, seqTokens: 8192, precision: "fp8" },
  },
  part: part("gb300-nvl72"),
  software: { ...fused, overlapsTensor: true },
};

/** Llama 3.1 405B in float8 on 512 H100 of 500 W: 126 layers over 8 stages do not divide. */
export const LLAMA_405B: DenseRun = {
  model: shape([126, 16_384, 128, 8, 53_248, 128_256], true),
  layout: {
    ...{ ...one, tensorRanks: 8, stages: 8, replicas: 8, shardRanks: 8, sharding: "fsdp" },
    ...{ microBatch: 4, globalBatch: 256, seqTokens: 8192, recompute: "full", precision: "fp8" },
  },
  part: part("h100-sxm-500w"),
  software: { ...fused, attentionLagGenerations: 1, overlapsTensor: true },
};
