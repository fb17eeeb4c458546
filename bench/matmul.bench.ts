/**
 * Native matrix multiplication beside the fastest multiply-adds this core can do, both measured
 * in turns within the same second, since a shared machine changes its clock.
 */
import { normal, seeded } from "../src/base/random.ts";
import type { MatmulShape } from "../src/tensor/arithmetic.ts";
import { loadAddon, loadBackend } from "../src/tensor/backend.ts";
import { type Bench, type BenchRow, shortestS } from "./harness.ts";

const SIDE = 512;
const SHARE_MIN = 0.6;

const square: MatmulShape = {
  ...{ batch: 1, m: SIDE, n: SIDE, k: SIDE },
  ...{ transposesA: false, transposesB: false, accumulates: false },
};

export const bench: Bench = {
  name: "matmul",
  async run(size) {
    const { addon, reason } = loadAddon();
    // Nothing to measure without the native backend: a row says why, and has no figure to fail.
    if (addon === undefined) return [row(`not measured: ${reason}`, 0, "GFLOP/s", null)];
    const backend = loadBackend("native");
    const random = seeded(1);
    const drawn = () => Float32Array.from({ length: SIDE * SIDE }, () => normal(random));
    const [a, b, c] = [drawn(), drawn(), drawn()];
    let peakFlopPerS = 0;
    let fastestS = Infinity;
    for (let turn = 0; turn < (size === "large" ? 10 : 2); turn++) {
      const multiply = () => backend.matmul(a, b, c, undefined, square);
      fastestS = Math.min(fastestS, await shortestS(10, multiply));
      peakFlopPerS = Math.max(peakFlopPerS, addon.fmaPeakFlopPerS());
    }
    const flopPerS = (2 * SIDE ** 3) / fastestS;
    const [instructionSet = ""] = addon.instructionSets();
    return [
      row(`multiply-add peak, ${instructionSet}`, peakFlopPerS / 1e9, "GFLOP/s", null),
      row("fp32 matmul 512³", flopPerS / 1e9, "GFLOP/s", (SHARE_MIN * peakFlopPerS) / 1e9),
      row("share of the peak", flopPerS / peakFlopPerS, "", SHARE_MIN),
    ];
  },
};

function row(title: string, value: number, unit: string, bound: number | null): BenchRow {
  return { case: title, threads: 1, value, unit, bound };
}
