/**
 * Trains a model for real, on this machine: initialize, forward, loss, backward, Adam. One step
 * is recorded as a trace; how long the ops took goes into the measurement and nowhere else.
 */
import { present } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import { seeded } from "../base/random.ts";
import { nowS } from "../files/clock.ts";
import { createModel } from "../models/model.ts";
import type { Training } from "../records/job.ts";
import type { Measurement, Trace } from "../records/trace.ts";
import { Adam } from "../tensor/adam.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import { loadBackend } from "../tensor/backend.ts";
import { createNativeDevice } from "../tensor/device.ts";
import type { NativeDevice } from "../tensor/device.ts";
import { Tape } from "../tensor/tape.ts";
import { batchSource } from "./batches.ts";

export interface TrainOptions {
  readonly backend?: Backend;
  /** Seconds, monotonic. */
  readonly clock?: () => number;
}

export interface Trained {
  /** The recorded step. */
  readonly trace: Trace;
  readonly measurement: Measurement;
}

/** The second step is recorded (the only one, if there is one): nothing is special about it. */
const RECORDED_STEP = 2;

/** The same training on the same backend gives the same losses, bit for bit. */
export function train(training: Training, options: TrainOptions = {}): Trained {
  const { backend = loadBackend(), clock = nowS } = options;
  const { model: spec, steps, batch, learningRate, seed } = training;
  refuseCount("steps", steps);
  refuseCount("batch", batch);
  const random = seeded(seed);
  const model = createModel(spec);
  const nextBatch = batchSource(training, random);
  model.parameters.allocate(random);
  const optimizer = new Adam(model.parameters);
  const device = createNativeDevice({ backend, clock });
  const head = {
    model: spec.id,
    sampleCount: batch,
    tokensPerSample: spec.family === "gpt" ? spec.contextTokens : 1,
    parameterCount: model.parameters.elementCount,
  };
  const losses: number[] = [];
  let trace: Trace | undefined;
  for (let step = 1; step <= steps; step++) {
    const tape = new Tape(device);
    model.parameters.clearGradients();
    const loss = model.loss(tape, nextBatch()) ?? Number.NaN;
    refuseDivergence(training, step, loss);
    tape.backward();
    optimizer.update(tape, learningRate);
    losses.push(loss);
    if (step === Math.min(RECORDED_STEP, steps)) trace = tape.trace(head);
  }
  const measurement = measurementOf(training, device, losses);
  return { trace: present(trace, "a recorded step"), measurement };
}

function measurementOf(
  { steps, model }: Training,
  device: NativeDevice,
  losses: readonly number[],
): Measurement {
  const ops = [...device.times].map(([kind, { calls, durationS }]) => ({ kind, calls, durationS }));
  return { backend: device.backend.name, model: model.id, steps, losses, ops };
}

function refuseCount(name: "steps" | "batch", count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new Refusal({
    code: "out-of-range",
    pointer: `/${name}`,
    found: `${name}: ${count}`,
    expected: "a whole number, at least 1",
    nextStep: `change ${name}`,
  });
}

function refuseDivergence({ id, learningRate }: Training, step: number, loss: number): void {
  if (Number.isFinite(loss)) return;
  throw new Refusal({
    code: "training-diverged",
    pointer: "/learningRate",
    found: `a loss of ${loss} in step ${step} of ${id}, with a learning rate of ${learningRate}`,
    expected: "a finite loss",
    nextStep: "lower learningRate",
  });
}
