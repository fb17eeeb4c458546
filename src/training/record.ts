/**
 * Records a step of a real training: its ops as a trace, and apart from them how long each took.
 * Then some more steps run that nobody records, for comparison.
 */
import { cpus } from "node:os";
import { present } from "../base/assert.ts";
import { nowS } from "../files/clock.ts";
import type { Training } from "../records/job.ts";
import type { RankProgram, RecordedTrace } from "../records/trace-file.ts";
import { dependenciesOf, NO_PARALLELISM } from "../records/trace-file.ts";
import type { Trace } from "../records/trace.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import { loadBackend } from "../tensor/backend.ts";
import type { NativeDevice } from "../tensor/device.ts";
import { Trainer } from "./trainer.ts";

export interface RecordOptions {
  readonly backend?: Backend;
  readonly clock?: () => number;
}

/** Before the recorded step: memory is allocated, and what compiles at run time has. */
const WARM_STEP_COUNT = 5;
/** Unrecorded steps that follow, at least; more of them where steps are short. */
const LATER_STEP_COUNT = 20;
const LATER_STEP_COUNT_MAX = 400;
const LATER_S = 0.25;

/** The recorder: while a device has it, the durations of ops gather in `durationsS`. */
export class Recorder {
  readonly durationsS: number[] = [];
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  attach(device: NativeDevice): void {
    const clock = this.#clock;
    device.recorder = (run) => {
      const startS = clock();
      run();
      this.durationsS.push(clock() - startS);
    };
  }

  detach(device: NativeDevice): void {
    device.recorder = undefined;
  }
}

export function recordTraining(training: Training, options: RecordOptions = {}): RecordedTrace {
  const { backend = loadBackend(), clock = nowS } = options;
  const trainer = new Trainer(training, { backend });
  const step = () => {
    trainer.computeGradients();
    return trainer.update();
  };
  for (let i = 0; i < WARM_STEP_COUNT; i++) step();
  const recorder = new Recorder(clock);
  recorder.attach(trainer.device);
  const tape = step();
  recorder.detach(trainer.device);
  const trace = tape.trace(headOf(training, trainer));
  // Of several accumulated parts the last one is recorded, with the update.
  const opDurationsS = recorder.durationsS.slice(-trace.ops.length);
  const stepTimesS: number[] = [];
  let totalS = 0;
  while (
    stepTimesS.length < LATER_STEP_COUNT ||
    (totalS < LATER_S && stepTimesS.length < LATER_STEP_COUNT_MAX)
  ) {
    const startS = clock();
    step();
    stepTimesS.push(clock() - startS);
    totalS += present(stepTimesS.at(-1), "a step that was timed");
  }
  return {
    model: training.model,
    training,
    degrees: NO_PARALLELISM,
    programs: [programOf(trace, [0])],
    measured: { backend: backend.name, coreCount: cpus().length, opDurationsS, stepTimesS },
  };
}

export function programOf(trace: Trace, ranks: readonly number[]): RankProgram {
  return { ranks, trace, dependencies: dependenciesOf(trace) };
}

function headOf({ model, batch, accumulation = 1 }: Training, trainer: Trainer) {
  return {
    model: model.id,
    sampleCount: batch / accumulation,
    tokensPerSample: model.family === "mlp" ? 1 : model.contextTokens,
    parameterCount: trainer.model.parameters.elementCount,
  };
}
