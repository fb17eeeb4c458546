/**
 * Records a step of a real training: its ops as a trace, and apart from them how long each took.
 * Then some more steps run that nobody records, for comparison.
 */
import { cpus } from "node:os";
import { nowS } from "../files/clock.ts";
import type { Training } from "../records/job.ts";
import type { Degrees, RecordedTrace } from "../records/trace-file.ts";
import { NO_PARALLELISM } from "../records/trace-file.ts";
import type { Trace } from "../records/trace.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import { loadBackend } from "../tensor/backend.ts";
import type { KernelRecorder } from "../tensor/device.ts";
import { degreesOf, programOf, withReduction } from "./record-shapes.ts";
import type { Member } from "./stepper.ts";
import { agreed, alone, Stepper, timedS } from "./stepper.ts";
import type { Trainer } from "./trainer.ts";

export interface RecordOptions {
  readonly backend?: Backend;
  readonly clock?: () => number;
  readonly member?: Member;
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

/**
 * Times ops while it is a device's recorder: each from the end of the one before, so that the
 * clock is read once an op and the durations add up to the step.
 */
export class Recorder implements KernelRecorder {
  readonly #clock: () => number;
  #durationsS = new Float64Array(4096);
  #count = 0;
  #lastS = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** A step starts. */
  start(): void {
    this.#lastS = this.#clock();
  }

  end(): void {
    const nowS = this.#clock();
    if (this.#count === this.#durationsS.length) this.#grow();
    this.#durationsS[this.#count++] = nowS - this.#lastS;
    this.#lastS = nowS;
  }

  /** Of the last so many ops. */
  last(count: number): number[] {
    return [...this.#durationsS.subarray(Math.max(0, this.#count - count), this.#count)];
  }

  clear(): void {
    this.#count = 0;
  }

  #grow(): void {
    const longer = new Float64Array(2 * this.#durationsS.length);
    longer.set(this.#durationsS);
    this.#durationsS = longer;
  }
}

/** A step of one rank, which does as all others of its group do at the same time. */
export function recordRank(
  training: Training,
  { backend = loadBackend(), clock = nowS, member = alone() }: RecordOptions,
): RankRecord {
  const stepper = new Stepper(training, backend, member);
  const { trainer } = stepper;
  let lastS = 0;
  const step = () => {
    lastS = timedS(() => stepper.step(), clock);
    return lastS;
  };
  for (let i = 0; i < WARM_STEP_COUNT; i++) step();
  const recorder = new Recorder(clock);
  trainer.device.recorder = recorder;
  recorder.start();
  const tape = stepper.step();
  trainer.device.recorder = undefined;
  const degrees = degreesOf(member.parallel.degrees);
  const trace = withReduction(tape.trace(headOf(training, trainer)), degrees);
  // Of several parts the last one is recorded, with the update. In a pipeline other parts run
  // between its forward and its backward pass, so that no durations belong to it alone.
  const opDurationsS = degrees.pp > 1 ? [] : recorder.last(trace.ops.length);
  const wanted = Math.ceil(LATER_S / Math.max(1e-6, agreed(member.team, lastS)));
  const count = Math.min(LATER_STEP_COUNT_MAX, Math.max(LATER_STEP_COUNT, wanted));
  const stepTimesS: number[] = [];
  for (let i = 0; i < count; i++) stepTimesS.push(step());
  return { backend: backend.name, trace, opDurationsS, stepTimesS };
}

export function recordTraining(training: Training, options: RecordOptions = {}): RecordedTrace {
  return recordedTrace(training, [recordRank(training, options)], NO_PARALLELISM);
}

/** Ranks that recorded the same share a program; the times are those of the first. */
export function recordedTrace(
  training: Training,
  records: readonly [RankRecord, ...RankRecord[]],
  degrees: Degrees,
): RecordedTrace {
  const [{ backend, opDurationsS, stepTimesS }] = records;
  const programs = new Map<string, { readonly trace: Trace; readonly ranks: number[] }>();
  for (const [rank, { trace }] of records.entries()) {
    const key = JSON.stringify(trace);
    const known = programs.get(key);
    if (known === undefined) programs.set(key, { trace, ranks: [rank] });
    else known.ranks.push(rank);
  }
  return {
    ...{ model: training.model, training, degrees },
    programs: [...programs.values()].map(({ trace, ranks }) => programOf(trace, ranks)),
    measured: { backend, coreCount: cpus().length, opDurationsS, stepTimesS },
  };
}

function headOf({ model, batch }: Training, trainer: Trainer) {
  return {
    model: model.id,
    sampleCount: batch / trainer.microBatches / trainer.team.share.rankCount,
    tokensPerSample: model.family === "mlp" ? 1 : model.contextTokens,
    parameterCount: trainer.model.parameters.elementCount,
  };
}
