/** Memory of classes of ranks. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { denseLayersOf, gatheredBytes, rankMemory } from "../../../src/workload/dense/memory.ts";
import { classMemories, fullestBytes } from "../../../src/workload/dense/stage-memory.ts";
import { layersOfStage } from "../../../src/workload/dense/stages.ts";
import type { DenseRun } from "../../../src/workload/dense/types.ts";
import { LLAMA_H100, MPT_13B } from "./golden.ts";

const part = (run: DenseRun, rankClass: string, name: string): number =>
  classMemories(run)
    .find((one) => one.rankClass === rankClass)
    ?.parts.find((one) => one.name === name)?.sizeBytes ?? Number.NaN;

test("early stages hold more micro-batches, the last one the logits", () => {
  const ratio = part(LLAMA_H100, "first stage", "activations");
  ok(ratio > part(LLAMA_H100, "inner stages", "activations"));
  equal(part(LLAMA_H100, "first stage", "logits"), 0);
  ok(part(LLAMA_H100, "last stage", "logits") > 0);
  const most = Math.max(...classMemories(LLAMA_H100).map(({ totalBytes }) => totalBytes));
  ok(Math.abs(fullestBytes(LLAMA_H100) / most - 1) < 1e-12);
});

test("layers that do not divide go to the early stages", () => {
  const layout = { ...LLAMA_H100.layout, stages: 12 };
  const layers = Array.from({ length: 12 }, (_, stage) =>
    layersOfStage({ model: LLAMA_H100.model, layout }, stage),
  );
  // 80 layers on 12 stages: 8 stages of 7 and 4 of 6.
  equal(layers.join(" "), "7 7 7 7 7 7 7 7 6 6 6 6");
});

test("a sharded layer in work is gathered whole, with the next one and a gradient", () => {
  // MPT-13B: a layer of 12 · 5120² and its norms, 2 B each, three of them.
  const layer = 12 * 5120 ** 2 + 4 * 5120;
  equal(gatheredBytes(MPT_13B), 3 * 2 * layer);
});

test("leading layers without experts are held by the first stage alone", () => {
  const experts = { experts: 64, expertsPerToken: 6, sharedExperts: 2 };
  const dense = { denseLayers: 3, denseFfnChannels: 18_432 };
  const layout = { ...LLAMA_H100.layout, expertRanks: 8 };
  const all = { ...LLAMA_H100, layout, model: { ...LLAMA_H100.model, experts } };
  const some = { ...all, model: { ...all.model, experts: { ...experts, ...dense } } };
  equal(denseLayersOf(some, 0), 3);
  equal(denseLayersOf(some, 1), 0);
  ok(part(some, "first stage", "weights") < part(all, "first stage", "weights"));
  equal(part(some, "last stage", "weights"), part(all, "last stage", "weights"));
  ok(rankMemory(some).totalBytes <= rankMemory(all).totalBytes);
});
