/** Traffic of experts and of context parallelism in one layer, by hand. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { CONSTANTS } from "../../../src/workload/dense/constants.ts";
import { contextWire } from "../../../src/workload/dense/context.ts";
import { expertLayer } from "../../../src/workload/dense/experts.ts";
import { layerTime } from "../../../src/workload/dense/layer.ts";
import type { DenseRun } from "../../../src/workload/dense/types.ts";
import { LLAMA_H100 } from "./golden.ts";

const near = (found: number, expected: number): void =>
  ok(Math.abs(found / expected - 1) < 1e-9, `${found} ${expected}`);

/** Llama 3 70B on H100 with experts: 1 sequence of 8,192 tokens, 8,192 channels, tp 1. */
function experts(expertRanks: number): DenseRun {
  const layout = { ...LLAMA_H100.layout, tensorRanks: 1, contextRanks: 1, microBatch: 1 };
  return {
    ...LLAMA_H100,
    model: {
      ...LLAMA_H100.model,
      experts: { experts: 64, expertsPerToken: 4, sharedExperts: 0 },
    },
    layout: { ...layout, expertRanks, seqTokens: 8192 },
  };
}

test("inside a node every copy of a token crosses the ring, there and back", () => {
  // 2 ways · 7/8 · 8,192 tokens · 4 copies · 8,192 channels · 2 B at 368 GB/s.
  const wireS = (2 * (7 / 8) * 8192 * 4 * 8192 * 2) / 368e9;
  const { forwardS } = expertLayer(experts(8), CONSTANTS);
  near(forwardS, wireS * CONSTANTS.expertWireVisibleShare);
});

test("between nodes a token crosses once for each node it goes to", () => {
  // 2 nodes, 4 experts a token: the other node holds one of them with 1 - (1/2)^4 = 15/16.
  const wireS = (2 * 8192 * 8192 * 2 * (15 / 16)) / (50e9 * CONSTANTS.nicShare);
  const { forwardS } = expertLayer(experts(16), CONSTANTS);
  near(forwardS, wireS * CONSTANTS.expertWireVisibleShare);
});

test("behind another micro-batch's computing, dispatch only slows the kernels", () => {
  const run = experts(8);
  const hidden = { ...run, software: { ...run.software, overlapsExperts: true } };
  const share = CONSTANTS.contentionShare / CONSTANTS.expertWireVisibleShare;
  near(expertLayer(hidden, CONSTANTS).forwardS, share * expertLayer(run, CONSTANTS).forwardS);
});

test("an Arm host adds its time to layers whose launches are not captured", () => {
  const run = experts(8);
  const late = { ...run, software: { ...run.software, hasFusedExperts: false } };
  const arm = { ...late, part: { ...late.part, hasArmHost: true } };
  const seconds = (one: DenseRun): number => {
    const { forwardS, backwardS } = layerTime(one, CONSTANTS);
    return forwardS + backwardS;
  };
  near(seconds(arm) - seconds(late), CONSTANTS.armExpertHostS);
});

test("keys and values hide behind attention in a ring, and not in an all-to-all", () => {
  const layout = { ...LLAMA_H100.layout, tensorRanks: 1, contextRanks: 8, seqTokens: 8192 };
  const run = { ...LLAMA_H100, layout: { ...layout, microBatch: 1 } };
  // 1,024 tokens, 8 heads of 128 for keys and as many for values, 2 B: 4.19 MB, 7 times.
  const pairBytes = 2 * 2 * 1024 * 8 * 128;
  const long = contextWire(run, CONSTANTS, { forwardS: 1, backwardS: 1 });
  equal(long.forwardS, 0);
  const bare = contextWire(run, CONSTANTS, { forwardS: 0, backwardS: 0 });
  near(bare.forwardS, (7 * pairBytes) / 368e9);
  near(bare.backwardS, (14 * pairBytes) / 368e9);
  // Queries and results are 64 heads: 8 times as much as 8 heads of keys and values.
  const swapped = { ...run, layout: { ...run.layout, contextKind: "all-to-all" as const } };
  const all = contextWire(swapped, CONSTANTS, { forwardS: 1, backwardS: 1 });
  near(all.forwardS, ((7 / 8) * 9 * pairBytes) / 368e9);
});
