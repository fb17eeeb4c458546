/**
 * Records a step of a real training: its ops as a trace, and apart from them how long each took.
 * Then some more steps run that nobody records, for comparison.
 */
import { cpus } from "node:os";
import { nowS } from "../files/clock.ts";
import type { Training } from "../records/job.ts";
import type { RecordedTrace } from "../records/trace-file.ts";
import { NO_PARALLELISM } from "../records/trace-file.ts";
import type { Trace } from "../records/trace.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import { loadBackend } from "../tensor/backend.ts";
import type { NativeDevice } from "../tensor/device.ts";
import { programOf, withReduction } from "./record-shapes.ts";
import { agreed, Stepper, timedS } from "./stepper.ts";
import type { Team } from "./team.ts";
import { teamOfOne } from "./team.ts";
import type { Trainer } from "./trainer.ts";

export interface RecordOptions {
  readonly backend?: Backend;
  readonly clock?: () => number;
  readonly team?: Team;
}

/** What one rank saw. */
export interface RankRecord {
  readonly backend: string;
  readonly trace: Trace;
  readonly opDurationsS: readonly number[];
  /** Of the steps that followed, which nobody recorded. */
  readonly stepTimesS: readonly number[];
}

/** Before the recorded step: memory is allocated, and what compiles at run time has. */
const WARM_STEP_COUNT = 5;
/** Unrecorded steps that follow, at least; more of them where steps are short. */
const LATER_STEP_COUNT = 20;
const LATER_STEP_COUNT_MAX = 400;
const LATER_S = 0.25;

/** Times ops while it is attached to a device. */
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

/** A step of one rank, which does as all others of its group do at the same time. */
export function recordRank(
  training: Training,
  { backend = loadBackend(), clock = nowS, team = teamOfOne() }: RecordOptions,
): RankRecord {
  const stepper = new Stepper(training, backend, team);
  const { trainer } = stepper;
  let lastS = 0;
  const step = () => {
    lastS = timedS(() => stepper.step(), clock);
    return lastS;
  };
  for (let i = 0; i < WARM_STEP_COUNT; i++) step();
  const recorder = new Recorder(clock);
  recorder.attach(trainer.device);
  const tape = stepper.step();
  recorder.detach(trainer.device);
  const degrees = { ...NO_PARALLELISM, dp: team.share.rankCount };
  const trace = withReduction(tape.trace(headOf(training, trainer)), degrees);
  // Of several accumulated parts the last one is recorded, with the update.
  const opDurationsS = recorder.durationsS.slice(-trace.ops.length);
  const wanted = Math.ceil(LATER_S / Math.max(1e-6, agreed(team, lastS)));
  const count = Math.min(LATER_STEP_COUNT_MAX, Math.max(LATER_STEP_COUNT, wanted));
  const stepTimesS: number[] = [];
  for (let i = 0; i < count; i++) stepTimesS.push(step());
  return { backend: backend.name, trace, opDurationsS, stepTimesS };
}

export function recordTraining(
  training: Training,
  options: RecordOptions = {},
): RecordedTrace {
  return recordedTrace(training, [recordRank(training, options)]);
}

/** All ranks share the data, so they run one program; the times are those of the first. */
export function recordedTrace(
  training: Training,
  records: readonly [RankRecord, ...RankRecord[]],
): RecordedTrace {
  const [{ backend, trace, opDurationsS, stepTimesS }] = records;
  const ranks = records.map((_, rank) => rank);
  return {
    model: training.model,
    training,
    degrees: { ...NO_PARALLELISM, dp: records.length },
    programs: [programOf(trace, ranks)],
    measured: { backend, coreCount: cpus().length, opDurationsS, stepTimesS },
  };
}

function headOf({ model, batch, accumulation = 1 }: Training, trainer: Trainer) {
  return {
    model: model.id,
    sampleCount: batch / accumulation / trainer.share.rankCount,
    tokensPerSample: model.family === "mlp" ? 1 : model.contextTokens,
    parameterCount: trainer.model.parameters.elementCount,
  };
}
