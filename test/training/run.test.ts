import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { readTraining } from "../../src/files/training.ts";
import { createModel, parameterCount } from "../../src/models/model.ts";
import type { Training } from "../../src/records/job.ts";
import { seeded } from "../../src/base/random.ts";
import { applyMask, prunedMask } from "../../src/training/prune.ts";
import { runReport } from "../../src/training/report.ts";
import { ONE_PROCESS } from "../../src/training/parallel.ts";
import { runTraining } from "../../src/training/run.ts";
import { train } from "../../src/training/train.ts";
import { backends } from "../tensor/backends.ts";

const mlp = await readTraining("mlp");
const gpt = await readTraining("gpt");

test("a run gives the losses of the recorded training, and counts what it did", async () => {
  const training: Training = { ...mlp, steps: 3 };
  const backend = backends[0]!;
  const report = await runTraining(training, { backend });
  deepEqual(report.losses, train(training, { backend }).measurement.losses);
  equal(report.stepTimesS.length, 3);
  const { parameterBytes, matmulFlop, sequences, sentBytes, pid } = report.rank;
  equal(parameterBytes, 4 * 5560);
  // Per sample and step 2·(100·50 + 50·10) forward; backward twice that, but for the gradient of
  // the inputs, 2·100·50, which nothing needs.
  equal(matmulFlop, 3 * 32 * (3 * 2 * 5500 - 2 * 5000));
  equal(sequences, 3 * 32);
  equal(sentBytes, 0);
  equal(pid, process.pid);
});

test("the report gives the median step and the tokens a second that follow from it", () => {
  const totals = { parameterBytes: 4, matmulFlop: 1, sequences: 2, sentBytes: 0 };
  const rank = { rank: 0, pid: 7, ...totals, gradientBytes: 4, optimizerBytes: 8 };
  const stepTimesS = [5, 1, 3, 2, 4, 10, 9, 8, 7, 6];
  const losses = stepTimesS.map(() => 1);
  const one = { firstStep: 1, losses, stepTimesS, backend: "native", rank };
  const more = { microBatches: 1, overlap: { exchangeS: 0, waitedS: 0 } };
  const head = { tokens: 100, transport: null, checkpoint: null, parallel: ONE_PROCESS };
  const report = runReport([{ ...one, ...more }], head);
  deepEqual(report.stepTimeS, { p50: 5, p90: 9 });
  equal(report.tokensPerS, 20);
  equal(report.steps, 10);
  deepEqual(report.pids, [7]);
});

for (const kind of ["weights", "rows"] as const) {
  test(`half of the ${kind} of each matrix go, and training mends the loss`, async () => {
    const prune = { ratio: 0.5, kind, step: 200 };
    const report = await runTraining({ ...mlp, steps: 400 }, { backend: backends[0]!, prune });
    // 100·50 and 50·10 weights; biases stay.
    equal(report.pruning?.prunedCount, 2750);
    const { before, after, fineTuned } = report.pruning.losses;
    ok(after > before, `pruning hurts: ${before} to ${after}`);
    ok(fineTuned < after, `fine-tuning helps: ${after} to ${fineTuned}`);
  });

  test(`what is kept is at least as large as what is pruned, ${kind}`, () => {
    const { parameters } = createModel(gpt.model);
    parameters.allocate(seeded(3));
    const kept = prunedMask(parameters, 0.3, kind);
    let start = 0;
    let prunedCount = 0;
    for (const { name, shape, data } of parameters.list) {
      const mask = kept.subarray(start, (start += data.length));
      const width = kind === "rows" ? (shape[1] ?? 1) : 1;
      const zeros = mask.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
      prunedCount += zeros;
      if (!name.endsWith(".weight")) equal(zeros, 0, name);
      else equal(zeros, Math.floor((0.3 * data.length) / width) * width, name);
      const sizes = (wanted: number) =>
        Array.from({ length: data.length / width }, (_, i) => i * width)
          .filter((i) => mask[i] === wanted)
          .map((i) => Math.hypot(...data.subarray(i, i + width)));
      if (zeros > 0) ok(Math.max(...sizes(0)) <= Math.min(...sizes(1)), name);
    }
    ok(prunedCount > 0 && prunedCount < parameterCount(gpt.model));
    applyMask(parameters, kept);
    ok(parameters.data.every((value, i) => kept[i] === 1 || value === 0));
  });
}
