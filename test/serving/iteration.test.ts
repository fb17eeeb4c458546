/** The closed form of a serving engine: its laws, and published throughput. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { quantile } from "../../src/answers/accuracy/errors.ts";
import { predictTable } from "../../src/answers/accuracy/predict.ts";
import { decodeStepS, fullLoadTokensPerS, kvBytesPerToken } from "../../src/serving/iteration.ts";
import { largestBatch, promptS } from "../../src/serving/iteration.ts";
import { REPLICA } from "./replica.ts";
import { table } from "../answers/accuracy/tables.ts";

test("keys and values of grouped queries take 2 L k d bytes a token, shared by the ranks", () => {
  // 2 · 80 · 8 · 128 = 163,840 bytes, half on each of two ranks.
  equal(kvBytesPerToken(REPLICA), 81_920);
  const latent = { ...REPLICA.model, layers: 61, latentChannels: 576 };
  // Latent ones are not divided: 61 · 576 · 2 bytes.
  equal(kvBytesPerToken({ ...REPLICA, model: latent, kvBytes: 2 }), 70_272);
});

test("requests of 256 tokens fill about 1,956 places of two H100", () => {
  ok(Math.abs(largestBatch(REPLICA, 256) / 1956 - 1) < 0.02);
});

test("a lone sequence decodes at the speed of reading the weights and of launches", () => {
  // About 20.8 ms at a context of 1,000.
  ok(Math.abs(decodeStepS(REPLICA, 1, 1000) / 20.8e-3 - 1) < 0.03);
});

test("more memory rate, more compute and shorter prompts never lower throughput", () => {
  const load = { promptTokens: 1000, outputTokens: 1000, sequences: 200 };
  const base = fullLoadTokensPerS(REPLICA, load);
  ok(fullLoadTokensPerS({ ...REPLICA, memoryBytesPerS: 4.8e12 }, load) > base);
  ok(fullLoadTokensPerS({ ...REPLICA, peakFlopPerS: 4500e12 }, load) > base);
  ok(fullLoadTokensPerS(REPLICA, { ...load, promptTokens: 500 }) > base);
  ok(promptS(REPLICA, 2000) > 2 * promptS(REPLICA, 1000));
});

test("published throughput is met within 4 % in the median and 9 % at the 90th percentile", () => {
  const { columns, rows } = table("scenarios/validation/inference.csv");
  const column = "output_tokens_per_s";
  const said = predictTable({ columns, rows }).filter((one) => one.column === column);
  const errors = said
    .map(({ predicted }, i) => Math.abs((predicted ?? 0) / Number(rows[i]?.[column]) - 1))
    .sort((a, b) => a - b);
  equal(errors.length, 76);
  ok(quantile(errors, 0.5) <= 0.04 && quantile(errors, 0.9) <= 0.09);
});

test("a step reads only the experts that its tokens meet", () => {
  // One token of 8 experts with 2 each meets a quarter of them: 1 − (1 − 2/8)^1; many meet all.
  const routed = { expertCount: 8, expertsPerToken: 2, parameterCount: 60e9 };
  const mixture = { ...REPLICA, model: { ...REPLICA.model, routed } };
  const quarter = { ...REPLICA, model: { ...REPLICA.model, readParameters: 8.5e9 + 15e9 } };
  ok(Math.abs(decodeStepS(mixture, 1, 100) - decodeStepS(quarter, 1, 100)) < 1e-12);
  ok(Math.abs(decodeStepS(mixture, 500, 100) / decodeStepS(REPLICA, 500, 100) - 1) < 1e-9);
});
