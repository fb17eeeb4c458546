/** What-ifs: each change of time and memory has its cause. */
import { equal, ok, rejects } from "node:assert/strict";
import { test } from "vitest";
import { Refusal } from "../../../src/base/errors.ts";
import type { LargeChange } from "../../../src/records/large-step.ts";
import { ask } from "./support.ts";

async function change(text: string): Promise<LargeChange> {
  const [found] = (await ask({ changes: [text] })).changes;
  ok(found !== undefined);
  return found;
}

test("unstructured pruning changes no dense time, and says so", async () => {
  const { stepTimeRatio, memoryRatio, cause } = await change("prune=0.5");
  equal(stepTimeRatio, 1);
  equal(memoryRatio, 1);
  ok(cause.includes("dense kernels multiply zeros"));
});

test("structured pruning shrinks shapes, so time and memory, but not by all of it", async () => {
  const { stepTimeRatio, memoryRatio } = await change("prune=structured:0.5");
  ok(stepTimeRatio > 0.5 && stepTimeRatio < 0.7, String(stepTimeRatio));
  ok(memoryRatio > 0.4 && memoryRatio < 0.8, String(memoryRatio));
});

test("fp8 gains less than its peak, since logits and attention stay", async () => {
  const { stepTimeRatio } = await change("precision=fp8");
  ok(stepTimeRatio > 0.5 && stepTimeRatio < 0.9, String(stepTimeRatio));
});

test("recompute costs time and saves memory", async () => {
  const { stepTimeRatio, memoryRatio, cause } = await change("recompute=full");
  ok(stepTimeRatio > 1.15 && memoryRatio < 0.8);
  ok(cause.includes("recompute +"), cause);
});

test("top-k sends its entries from every rank, and keeps the rest", async () => {
  const few = await change("compress=topk:0.01");
  // 32 ranks · 0.01 · 6 B = 1.92 B against 4 B: a little faster; the residual costs memory.
  ok(few.stepTimeRatio <= 1 && few.memoryRatio > 1);
  ok(few.cause.includes("1.92 B a parameter"));
  const many = await change("compress=topk:0.1");
  ok(many.stepTimeRatio > 1, "32 ranks · 0.1 · 6 B = 19 B a parameter are more than dense ones");
});

test("accumulating less pays gradients and bubble more often", async () => {
  const { stepTimeRatio } = await change("accumulate=4");
  ok(stepTimeRatio > 1);
});

for (const text of ["prune=2", "compress=zip", "accumulate=0", "faster", "tp=3"]) {
  test(`"${text}" is refused`, async () => {
    await rejects(change(text), (error) => error instanceof Refusal);
  });
}
