/** Memory of a rank against published figures. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import {
  inWorkBytes,
  layerActivationBytes,
  rankMemory,
  stateParts,
} from "../../../src/workload/dense/memory.ts";
import { layerParameterCount } from "../../../src/workload/dense/parameters.ts";
import type { DenseRun, Recompute } from "../../../src/workload/dense/types.ts";
import { table } from "../../answers/accuracy/tables.ts";
import { GPT_145B, LLAMA_H100 } from "./golden.ts";

interface Published {
  readonly layers: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly stages: number;
  readonly chunks: number;
  readonly microBatch: number;
}

/** Table 3 of Korthikanti et al. 2022; tensor parallel 8, sequence 2,048. */
const MODELS: Readonly<Record<string, Published>> = {
  "megatron-22B": {
    ...{ layers: 48, hiddenSize: 6144, heads: 64, stages: 1, chunks: 1, microBatch: 4 },
  },
  "gpt3-175B": {
    ...{ layers: 96, hiddenSize: 12_288, heads: 96, stages: 8, chunks: 3, microBatch: 1 },
  },
  "turing-530B": {
    ...{ layers: 105, hiddenSize: 20_480, heads: 128, stages: 35, chunks: 3, microBatch: 1 },
  },
  "megatron-1T": {
    ...{ layers: 128, hiddenSize: 25_600, heads: 160, stages: 64, chunks: 1, microBatch: 1 },
  },
};

function runOf(published: Published, recompute: Recompute): DenseRun {
  const { layers, hiddenSize, heads, stages, chunks, microBatch } = published;
  const { model, layout } = GPT_145B;
  return {
    ...GPT_145B,
    model: {
      ...{ ...model, layers, hiddenSize, heads, kvHeads: heads, headSize: hiddenSize / heads },
      ffnChannels: 4 * hiddenSize,
    },
    layout: {
      ...{ ...layout, tensorRanks: 8, stages, chunks, microBatch, seqTokens: 2048, recompute },
      isSequenceParallel: recompute === "selective",
    },
  };
}

test("activations and states are those of the published figure, within 0.5 %", () => {
  const { rows } = table("scenarios/validation/memory-korthikanti-fig1.csv");
  for (const row of rows) {
    const published = MODELS[row["model"] ?? ""];
    ok(published !== undefined, row["model"]);
    const { layers, stages, chunks } = published;
    const run = runOf(published, row["recompute"] === "none" ? "none" : "selective");
    // Interleaving holds (1 + (p − 1)/(p v)) times the layers, one-forward-one-backward once.
    const held = chunks > 1 ? 1 + (stages - 1) / (stages * chunks) : 1;
    const activations = layerActivationBytes(run) * layers * held;
    const states = (18 * (layers / stages) * layerParameterCount(run.model)) / 8;
    const near = (bytes: number, column: string) => {
      const gib = Number(row[column]);
      ok(
        Math.abs(bytes / 2 ** 30 / gib - 1) < 0.005,
        `${row["model"]} ${column} ${bytes / 2 ** 30}`,
      );
    };
    near(activations, "activations_gib");
    near(states, "params_and_optimizer_gib");
  }
});

test("the first stage holds the layer in work besides what it kept; the last its logits", () => {
  const { model, layout } = LLAMA_H100;
  // 60 B a token and channel, over 4 tensor ranks: 1 GB, and logits of 12 B: 3.2 GB.
  const workBytes = (60 * 8192 * 8192) / 4;
  equal(inWorkBytes(LLAMA_H100), workBytes);
  const full = { ...LLAMA_H100, layout: { ...layout, recompute: "full" as const } };
  equal(inWorkBytes(full), 0);
  const one = { ...LLAMA_H100, layout: { ...layout, stages: 1, chunks: 1 } };
  const logitsBytes = (12 * 8192 * model.vocabularyTokens) / 4;
  equal(rankMemory(one).logitsBytes, logitsBytes);
  const small = { ...one, model: { ...model, vocabularyTokens: 1000 } };
  equal(rankMemory(small).logitsBytes, workBytes);
});

test("shared experts are replicated like attention, not spread like those tokens go to", () => {
  const layout = { ...LLAMA_H100.layout, tensorRanks: 1, stages: 1, expertRanks: 8, shardRanks: 8 };
  const experts = { experts: 64, expertsPerToken: 4, sharedExperts: 0 };
  const run = { ...LLAMA_H100, layout, model: { ...LLAMA_H100.model, experts } };
  const more = { ...run, model: { ...run.model, experts: { ...experts, sharedExperts: 1 } } };
  const bytes = (one: DenseRun): number => {
    const parts = stateParts(one, { layers: 1, denseLayers: 0, tables: 0 });
    return parts.weightsBytes + parts.gradientsBytes + parts.optimizerBytes;
  };
  // One more gated block: weights and gradients of 2 B here, 12 B over 8 ranks.
  const expected = 3 * 8192 * 28_672 * (2 + 2 + 12 / 8);
  ok(Math.abs((bytes(more) - bytes(run)) / expected - 1) < 1e-9);
});
