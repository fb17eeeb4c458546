/**
 * Measures steps of a training and benches of the machine in turns, so that whatever else the
 * machine does meets both alike. No bench has the sizes of an op of the step.
 */
import { at } from "../base/assert.ts";
import { median } from "../base/quantile.ts";
import { nowS } from "../files/clock.ts";
import type { Training } from "../records/job.ts";
import type { KernelSample } from "../records/machine.ts";
import type { Trace } from "../records/trace.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import { loadBackend } from "../tensor/backend.ts";
import { kernelCalls } from "../tensor/kernel-class.ts";
import type { BenchProgram } from "./bench-program.ts";
import { benchProgram, VARIANT_COUNT } from "./bench-program.ts";
import { BenchArrays } from "./bench-arrays.ts";
import { prepareCall } from "./kernel-bench.ts";
import { recordedShapes } from "./recorded-shapes.ts";
import { seeded } from "../base/random.ts";
import { Trainer } from "./trainer.ts";

export interface Benched {
  /** Of steps that nobody recorded. */
  readonly stepTimesS: readonly number[];
  readonly samples: readonly KernelSample[];
  readonly perOpS: number;
  readonly perStepS: number;
  readonly wholeFactor: number;
}

/** Turns of steps and benches. */
const TURN_COUNT = 12;
/** Seconds that the steps of a turn take, about. */
const TURN_S = 0.03;

export function benchMachine(training: Training, trace: Trace, backend = loadBackend()): Benched {
  const trainer = new Trainer(training, { backend });
  const step = () => {
    trainer.computeGradients();
    trainer.update();
  };
  const timed = (work: () => void) => {
    const startS = nowS();
    work();
    return nowS() - startS;
  };
  for (let i = 0; i < 3; i++) step();
  const stepCount = Math.min(400, Math.max(3, Math.ceil(TURN_S / timed(step))));
  const clear = { kernel: "clear", shape: [trace.parameterCount] };
  const calls = [clear, ...kernelCalls(trace)];
  const benches = Array.from({ length: VARIANT_COUNT }, (_, variant) => {
    return new Bench(benchProgram(calls, variant, backend));
  });
  const overhead = overheadBench(backend);
  const stepTimesS: number[] = [];
  for (let turn = 0; turn <= TURN_COUNT; turn++) {
    const turnS: number[] = [];
    step();
    for (let i = 0; i < stepCount; i++) turnS.push(timed(step));
    for (const bench of benches) bench.turn(Math.ceil(stepCount / 2));
    overhead.turn(stepCount);
    // The first turn warms up.
    if (turn > 0) stepTimesS.push(...turnS);
    else for (const bench of benches) bench.forget();
  }
  const clockS = clockCostS();
  const factors = benches.map((bench) => bench.wholeFactor(clockS));
  return {
    stepTimesS,
    samples: benches.flatMap((bench) => bench.samples(clockS)),
    wholeFactor: median(factors),
    ...overhead.result(),
  };
}

class Bench {
  readonly #program: BenchProgram;
  #rounds: Float64Array[] = [];
  #wholes: number[] = [];

  constructor(program: BenchProgram) {
    this.#program = program;
  }

  turn(count: number): void {
    // Whatever ran before has left the caches to itself.
    this.#program.run();
    for (let i = 0; i < count; i++) {
      const durationsS = new Float64Array(this.#program.calls.length);
      this.#program.time(durationsS, nowS);
      this.#rounds.push(durationsS);
      const startS = nowS();
      this.#program.run();
      this.#wholes.push(nowS() - startS);
    }
  }

  forget(): void {
    [this.#rounds, this.#wholes] = [[], []];
  }

  #medians(clockS: number): number[] {
    return this.#program.calls.map((_, i) => {
      return Math.max(0, median(this.#rounds.map((round) => at(round, i))) - clockS);
    });
  }

  samples(clockS: number): KernelSample[] {
    const medians = this.#medians(clockS);
    return this.#program.calls.map(({ kernel, shape }, i) => {
      return { kernel, shape, durationS: at(medians, i) };
    });
  }

  wholeFactor(clockS: number): number {
    return median(this.#wholes) / this.#medians(clockS).reduce((sum, s) => sum + s, 0);
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

/**
 * What an op costs beyond its kernel in a run of benches: the record, the closures, and a kernel
 * that meets colder caches. From two perceptrons so narrow that their products take nothing.
 */
function overheadBench(backend: Backend) {
  const [short, long] = [idleTraining(2), idleTraining(20)].map((training) => {
    const trainer = new Trainer(training, { backend });
    const trace = recordedShapes(training);
    const calls = [{ kernel: "clear", shape: [trace.parameterCount] }, ...kernelCalls(trace)];
    const arrays = new BenchArrays(seeded(1), trace.parameterCount);
    const prepared = calls.map((call) => prepareCall(call, arrays));
    const [stepsS, kernelsS]: [number[], number[]] = [[], []];
    return {
      opCount: trace.ops.length,
      stepsS,
      kernelsS,
      turn(count: number) {
        for (let i = 0; i < count; i++) {
          const startS = nowS();
          trainer.computeGradients();
          trainer.update();
          stepsS.push(nowS() - startS);
        }
        for (let i = 0; i < count; i++) {
          const startS = nowS();
          for (const call of prepared) call(backend);
          kernelsS.push(nowS() - startS);
        }
      },
    };
  }) as [any, any];
  return {
    turn(count: number) {
      short.turn(count);
      long.turn(count);
    },
    result() {
      const [a, b] = [short, long].map((one) => median(one.stepsS) - median(one.kernelsS)) as [number, number];
      const perOpS = Math.max(0, (b - a) / (long.opCount - short.opCount));
      return { perOpS, perStepS: Math.max(0, a - perOpS * short.opCount) };
    },
  };
}

function idleTraining(layerCount: number): Training {
  const widths = Array.from({ length: layerCount + 1 }, () => 4);
  const model = { family: "mlp", id: "idle", name: "idle", widths } as const;
  return { id: "idle", model, steps: 1, batch: 4, learningRate: 1e-9, seed: 1 };
}
