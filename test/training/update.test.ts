import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "vitest";
import { seeded } from "../../src/base/random.ts";
import type { Training } from "../../src/records/job.ts";
import { createNativeDevice } from "../../src/tensor/device.ts";
import { constantly, Parameters } from "../../src/tensor/parameters.ts";
import { Tape } from "../../src/tensor/tape.ts";
import { batchSource } from "../../src/training/batches.ts";
import { recordedShapes } from "../../src/training/recorded-shapes.ts";
import { train } from "../../src/training/train.ts";
import { runTraining } from "../../src/training/run.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import { createOptimizer, learningRateAt, updateParameters } from "../../src/training/update.ts";
import { backends, relativeError } from "../tensor/backends.ts";

const MLP: Training = {
  id: "m",
  model: { family: "mlp", id: "m", name: "M", widths: [6, 5, 4] },
  ...{ steps: 4, batch: 8, learningRate: 0.1, seed: 1 },
};

/** Weights of 1 after some updates with the same gradient. */
function updated(training: Training, gradient: readonly number[], backend: (typeof backends)[0]) {
  const parameters = new Parameters();
  parameters.declare("p", [gradient.length], constantly(1));
  parameters.allocate(seeded(1));
  const optimizer = createOptimizer(training, parameters);
  const device = createNativeDevice({ backend });
  for (let step = 1; step <= training.steps; step++) {
    parameters.gradients.set(gradient);
    updateParameters(new Tape(device), training, { parameters, optimizer }, 1);
  }
  return parameters.data;
}

for (const backend of backends) {
  test(`SGD with momentum under a constant gradient is a geometric sum, ${backend.name}`, () => {
    // v_t = g·(1 − μᵗ)/(1 − μ); the sum of v_1 … v_n is g/(1−μ) · (n − μ(1−μⁿ)/(1−μ)).
    const [mu, n, rate] = [0.9, 4, 0.1];
    const sum = (n - (mu * (1 - mu ** n)) / (1 - mu)) / (1 - mu);
    const gradient = [0.5, -2, 0];
    const found = updated({ ...MLP, optimizer: "sgd", momentum: mu }, gradient, backend);
    const wanted = gradient.map((g) => 1 - rate * g * sum);
    ok(relativeError(found, wanted) < 1e-6, [...found].join(" "));
    // Without momentum it is plain descent: 1 − n·rate·g.
    const plain = updated({ ...MLP, optimizer: "sgd" }, gradient, backend);
    ok(relativeError(plain, [1 - 4 * 0.05, 1 + 4 * 0.2, 1]) < 1e-6, [...plain].join(" "));
  });

  test(`AdamW shrinks weights apart from Adam's step, ${backend.name}`, () => {
    // Under a constant gradient Adam moves by −rate·sign(g), nearly; AdamW first multiplies by
    // d = 1 − rate·decay: w_n = dⁿ − rate·sign(g)·(1 + d + … + dⁿ⁻¹).
    const [decay, n, rate] = [0.5, 4, 0.1];
    const d = 1 - rate * decay;
    const series = (1 - d ** n) / (1 - d);
    const gradient = [0.5, -2, 0];
    const training: Training = { ...MLP, optimizer: "adamw", weightDecay: decay };
    const found = updated(training, gradient, backend);
    const wanted = gradient.map((g) => d ** n - rate * Math.sign(g) * series);
    ok(relativeError(found, wanted) < 1e-6, [...found].join(" "));
  });

  test(`clipping shortens a gradient to the norm and keeps its direction, ${backend.name}`, () => {
    // |(3, 4)| = 5, clipped to 1: (0.6, 0.8). A gradient of norm 0.5 stays.
    const training: Training = { ...MLP, steps: 1, optimizer: "sgd", clipNorm: 1 };
    const found = updated(training, [3, 4], backend);
    ok(relativeError(found, [1 - 0.06, 1 - 0.08]) < 1e-6, [...found].join(" "));
    const short = updated(training, [0.3, 0.4], backend);
    ok(relativeError(short, [1 - 0.03, 1 - 0.04]) < 1e-6, [...short].join(" "));
  });

  test(`a batch in four parts trains like the whole batch, ${backend.name}`, () => {
    // The mean of four parts' means is the whole mean; only the order of sums differs.
    const losses = (training: Training) => train(training, { backend }).measurement.losses;
    const whole = losses(MLP);
    const parts = losses({ ...MLP, accumulation: 4 });
    ok(relativeError(Float64Array.from(parts), whole) < 1e-6, parts.join(" "));
  });
}

test("warm-up rises in equal steps, and the cosine ends where it should", () => {
  const training: Training = {
    ...MLP,
    ...{ steps: 12, learningRate: 1, warmupSteps: 4, schedule: "cosine" },
  };
  const rates = [1, 2, 3, 4, 5, 9].map((step) => learningRateAt(training, step));
  // 1/4 … 4/4; then (1 + cos 0)/2 = 1, and half way, 4 of 8 steps later, (1 + cos π/2)/2.
  deepEqual(rates.slice(0, 5), [0.25, 0.5, 0.75, 1, 1]);
  ok(Math.abs(rates[5]! - 0.5) < 1e-15);
  // The last step is one before zero: (1 + cos(7π/8))/2.
  ok(Math.abs(learningRateAt(training, 12) - (1 + Math.cos((7 * Math.PI) / 8)) / 2) < 1e-15);
  equal(learningRateAt({ ...training, schedule: "constant" }, 12), 1);
});

test("whatever updates the weights, the recorded step is what the shapes alone give", () => {
  for (const optimizer of ["sgd", "adam", "adamw"] as const) {
    const training: Training = { ...MLP, optimizer, clipNorm: 1, accumulation: 2 };
    const { trace } = train(training, { clock: () => 0 });
    deepEqual({ ...trace, device: "shape-only" }, recordedShapes(training));
  }
});

test("a loss that is no number stops the run and names the first op that made it", async () => {
  const prepare = ({ model }: Trainer) => {
    model.parameters.list[2]!.data[3] = Infinity;
  };
  await rejects(
    runTraining(MLP, { backend: backends[0]!, prepare }),
    /step 1 of m, first in layers\.1.*training-diverged/,
  );
});

test("a batch that does not divide among parts and processes is refused", () => {
  const share = { rank: 0, rankCount: 4 };
  throws(
    () => batchSource({ ...MLP, accumulation: 3 }, seeded(1), share),
    /8 for 4 processes, 3 parts each.*multiple of 12.*\[does-not-divide\]/,
  );
});
