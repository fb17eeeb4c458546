/**
 * Fits a few constants to published steps: a deterministic coordinate search, no gradients.
 *
 * Loss: soft L1 of the log error at a scale of 5 %, each source weighing the square root of
 * its rows, and a pull to the starting value worth half a row for 10 %.
 */
import type { DenseConstants } from "../../workload/dense/constants.ts";
import type { DenseRun } from "../../workload/dense/types.ts";
import { stepTime } from "../../workload/dense/step.ts";

export interface MeasuredStep {
  readonly run: DenseRun;
  readonly measuredS: number;
  readonly source: string;
}

const SCALE = 0.05;
const FIRST_STRIDE = 0.12;
const LAST_STRIDE = 0.01;

export function fitConstants(
  steps: readonly MeasuredStep[],
  start: DenseConstants,
  names: readonly (keyof DenseConstants)[],
): DenseConstants {
  const weights = sourceWeights(steps);
  const lossOf = (constants: DenseConstants) => loss(steps, weights, constants, start, names);
  let best = start;
  let least = lossOf(best);
  for (let stride = FIRST_STRIDE; stride >= LAST_STRIDE;) {
    let isBetter = false;
    for (const name of names) {
      for (const factor of [1 + stride, 1 / (1 + stride)]) {
        const next = { ...best, [name]: best[name] * factor };
        const found = lossOf(next);
        if (found >= least - 1e-9) continue;
        best = next;
        least = found;
        isBetter = true;
      }
    }
    if (!isBetter) stride /= 2;
  }
  return best;
}

function sourceWeights(steps: readonly MeasuredStep[]): number[] {
  const counts = new Map<string, number>();
  for (const { source } of steps) counts.set(source, (counts.get(source) ?? 0) + 1);
  return steps.map(({ source }) => 1 / Math.sqrt(counts.get(source) ?? 1));
}

function loss(
  steps: readonly MeasuredStep[],
  weights: readonly number[],
  constants: DenseConstants,
  start: DenseConstants,
  names: readonly (keyof DenseConstants)[],
): number {
  let sum = 0;
  steps.forEach(({ run, measuredS }, i) => {
    const error = Math.log(stepTime(run, constants).stepS / measuredS) / SCALE;
    sum += (weights[i] ?? 1) * (Math.sqrt(1 + error * error) - 1);
  });
  for (const name of names) sum += 0.5 * (Math.log(constants[name] / start[name]) / 0.1) ** 2 * 0.1;
  return sum;
}
