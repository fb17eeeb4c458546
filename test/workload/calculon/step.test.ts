/** Calculon's step equations: its published validation, and small blocks summed by hand. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import {
  readCalculonApplication,
  readCalculonExecution,
  readCalculonSystem,
} from "../../../src/files/formats/calculon.ts";
import type {
  CalculonApplication,
  CalculonExecution,
  CalculonSystem,
} from "../../../src/records/calculon.ts";
import { calculonStep } from "../../../src/workload/calculon/step.ts";

const HERE = "scenarios/neighbors/calculon";
const a100 = await readCalculonSystem(`${HERE}/a100-80g.json`);
const shipped = await readCalculonExecution(`${HERE}/t8-p8-full.json`);
const gpt3 = await readCalculonApplication(`${HERE}/gpt3-175B.json`);

const app = (hiddenSize: number, headCount: number, blockCount: number): CalculonApplication => ({
  ...{ hiddenSize, feedForwardSize: 4 * hiddenSize, sequenceTokens: 2048, headCount, blockCount },
  headSize: hiddenSize / headCount,
});

/** Rows of Table 5 of arXiv:2205.05198, as the program's validation has them. */
const MEASURED = [
  { app: app(6144, 64, 48), ranks: [8, 1], batches: [4, 4], chunksPerRank: 1, s: [1.42, 1.1] },
  { app: gpt3, ranks: [64, 8], batches: [64, 1], chunksPerRank: 3, s: [18.13, 13.75] },
  {
    app: app(20_480, 128, 105),
    ranks: [280, 35],
    batches: [280, 1],
    chunksPerRank: 3,
    s: [49.05, 37.83],
  },
  {
    app: app(25_600, 160, 128),
    ranks: [512, 64],
    batches: [512, 1],
    chunksPerRank: 1,
    s: [94.42, 71.49],
  },
] as const;

test("its published validation comes out: 3.65 % from Megatron on Selene, 8.87 % at most", () => {
  const errors = MEASURED.flatMap((row) => {
    const execution: CalculonExecution = {
      ...{ ...shipped, rankCount: row.ranks[0], pipelineRanks: row.ranks[1] },
      ...{ batch: row.batches[0], microBatch: row.batches[1], chunksPerRank: row.chunksPerRank },
    };
    const selective: CalculonExecution = {
      ...execution,
      ...{ recompute: "attn_only", tensorComm: "rs_ag", isGatherRedone: true },
    };
    return [execution, selective].map((one, i) => {
      const total = calculonStep(row.app, one, a100)["total_time"] ?? 0;
      return Math.abs(1 - total / at(row.s, i));
    });
  });
  equal((errors.reduce((sum, error) => sum + error, 0) / 8).toFixed(4), "0.0365");
  equal(Math.max(...errors).toFixed(4), "0.0887");
});

test("a block keeps what Megatron's paper counts: s·b·h·(10 + 24/t + 5·a·s/(h·t))", () => {
  // arXiv:2205.05198, equation 2, with t = 8, b = 4, s = 2048, h = 6144, a = 64.
  const stats = calculonStep(
    app(6144, 64, 48),
    {
      ...shipped,
      ...{ rankCount: 8, pipelineRanks: 1, batch: 4, microBatch: 4, chunksPerRank: 1 },
      recompute: "none",
    },
    { ...a100, memories: [{ ...a100.memories[0], capacityBytes: 1e15 }, a100.memories[1]] },
  );
  const sbh = 2048 * 4 * 6144;
  ok(
    Math.abs(
      (stats["block_act_storage_space"] ?? 0) / sbh - (10 + 24 / 8 + (5 * 64 * 2048) / (6144 * 8)),
    ) < 1e-9,
  );
});

/** Peaks of one flop, byte and so on a second, no staircase, no latency. */
const unit: CalculonSystem = {
  matrix: new Map([["float16", { peakFlopPerS: 1, curve: [[0, 1]] }]]),
  vector: new Map([["float16", { peakFlopPerS: 1, curve: [[0, 1]] }]]),
  memories: [
    { capacityBytes: 1e9, peakBytesPerS: 1e30, curve: [[0, 1]] },
    { capacityBytes: 1e9, peakBytesPerS: 1, curve: [[0, 1]] },
  ],
  isRoofline: false,
  networks: [0, 1].map((latencyS) => ({
    ...{ peakBytesPerS: 1, efficiency: 1, rankCount: 8, latencyS, isToBeFilled: false },
    ops: { p2p: [1, 0], reduce_scatter: [1, -1], all_gather: [1, -1], all_reduce: [2, -1] },
    processorShare: 0,
  })),
};
const tiny: CalculonApplication = {
  ...{ hiddenSize: 4, feedForwardSize: 8, sequenceTokens: 2, headCount: 2, headSize: 2 },
  blockCount: 4,
};
const alone: CalculonExecution = {
  ...{ ...shipped, rankCount: 1, tensorRanks: 1, pipelineRanks: 1, batch: 1, chunksPerRank: 1 },
  recompute: "none",
};
const near = (a: number | null | undefined, b: number) =>
  ok(Math.abs((a ?? Number.NaN) - b) < 1e-9 * Math.max(1, b), `${a} is not ${b}`);

test("a block forward is its matrix products and its flop an element", () => {
  // Rows 2, hidden 4, wide 8: products 2·2·4·4·(3+1) + 2·2·4·8·2 = 256 + 256; scores 2 heads of
  // 2·2·2·2 twice = 64; LayerNorm 2·9·8, softmax 5·8, GeLU 8·16, dropouts 8 + 8 + 8, sums 8 + 8.
  const stats = calculonStep(tiny, alone, unit);
  near(stats["block_fw_flops"], 256 + 256 + 64 + 144 + 40 + 128 + 24 + 16);
  near(stats["fw_time"], 4 * (stats["block_fw_flops"] ?? 0));
  // Weights: 4·16 + 2·32 of products and 2·8 of norms, 2 bytes each, 12 of optimizer, 11 flop.
  deepEqual([stats["block_weight_space"], stats["block_optimizer_space"]], [288, 1728]);
  near(stats["optim_step_time"], 4 * 144 * 11);
  // Backward: products of weights twice, scores twice, norms 14 and 7, 8, 13, 1, forks 2·8, 3·8.
  near(
    stats["bw_time"],
    4 * (2 * 512 + 2 * 64 + 2 * 8 * 21 + 8 * 8 + 13 * 16 + 24 + 32 + 2 * 16 + 24),
  );
  near(stats["total_time"], (stats["fw_time"] ?? 0) + (stats["bw_time"] ?? 0) + 4 * 144 * 11);
});

test("an all-reduce carries 2·(1 − 1/n) of its bytes and adds on the vector engine", () => {
  const two = { ...alone, rankCount: 2, tensorRanks: 2 };
  const stats = calculonStep(tiny, two, unit);
  // Two a block forward, each 2·4 elements of 2 bytes: 16·2·½ = 16 s, and 8·½ = 4 flop.
  near(stats["baseblock_fw_tp_time"], 2 * (16 + 4));
  near(stats["tp_comm_exposed_time"], 4 * 2 * 2 * (16 + 4));
});

test("a pipeline's bubble is p − 1 chunks, more where micro-batches fall short", () => {
  const piped = { ...alone, rankCount: 2, pipelineRanks: 2, batch: 2 };
  const stats = calculonStep(tiny, piped, unit);
  const passS = ((stats["fw_time"] ?? 0) + (stats["bw_time"] ?? 0)) / 2;
  // Network 1: a latency of 1 s and 16 bytes, forward and backward, in each micro-batch.
  near(stats["pp_comm_exposed_time"], 2 * 2 * 17);
  near(stats["bubble_time"], passS + 2 * 17);
  // Three micro-batches in two chunks a rank: (v−1)·(2 − 1) = 1 chunk more.
  const odd = calculonStep(tiny, { ...piped, batch: 3, chunksPerRank: 2 }, unit);
  near(odd["bubble_time"], 2 * (passS / 2 + 2 * 17));
});

test("full recomputation runs the block again; its flop add up as the program has them", () => {
  const stats = calculonStep(tiny, { ...alone, recompute: "full" }, unit);
  near(stats["recompute_time"], stats["fw_time"] ?? 0);
  // The quirk: each layer adds all before it, so far more than one pass.
  ok((stats["block_re_flops"] ?? 0) > 5 * (stats["block_fw_flops"] ?? 0));
  equal(stats["block_act_storage_space"], 0);
  equal(stats["act_checkpoint_size"], 4 * 16);
});

test("data parallelism: one all-reduce a block, or a scatter and a gather where sharded", () => {
  const shared = { ...alone, rankCount: 2, dataRanks: 2, batch: 2, dataNetworkIndex: 0 };
  near(calculonStep(tiny, shared, unit)["dp_comm_exposed_time"], 4 * 288);
  const sharded = calculonStep(tiny, { ...shared, isOptimizerSharded: true }, unit);
  near(sharded["dp_comm_exposed_time"], 4 * (144 + 144));
  near(sharded["optimizer_space"], (4 * 1728) / 2);
  // Overlapped with much arithmetic, only the last block shows, and the processor's share is 0.
  const hidden = calculonStep(tiny, { ...shared, isDataOverlapped: true }, unit);
  near(hidden["dp_comm_exposed_time"], 288);
});

test("tiles hide behind arithmetic, save the pipe's own", () => {
  const ring = { ...alone, rankCount: 2, tensorRanks: 2, tensorOverlap: "ring" } as const;
  const slow = calculonStep(tiny, ring, unit);
  // Forward, the output product: 2·2·2·4 = 32 flop in 2 tiles of 16 against (16 + 4)/2 = 10 sent.
  // The second product: 2·2·4·4 = 64 in tiles of 32. Nothing shows.
  equal(slow["baseblock_fw_tp_time_exposed"], 0);
  const pipe = calculonStep(tiny, { ...ring, tensorOverlap: "pipe" }, unit);
  near(pipe["baseblock_fw_tp_time_exposed"], 2 * 10);
});

test("what the program refuses is refused: memory, networks, layouts", () => {
  const poor = {
    ...unit,
    memories: [{ ...unit.memories[0], capacityBytes: 1 }, unit.memories[1]],
  } as const;
  throws(() => calculonStep(tiny, alone, poor), /does-not-fit/);
  throws(
    () => calculonStep(tiny, { ...alone, tensorRanks: 16, rankCount: 16 }, unit),
    /network 0 of 8/,
  );
  throws(() => calculonStep(tiny, { ...alone, tensorRanks: 4, rankCount: 4 }, unit), /attn_heads/);
  const chunks = { ...alone, rankCount: 2, pipelineRanks: 2, chunksPerRank: 3 };
  throws(() => calculonStep(tiny, chunks, unit), /2 blocks a rank in 3 chunks/);
  throws(() => calculonStep(tiny, { ...alone, datatype: "float8" }, unit), /no-such-precision/);
});
