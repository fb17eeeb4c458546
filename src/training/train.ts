/**
 * Trains a model for real, on this machine: initialize, forward, loss, backward, update. One
 * step is recorded as a trace; how long the ops took goes into the measurement and nowhere else.
 */
import { present } from "../base/assert.ts";
import { nowS } from "../files/clock.ts";
import type { Training } from "../records/job.ts";
import type { Measurement, Trace } from "../records/trace.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import { loadBackend } from "../tensor/backend.ts";
import type { NativeDevice } from "../tensor/device.ts";
import { Trainer } from "./trainer.ts";

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
  const { model: spec, steps, batch, accumulation = 1 } = training;
  const trainer = new Trainer(training, { backend, clock });
  const head = {
    model: spec.id,
    // Of several accumulated parts the last one is recorded, with the update.
    sampleCount: batch / accumulation,
    tokensPerSample: spec.family === "mlp" ? 1 : spec.contextTokens,
    parameterCount: trainer.model.parameters.elementCount,
  };
  const losses: number[] = [];
  let trace: Trace | undefined;
  for (let step = 1; step <= steps; step++) {
    losses.push(present(trainer.computeGradients(), "a loss of the only stage"));
    const tape = trainer.update();
    if (step === Math.min(RECORDED_STEP, steps)) trace = tape.trace(head);
  }
  const measurement = measurementOf(training, trainer.device, losses);
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
