/** Memory of a rank against published figures. */
import { ok } from "node:assert/strict";
import { test } from "vitest";
import { layerActivationBytes } from "../../../src/workload/dense/memory.ts";
import { layerParameterCount } from "../../../src/workload/dense/parameters.ts";
import type { DenseRun, Recompute } from "../../../src/workload/dense/types.ts";
import { table } from "../../answers/accuracy/tables.ts";
import { GPT_145B } from "./golden.ts";

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
