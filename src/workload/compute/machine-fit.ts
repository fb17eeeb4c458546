/**
 * A machine model from benches: for each kernel the law that fits best, in relative terms, with
 * no negative coefficient, and beside it what is left at each bench.
 *
 *     minimize Σ ((Σ c·feature) / measured − 1)²,   c ≥ 0
 */
import { at } from "../../base/assert.ts";
import { median } from "../../base/quantile.ts";
import type { Benched, KernelLaw, KernelSample, MachineModel } from "../../records/machine.ts";
import { coreShare, exchangeS, featuresOf, lawS } from "./machine-law.ts";

/** Processes that ran at once, and the cores they shared. */
export interface Sharing {
  readonly processCount: number;
  readonly coreCount: number;
}

export function fitMachine(benched: Benched, sharing: Sharing): MachineModel {
  const { programs, exchanges, perOpS, perStepS } = benched;
  const [latencyS = 0, perByteS = 0] = nonNegative(
    exchanges.map(({ bytes }) => [1, bytes]),
    exchanges.map(({ durationS }) => durationS),
  );
  const laws = fitLaws(programs.flatMap(({ kernels }) => kernels));
  const machine = { laws, perOpS, perStepS, ...sharing, exchange: { latencyS, perByteS } };
  // A whole program loses what its parts do not show: turns of other processes above all.
  const factors = programs.flatMap(({ kernels, wholesS, exchangedBytes, fillerS }) => {
    const ownS = kernels.reduce((sum, { durationS }) => sum + durationS, fillerS);
    const expectedS = coreShare(machine) * ownS + exchangeS(machine, exchangedBytes);
    return wholesS.map((wholeS) => wholeS / expectedS);
  });
  const wholeFactor = factors.length === 0 ? 1 : median(factors);
  const hasOverhead = programs.some(({ fillerS }) => fillerS > 0);
  return { ...machine, wholeFactor, overheadFactor: hasOverhead ? wholeFactor : 1 };
}

export function fitLaws(samples: readonly KernelSample[]): KernelLaw[] {
  const kernels = [...new Set(samples.map(({ kernel }) => kernel))];
  return kernels.map((kernel) => {
    const own = merged(samples.filter((sample) => sample.kernel === kernel));
    const rows = own.map(({ shape }) => featuresOf(kernel, shape));
    const times = own.map(({ durationS }) => durationS);
    const coefficients = nonNegative(rows, times);
    const points = own.map(({ shape, durationS }) => {
      return { shape, factor: durationS / lawS(kernel, shape, coefficients) };
    });
    return { kernel, coefficients, points };
  });
}

/** One sample for each shape: the mean of those at several places of a program. */
function merged(samples: readonly KernelSample[]): KernelSample[] {
  const groups = new Map<string, KernelSample[]>();
  for (const sample of samples) {
    const key = sample.shape.join("x");
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return [...groups.values()].map((group) => {
    const durationS = group.reduce((sum, sample) => sum + sample.durationS, 0) / group.length;
    return { ...at(group, 0), durationS };
  });
}

const SWEEP_COUNT = 400;

/** Coordinate descent: each coefficient in turn becomes the best that is not negative. */
function nonNegative(rows: readonly (readonly number[])[], times: readonly number[]): number[] {
  const columnCount = rows[0]?.length ?? 0;
  const scaled = rows.map((row, i) =>
    row.map((feature) => feature / Math.max(1e-12, at(times, i))),
  );
  const coefficients = Array.from({ length: columnCount }, () => 0);
  const squares = coefficients.map((_, j) => scaled.reduce((s, row) => s + at(row, j) ** 2, 0));
  const rests = scaled.map(() => 1);
  for (let sweep = 0; sweep < SWEEP_COUNT; sweep++) {
    for (let j = 0; j < columnCount; j++) {
      const square = at(squares, j);
      if (square === 0) continue;
      const gain = scaled.reduce((sum, row, i) => sum + at(row, j) * at(rests, i), 0) / square;
      const before = at(coefficients, j);
      const after = Math.max(0, before + gain);
      for (const [i, row] of scaled.entries()) {
        rests[i] = at(rests, i) - (after - before) * at(row, j);
      }
      coefficients[j] = after;
    }
  }
  return coefficients;
}
