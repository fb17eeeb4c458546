/**
 * Fits a few constants to published steps: a deterministic coordinate search, no gradients.
 *
 * Loss: soft L1 of the log error at a scale of 5 %, each source weighing the square root of
 * its rows, and a pull to the starting value worth half a row for 10 %.
 */
import { at } from "../../base/assert.ts";
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
  const touched = new Map(names.map((name) => [name, touchedBy(name, steps, start)]));
  let best = start;
  let losses = steps.map((step) => rowLoss(step, best));
  let least = total(losses, weights) + pull(best, start, names);
  for (let stride = FIRST_STRIDE; stride >= LAST_STRIDE;) {
    let isBetter = false;
    for (const name of names) {
      for (const factor of [1 + stride, 1 / (1 + stride)]) {
        const next = { ...best, [name]: best[name] * factor };
        const rows = [...losses];
        for (const i of touched.get(name) ?? []) rows[i] = rowLoss(at(steps, i), next);
        const found = total(rows, weights) + pull(next, start, names);
        if (found >= least - 1e-9) continue;
        best = next;
        losses = rows;
        least = found;
        isBetter = true;
      }
    }
    if (!isBetter) stride /= 2;
  }
  return best;
}

/** Rows that a constant moves at all; the others need not be worked out again. */
function touchedBy(
  name: keyof DenseConstants,
  steps: readonly MeasuredStep[],
  start: DenseConstants,
): number[] {
  const less = { ...start, [name]: start[name] / 2 };
  const more = { ...start, [name]: start[name] * 2 };
  return steps.flatMap(({ run }, i) => {
    const { stepS } = stepTime(run, start);
    const isMoved = [less, more].some((constants) => stepTime(run, constants).stepS !== stepS);
    return isMoved ? [i] : [];
  });
}

function sourceWeights(steps: readonly MeasuredStep[]): number[] {
  const counts = new Map<string, number>();
  for (const { source } of steps) counts.set(source, (counts.get(source) ?? 0) + 1);
  return steps.map(({ source }) => 1 / Math.sqrt(counts.get(source) ?? 1));
}

function rowLoss({ run, measuredS }: MeasuredStep, constants: DenseConstants): number {
  const error = Math.log(stepTime(run, constants).stepS / measuredS) / SCALE;
  return Math.sqrt(1 + error * error) - 1;
}

function total(losses: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  losses.forEach((loss, i) => {
    sum += (weights[i] ?? 1) * loss;
  });
  return sum;
}

/** Worth half a row for 10 % away from the start. */
function pull(
  constants: DenseConstants,
  start: DenseConstants,
  names: readonly (keyof DenseConstants)[],
): number {
  let sum = 0;
  for (const name of names) sum += 0.5 * (Math.log(constants[name] / start[name]) / 0.1) ** 2 * 0.1;
  return sum;
}
