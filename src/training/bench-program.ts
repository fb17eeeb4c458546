/**
 * A run of kernel benches shaped like a step: the kernels of a trace in their order, each at
 * sizes near its own but never at sizes that the trace holds.
 */
import { at } from "../base/assert.ts";
import { seeded } from "../base/random.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import type { KernelCall } from "../tensor/kernel-class.ts";
import { BenchArrays } from "./bench-arrays.ts";
import type { Call } from "./kernel-bench.ts";
import { prepareCall } from "./kernel-bench.ts";

export interface BenchProgram {
  readonly calls: readonly KernelCall[];
  /** Runs all; the n-th duration goes to `durationsS[n]`. */
  time(durationsS: Float64Array, clock: () => number): void;
  /** Runs all; says how many have run, and in backward which share of it is done. */
  run(heard?: Heard): void;
}

export interface Heard {
  /** Of the step: what clears the gradients is none of them. */
  readonly onOps: (opCount: number) => void;
  readonly onBackward: (share: number) => void;
}

/** Variants come in pairs: one size longer in the first, shorter in the second. */
export const VARIANT_COUNT = 6;

/** At least so far from the sizes of the trace. */
const CHANGE_MIN = 0.08;

export function benchProgram(
  calls: readonly KernelCall[],
  variant: number,
  backend: Backend,
): BenchProgram {
  const taken = new Set(calls.map(keyOf));
  const changed = calls.map((call) => changedCall(call, variant, taken));
  const weightCount = changed.find(({ kernel }) => kernel === "clear")?.shape[0] ?? 0;
  const arrays = new BenchArrays(seeded(variant + 1), weightCount);
  const lossAt = changed.findIndex(({ kernel }) => kernel.startsWith("loss backward"));
  const prepared: Call[] = changed.map((call, i) => {
    if (i === lossAt) arrays.turnBack();
    return prepareCall(call, arrays);
  });
  const firstUpdate = changed.findIndex(({ kernel }) => kernel.startsWith("optimizer"));
  const updateAt = firstUpdate < 0 ? prepared.length : firstUpdate;
  return {
    calls: changed,
    time(durationsS, clock) {
      let before = clock();
      for (let i = 0; i < prepared.length; i++) {
        at(prepared, i)(backend);
        const now = clock();
        durationsS[i] = now - before;
        before = now;
      }
    },
    run(heard) {
      const backwardCount = updateAt - lossAt;
      for (let i = 0; i < prepared.length; i++) {
        at(prepared, i)(backend);
        heard?.onOps(i);
        if (i >= lossAt && i < updateAt) heard?.onBackward((i + 1 - lossAt) / backwardCount);
      }
    },
  };
}

const keyOf = ({ kernel, shape }: KernelCall) => `${kernel} ${shape.join("x")}`;

function changedCall(call: KernelCall, variant: number, taken: ReadonlySet<string>): KernelCall {
  const { kernel, shape } = call;
  const axes = variedAxes(call);
  const pair = Math.floor(variant / 2);
  const axis = at(axes, pair % axes.length);
  const length = at(shape, axis);
  const sign = variant % 2 === 0 ? 1 : -1;
  for (let turn = 1 + Math.floor(pair / axes.length); ; turn++) {
    const change = sign * turn * changeOf(length);
    const own = Math.max(1, length + change);
    const other = { kernel, shape: shape.map((old, i) => (i === axis ? own : old)) };
    // Downwards there may be nothing left: then upwards.
    if (own === 1) return changedCall(call, variant + 1, taken);
    if (!taken.has(keyOf(other))) return other;
  }
}

/**
 * Sizes that may change. Attention works in blocks of tokens and by the size of a head, so it
 * changes by the number of heads alone, in which it is linear.
 */
function variedAxes({ kernel, shape }: KernelCall): number[] {
  const all = kernel.startsWith("attention") ? [0, 1] : shape.map((_, axis) => axis);
  const long = all.filter((axis) => at(shape, axis) > 1);
  return long.length === 0 ? [all.length - 1] : long;
}

/**
 * A change that keeps what the length is a multiple of, as far as a tile of 32 goes, since
 * kernels take rests of tiles at another rate.
 */
function changeOf(length: number): number {
  let grain = 1;
  while (grain < 32 && length % (2 * grain) === 0 && 8 * grain <= length) grain *= 2;
  return grain * Math.max(1, Math.ceil((CHANGE_MIN * length) / grain));
}
