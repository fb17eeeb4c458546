/** Runs of one's own: what is moved, by how much, and how well it predicts the rest. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { Refusal } from "../../src/base/errors.ts";
import { readValidation } from "../../src/files/validation.ts";
import { quantile } from "../../src/answers/accuracy/errors.ts";
import type { ValidationStep } from "../../src/answers/accuracy/validation.ts";
import { predictedS, validationSteps } from "../../src/answers/accuracy/validation.ts";
import { anchorFrom, calibrateSteps, fitted } from "../../src/answers/calibrate-steps.ts";
import { CONSTANTS } from "../../src/workload/dense/constants.ts";

const tables = await readValidation();
const row = tables
  .find(({ name }) => name === "train-llm-foundry-fsdp")
  ?.rows.find(({ id }) => id?.includes("13b"));

test("one run moves the law by 1/(1 + 1.5) of its residual", () => {
  ok(row !== undefined);
  const [step] = validationSteps([{ name: "x", rows: [row] }]);
  ok(step !== undefined);
  const slow = { ...step, measuredS: 1.2 * predictedS(step, CONSTANTS) };
  const moved = predictedS(slow, fitted([slow])) / predictedS(slow, CONSTANTS);
  // Layers are nearly all of this step, so it moves by 1.2^0.4 = 1.076.
  ok(Math.abs(moved - 1.2 ** 0.4) < 0.01, String(moved));
});

test("an overlay names at most two constants and the runs it stands on", () => {
  const table = tables.find(({ name }) => name === "train-internevo-a100-roce");
  const overlay = calibrateSteps(table?.rows ?? []);
  equal(overlay.runs, 30);
  ok(Object.keys(overlay.constants).length <= 2);
  ok((overlay.leftOutErrorShare ?? 1) < 0.04);
  const { words } = anchorFrom(overlay, 2048);
  ok(words.startsWith("to your 30 runs at 8-"), words);
  ok(words.includes("extrapolated ×"), words);
});

test("an overlay that moves nothing is the law itself", () => {
  const kind = "fabricast step calibration" as const;
  const overlay = { kind, constants: {}, runs: 1, rankCountMin: 8, rankCountMax: 8 };
  deepEqual(anchorFrom(overlay, 8).overlay.constants, CONSTANTS);
  equal(anchorFrom(overlay, 8).words, "to your 1 run at 8");
});

test("rows without a measured step are refused", () => {
  ok(row !== undefined);
  const blank = { ...row, step_time_s: "", tokens_per_s_per_gpu: "", tflops_per_gpu: "" };
  throws(() => calibrateSteps([blank]), Refusal);
});

test("the smaller scales of published series predict the larger ones", () => {
  const series = new Map<string, ValidationStep[]>();
  for (const step of validationSteps(tables)) {
    if (step.kind !== "dense" || step.excluded !== "") continue;
    const { layout } = step.reading.run;
    const key = `${step.model} ${layout.precision} ${layout.isLora}`;
    series.set(key, [...(series.get(key) ?? []), step]);
  }
  const errors = [...series.values()].flatMap((steps) => {
    const sizes = [...new Set(steps.map(({ reading }) => reading.gpus))].sort((a, b) => a - b);
    if (sizes.length < 2) return [];
    const cut = sizes[Math.floor((sizes.length - 1) / 2)] ?? 0;
    const constants = fitted(steps.filter(({ reading }) => reading.gpus <= cut));
    const larger = steps.filter(({ reading }) => reading.gpus > cut);
    return larger.map((step) => Math.abs(predictedS(step, constants) / step.measuredS - 1));
  });
  errors.sort((a, b) => a - b);
  ok(errors.length >= 45);
  ok(quantile(errors, 0.5) <= 0.05, String(quantile(errors, 0.5)));
  ok(quantile(errors, 0.95) <= 0.12, String(quantile(errors, 0.95)));
});
