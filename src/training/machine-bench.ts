/**
 * Measures steps of a training and benches of the machine in turns, so that whatever else the
 * machine does meets both alike. No bench has the sizes of an op of the step. Several ranks do
 * all of this at the same time.
 */
import { at } from "../base/assert.ts";
import { median } from "../base/quantile.ts";
import { nowS } from "../files/clock.ts";
import type { Training } from "../records/job.ts";
import type { Benched, ProgramSample } from "../records/machine.ts";
import type { Trace } from "../records/trace.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import { loadBackend } from "../tensor/backend.ts";
import { kernelCalls } from "../tensor/kernel-class.ts";
import type { BenchProgram } from "./bench-program.ts";
import { benchProgram, VARIANT_COUNT } from "./bench-program.ts";
import { ExchangeBench } from "./exchange-bench.ts";
import { OverheadBench } from "./overhead-bench.ts";
import type { Member } from "./stepper.ts";
import { agreed, alone, Stepper, timedS } from "./stepper.ts";
import type { Team } from "./team.ts";

export interface BenchOptions {
  readonly backend?: Backend;
  readonly member?: Member;
}

/** Turns through all programs of benches, after one that warms up. */
const TURN_COUNT = 6;
/** Seconds that the steps before each program take, about. */
const SPELL_S = 0.005;
/** The same where ranks wait for each other: long enough for their turns to settle. */
const TOGETHER_SPELL_S = 0.03;
const STEP_COUNT_MIN = 2;
const STEP_COUNT_MAX = 60;
const WARM_STEP_COUNT = 7;
const OVERHEAD_COUNT = 20;

export function benchMachine(
  training: Training,
  trace: Trace,
  { backend = loadBackend(), member = alone() }: BenchOptions = {},
): Benched {
  const stepper = new Stepper(training, backend, member);
  const { team } = member;
  const step = () => stepper.step();
  const stepCount = spellCount(team, step);
  const calls = [{ kernel: "clear", shape: [trace.parameterCount] }, ...kernelCalls(trace)];
  const exchange = new ExchangeBench(team, trace);
  const overhead = new OverheadBench(backend, team.world.rankCount > 1 ? trace.ops.length : 0);
  const programs = Array.from({ length: VARIANT_COUNT }, (_, variant) => {
    const program = benchProgram(calls, variant, stepper.computing);
    return new ProgramBench(program, { exchange, overhead }, variant);
  });
  const stepTimesS: number[] = [];
  for (let turn = 0; turn <= TURN_COUNT; turn++) {
    if (turn === 1) for (const bench of [...programs, exchange, overhead]) bench.forget();
    for (const program of programs) {
      // Whatever ran before has left the caches to itself.
      step();
      for (let i = 0; i < stepCount; i++) {
        const stepS = timedS(step, nowS);
        if (turn > 0) stepTimesS.push(stepS);
      }
      program.turn(stepCount);
      exchange.turn(stepCount);
      overhead.turn(OVERHEAD_COUNT);
    }
  }
  const clockS = clockCostS();
  return {
    stepTimesS,
    programs: programs.map((program) => program.sample(clockS)),
    exchanges: exchange.samples(),
    ...overhead.result(),
  };
}

/** Steps of a spell, the same on all ranks. */
function spellCount(team: Team, step: () => void): number {
  const warmS = Array.from({ length: WARM_STEP_COUNT }, () => timedS(step, nowS));
  const stepS = Math.max(1e-6, agreed(team, median(warmS)));
  const spellS = team.world.rankCount > 1 ? TOGETHER_SPELL_S : SPELL_S;
  return Math.min(STEP_COUNT_MAX, Math.max(STEP_COUNT_MIN, Math.ceil(spellS / stepS)));
}

/** What a step has beside its kernels. */
interface Rest {
  readonly exchange: ExchangeBench;
  readonly overhead: OverheadBench;
}

/** One program of benches: each call timed by itself, and all of them as a whole. */
class ProgramBench {
  readonly #program: BenchProgram;
  readonly #exchange: ExchangeBench;
  readonly #overhead: OverheadBench;
  readonly #variant: number;
  #rounds: Float64Array[] = [];
  #wholes: number[] = [];

  constructor(program: BenchProgram, { exchange, overhead }: Rest, variant: number) {
    this.#program = program;
    this.#exchange = exchange;
    this.#overhead = overhead;
    this.#variant = variant;
  }

  turn(count: number): void {
    this.#program.run();
    for (let i = 0; i < count; i++) {
      const durationsS = new Float64Array(this.#program.calls.length);
      this.#program.time(durationsS, nowS);
      this.#rounds.push(durationsS);
    }
    // Ranks that came late to this one would be in the time of the first.
    this.#whole();
    for (let i = 0; i < count; i++) {
      this.#wholes.push(timedS(() => this.#whole(), nowS));
    }
  }

  /** As a step: gradients, their exchange, the update, and a number of each rank. */
  #whole(): void {
    this.#overhead.fill();
    this.#program.run({
      onOps: (count) => this.#exchange.inside(this.#variant, count),
      onBackward: (share) => this.#exchange.add(this.#variant, share),
    });
    this.#exchange.gather();
  }

  forget(): void {
    [this.#rounds, this.#wholes] = [[], []];
  }

  sample(clockS: number): ProgramSample {
    const { calls } = this.#program;
    const kernels = calls.map(({ kernel, shape }, i) => {
      const durationS = median(this.#rounds.map((round) => at(round, i))) - clockS;
      return { kernel, shape, durationS: Math.max(1e-9, durationS) };
    });
    const exchangedBytes = this.#exchange.bytesOf(this.#variant);
    const { fillerS } = this.#overhead;
    return { kernels, wholesS: this.#wholes, exchangedBytes, fillerS };
  }
}

function clockCostS(): number {
  const costs = Array.from({ length: 21 }, () => {
    const startS = nowS();
    for (let i = 0; i < 100; i++) nowS();
    return (nowS() - startS) / 101;
  });
  return median(costs);
}
