/** Two pools in closed form: the queue's algebra inverted, the largest batch within a limit. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { pools } from "../../src/serving/disaggregated.ts";
import { decodeStepS, kvBytesPerToken } from "../../src/serving/iteration.ts";
import { REPLICA } from "./replica.ts";

const traffic = { promptTokens: 1000, outputTokens: 1000, variation: 0.5, cachedShare: 0 };
const lengths = { ...traffic, requestsPerS: 0 };
const limits = { ttftS: 2, tpotS: 0.05, nicBytesPerS: 50e9 };

test("a prefill replica at the rate found has just the wait that is left", () => {
  const { prefillPerS, promptS, exposedTransferS } = pools(REPLICA, REPLICA, lengths, limits);
  // λ p² (1 + v²) / (2 (1 − λ p)) + p + transfer = 2 s
  const wait = (prefillPerS * promptS ** 2 * 1.25) / (2 * (1 - prefillPerS * promptS));
  ok(Math.abs(wait + promptS + exposedTransferS - 2) < 1e-9);
});

test("keys and values of 1,000 tokens cross two cards in 1.8 ms, two layers of 80 exposed", () => {
  const { transferS, exposedTransferS } = pools(REPLICA, REPLICA, lengths, limits);
  // 1000 · 81,920 bytes a rank over 0.9 · 50 GB/s
  equal(transferS, (1000 * kvBytesPerToken(REPLICA)) / 45e9);
  ok(Math.abs(transferS - 1.82e-3) < 1e-5);
  ok(Math.abs(exposedTransferS - transferS / 40) < 1e-12);
});

test("a decode replica runs as many sequences as keep the limit", () => {
  const { decodePerS } = pools(REPLICA, REPLICA, lengths, { ...limits, tpotS: 0.03 });
  // λ = B / (OSL · td(B)) with td(B) = 30 ms: B = 30 λ.
  const batch = decodePerS * 1000 * 0.03;
  ok(Math.abs(decodeStepS(REPLICA, batch, 1000 + 625) - 0.03) < 1e-6);
});

test("limits that nothing keeps give a rate of zero", () => {
  equal(pools(REPLICA, REPLICA, lengths, { ...limits, tpotS: 0.001 }).decodePerS, 0);
  equal(pools(REPLICA, REPLICA, lengths, { ...limits, ttftS: 0.01 }).prefillPerS, 0);
});
