/**
 * What an op costs beyond its kernel in a run of benches: the record, the closures, and a kernel
 * that meets colder caches. From two perceptrons so narrow that their products take nothing.
 */
import { seeded } from "../base/random.ts";
import { median } from "../base/quantile.ts";
import { nowS } from "../files/clock.ts";
import type { Training } from "../records/job.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import { kernelCalls } from "../tensor/kernel-class.ts";
import { BenchArrays } from "./bench-arrays.ts";
import { prepareCall } from "./kernel-bench.ts";
import { recordedShapes } from "./recorded-shapes.ts";
import { Trainer } from "./trainer.ts";

/** Products of 4 x 4 numbers. */
const WIDTH = 4;
const LAYER_COUNTS = [2, 20] as const;
/** A product, its activation, and both backward, one of them twice. */
const OPS_PER_LAYER = 5;

export class OverheadBench {
  readonly #short: Idle;
  readonly #long: Idle;
  readonly #filler: Idle | undefined;

  /**
   * `filledOpCount` are the ops of the step whose overhead the filler stands for: where ranks wait
   * for each other, a program of benches must keep them busy for as long as a step does. None
   * where a process is alone, whose overhead the two others tell.
   */
  constructor(backend: Backend, filledOpCount: number) {
    [this.#short, this.#long] = [idle(LAYER_COUNTS[0], backend), idle(LAYER_COUNTS[1], backend)];
    const layerCount = Math.round(filledOpCount / OPS_PER_LAYER);
    this.#filler = layerCount === 0 ? undefined : idle(layerCount, backend);
  }

  turn(count: number): void {
    for (const one of [this.#short, this.#long, this.#filler]) one?.turn(count);
  }

  forget(): void {
    for (const one of [this.#short, this.#long, this.#filler]) one?.forget();
  }

  /** A step of hardly anything but overhead. */
  fill(): void {
    this.#filler?.step();
  }

  get fillerS(): number {
    return this.#filler?.stepS() ?? 0;
  }

  /** A line through both lengths. */
  result(): { readonly perOpS: number; readonly perStepS: number } {
    const [short, long] = [this.#short.restS(), this.#long.restS()];
    const ops = this.#long.opCount - this.#short.opCount;
    const perOpS = Math.max(0, (long - short) / ops);
    return { perOpS, perStepS: Math.max(0, short - perOpS * this.#short.opCount) };
  }
}

interface Idle {
  readonly opCount: number;
  step(): void;
  stepS(): number;
  turn(count: number): void;
  forget(): void;
  /** What steps take more than their kernels in a row. */
  restS(): number;
}

function idle(layerCount: number, backend: Backend): Idle {
  const training = idleTraining(layerCount);
  const trainer = new Trainer(training, { backend });
  const trace = recordedShapes(training);
  const calls = [{ kernel: "clear", shape: [trace.parameterCount] }, ...kernelCalls(trace)];
  const arrays = new BenchArrays(seeded(1), trace.parameterCount);
  const prepared = calls.map((call) => prepareCall(call, arrays));
  const [stepsS, kernelsS]: [number[], number[]] = [[], []];
  const timed = (times: number[], work: () => void) => {
    const startS = nowS();
    work();
    times.push(nowS() - startS);
  };
  const step = () => {
    trainer.computeGradients();
    trainer.update();
  };
  return {
    opCount: trace.ops.length,
    step,
    stepS: () => median(stepsS),
    turn(count) {
      for (let i = 0; i < count; i++) timed(stepsS, step);
      for (let i = 0; i < count; i++) {
        timed(kernelsS, () => {
          for (const call of prepared) call(backend);
        });
      }
    },
    forget() {
      stepsS.length = 0;
      kernelsS.length = 0;
    },
    restS: () => median(stepsS) - median(kernelsS),
  };
}

function idleTraining(layerCount: number): Training {
  const widths = Array.from({ length: layerCount + 1 }, () => WIDTH);
  const model = { family: "mlp", id: "idle", name: "idle", widths } as const;
  return { id: "idle", model, steps: 1, batch: WIDTH, learningRate: 1e-9, seed: 1 };
}
