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

export class OverheadBench {
  readonly #short: Idle;
  readonly #long: Idle;

  constructor(backend: Backend) {
    [this.#short, this.#long] = [idle(LAYER_COUNTS[0], backend), idle(LAYER_COUNTS[1], backend)];
  }

  turn(count: number): void {
    this.#short.turn(count);
    this.#long.turn(count);
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
  turn(count: number): void;
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
  return {
    opCount: trace.ops.length,
    turn(count) {
      for (let i = 0; i < count; i++) {
        timed(stepsS, () => {
          trainer.computeGradients();
          trainer.update();
        });
      }
      for (let i = 0; i < count; i++) {
        timed(kernelsS, () => {
          for (const call of prepared) call(backend);
        });
      }
    },
    restS: () => median(stepsS) - median(kernelsS),
  };
}

function idleTraining(layerCount: number): Training {
  const widths = Array.from({ length: layerCount + 1 }, () => WIDTH);
  const model = { family: "mlp", id: "idle", name: "idle", widths } as const;
  return { id: "idle", model, steps: 1, batch: WIDTH, learningRate: 1e-9, seed: 1 };
}
