/** The step-time model against parts worked out independently for published runs. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { CONSTANT_ROWS, CONSTANTS } from "../../../src/workload/dense/constants.ts";
import type { DenseConstants } from "../../../src/workload/dense/constants.ts";
import { stepTime } from "../../../src/workload/dense/step.ts";
import type { StepParts } from "../../../src/workload/dense/step.ts";
import type { DenseRun } from "../../../src/workload/dense/types.ts";
import { GPT_145B, GPT_177B, INTERN_7B, LLAMA_405B } from "./golden.ts";
import { LLAMA_GB300, LLAMA_H100, MPT_13B } from "./golden.ts";

/** The constants of the published derivation: no casts, no start of rings, one class of bytes. */
const DERIVED: DenseConstants = {
  ...CONSTANTS,
  ...{ bytePassesFactor: 1.45, unfusedPassesFactor: 1, castPassesFactor: 0, recomputeShare: 0.8 },
  ...{ olderAttentionShare: 0.55, tensorVisibleShare: 0.5, gatherVisibleShare: 0.47 },
  ...{ broadcastVisibleShare: 0.45, plainFactor: 1.02, eagerFactor: 1.13 },
  ...{ lossPassesFactor: 1.45, wholeRecomputeShare: 0.8 },
  ...{ ringStartS: 0, ringStepS: 0, crossNodeStepS: 0 },
};

type Golden = Partial<Record<keyof StepParts | "stepS", number>>;

/** Seconds by part, to the hundredth: rounding of both sides allows 0.011. */
const GOLDEN: readonly (readonly [string, DenseRun, Golden])[] = [
  [
    "GPT-3 145B on 1,536 A100",
    GPT_145B,
    {
      ...{ stepS: 25.36, productsS: 12.34, bytesS: 0.945, attentionS: 0.94, tensorS: 1.44 },
      ...{ recomputeS: 4.45, logitsS: 0.51, bubbleS: 1.66, dataS: 0.42 },
    },
  ],
  [
    "MPT-13B on 8 A100",
    MPT_13B,
    // Attention one generation older: 0.42 · (1 + 0.55 · 500/2048)/(1 + 500/2048) = 0.383.
    { stepS: 5.21, productsS: 4.02, bytesS: 0.18, attentionS: 0.383, logitsS: 0.09, dataS: 0.42 },
  ],
  [
    "InternLM-7B on 128 A100",
    INTERN_7B,
    { stepS: 4.72, productsS: 2.9, bytesS: 0.16, attentionS: 0.2, logitsS: 0.24, dataS: 0.8 },
  ],
  [
    "GPT-3 177B on 2,304 H100",
    GPT_177B,
    {
      // Attention as for MPT, over 4,096: 0.24 · 1.067/1.122. Both halves of the gradients'
      // wire, 14.8 and 7.4 GB at 42.5 GB/s, hide behind other chunks: a tenth of 0.51 s shows.
      ...{ stepS: 5.03, productsS: 3.45, bytesS: 0.105, attentionS: 0.228, tensorS: 0.37 },
      ...{ logitsS: 0.23, bubbleS: 0.06, dataS: 0.05 },
    },
  ],
  [
    "Llama 3 70B on 64 H100",
    LLAMA_H100,
    {
      ...{ stepS: 20.32, productsS: 12.27, bytesS: 1.01, attentionS: 2.18, tensorS: 1.4 },
      ...{ logitsS: 2.91, bubbleS: 0.19, dataS: 0 },
    },
  ],
  [
    "Llama 3 70B on 64 GB300",
    LLAMA_GB300,
    { stepS: 6.46, productsS: 4.4, bytesS: 0.42, attentionS: 0.78, logitsS: 0.15, dataS: 0.58 },
  ],
];

test.each(GOLDEN)("the parts of %s are those worked out by hand", (_, run, golden) => {
  const { stepS, parts } = stepTime(run, DERIVED);
  const found: Golden = { ...parts, stepS };
  for (const [name, expected] of Object.entries(golden)) {
    const got = found[name as keyof Golden] ?? Number.NaN;
    ok(Math.abs(got - expected) <= 0.0011 * Math.max(expected, 10), `${name}: ${got} ${expected}`);
  }
});

test("the parts sum to the step", () => {
  for (const [, run] of GOLDEN) {
    const { stepS, parts } = stepTime(run);
    const sum = Object.values(parts).reduce((total: number, part: number) => total + part, 0);
    ok(Math.abs(sum / stepS - 1) < 1e-12);
  }
});

test("leaving a part out shortens the step: each of them is paid for", () => {
  const shorter = (run: DenseRun, change: (run: DenseRun) => DenseRun) =>
    ok(stepTime(change(run)).stepS < 0.995 * stepTime(run).stepS);
  shorter(GPT_145B, (run) => ({ ...run, layout: { ...run.layout, recompute: "none" } }));
  shorter(GPT_145B, (run) => ({ ...run, software: { ...run.software, overlapsTensor: true } }));
  shorter(GPT_145B, (run) => ({ ...run, software: { ...run.software, overlapsData: true } }));
  shorter(GPT_177B, (run) => ({
    ...run,
    software: { ...run.software, attentionLagGenerations: 0 },
  }));
  shorter(LLAMA_H100, (run) => ({ ...run, model: { ...run.model, vocabularyTokens: 32_000 } }));
  shorter(LLAMA_405B, (run) => ({ ...run, layout: { ...run.layout, chunks: 2 } }));
  shorter(MPT_13B, (run) => ({ ...run, layout: { ...run.layout, microBatch: 6 } }));
});

test("interleaving by v divides the bubble by v", () => {
  // (stages − 1) / chunks stages: 2 chunks against 1.
  const twice = stepTime(GPT_145B).parts.bubbleS;
  const once = stepTime({ ...GPT_145B, layout: { ...GPT_145B.layout, chunks: 1 } }).parts.bubbleS;
  ok(Math.abs(once / twice - 2) < 1e-9);
});

test("gradients hide behind the chunks that still compute, and one chunk leaves one pass", () => {
  // n = (1 + p · (v − 1))/v passes: 1 of a single chunk, 91/16 of 16 chunks over 6 stages.
  const shownS = (chunks: number): number =>
    stepTime({ ...GPT_177B, layout: { ...GPT_177B.layout, chunks } }).parts.dataS;
  ok(shownS(1) > 3 * shownS(16));
  // Everything hides where passes are many: only contention is left, a tenth of the wire.
  const wireS = ((47 / 48) * 6 * 3.63e9) / 42.5e9;
  ok(Math.abs(shownS(16) / (0.1 * wireS) - 1) < 0.05, `${shownS(16)} ${0.1 * wireS}`);
});

test("blocks side by side are reduced once where others are reduced twice", () => {
  const wireS = (isParallel: boolean): number =>
    stepTime({ ...GPT_145B, model: { ...GPT_145B.model, isParallel } }).parts.tensorS;
  ok(Math.abs(wireS(false) / wireS(true) - 2) < 1e-9);
});

test("layers that do not divide are paced by the slowest stage", () => {
  // 126 over 8: seven stages of 16 and one of 14 with the logits; 16 against 15.75 layers.
  const { parts } = stepTime(LLAMA_405B);
  const even = stepTime({ ...LLAMA_405B, model: { ...LLAMA_405B.model, layers: 128 } }).parts;
  ok(parts.productsS > even.productsS * (15.75 / 16));
  ok(parts.productsS <= even.productsS * (1 + 1e-12));
});

test("more of anything never makes a step shorter", () => {
  for (const [, run] of GOLDEN) {
    const { model, layout } = run;
    const base = stepTime(run).stepS;
    const longer = { ...layout, seqTokens: 2 * layout.seqTokens };
    ok(stepTime({ ...run, layout: longer }).stepS > 1.7 * base);
    ok(stepTime({ ...run, model: { ...model, layers: 2 * model.layers } }).stepS > 1.5 * base);
    const more = { ...layout, globalBatch: 2 * layout.globalBatch };
    ok(stepTime({ ...run, layout: more }).stepS > 1.5 * base);
  }
});

test("each constant is named once, with meaning and source", () => {
  equal(new Set(CONSTANT_ROWS.map(({ name }) => name)).size, CONSTANT_ROWS.length);
  for (const { name, value, meaning, source } of CONSTANT_ROWS) {
    equal(CONSTANTS[name], value);
    ok(meaning.length > 10 && source.length > 10, name);
  }
});
