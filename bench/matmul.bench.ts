/**
 * Native matrix multiplication beside the fastest multiply-adds this core can do, both measured
 * in turns within the same second, since a shared machine changes its clock. Medians.
 */
import { normal, seeded } from "../src/base/random.ts";
import type { Backend, MatmulShape } from "../src/tensor/arithmetic.ts";
import { loadAddon, loadBackend } from "../src/tensor/backend.ts";
import { bf16Matmul } from "../src/tensor/native.ts";
import type { Bench, BenchRow } from "./harness.ts";
import { median, medianS } from "./harness.ts";

const SHARE_MIN = 0.8;
const GAIN_MIN = 1.85;
const BF16_GAIN_MIN = 1.7;

/** All large enough to be bound by arithmetic: each operand is used a hundred times. */
const SHAPES: readonly (readonly [title: string, shape: MatmulShape])[] = [
  ["odd", sized(1023, 1021, 1019)],
  ["skinny: few rows", sized(128, 2048, 1024)],
  ["skinny: few columns", sized(2048, 128, 1024)],
  ["skinny: shallow", sized(1024, 1024, 128)],
  ["transposed", { ...sized(1024, 1024, 1024), transposesA: true, transposesB: true }],
];

function sized(m: number, n: number, k: number): MatmulShape {
  return { batch: 1, m, n, k, transposesA: false, transposesB: false, accumulates: false };
}

export const bench: Bench = {
  name: "matmul",
  async run(size) {
    const { addon, reason } = loadAddon();
    // Nothing to measure without the native backend: a row says why, and has no figure to fail.
    if (addon === undefined) return [row(`not measured: ${reason}`, 1, 0, "GFLOP/s")];
    const backend = loadBackend("native");
    const square = size === "large" ? sized(1024, 1024, 1024) : sized(128, 128, 128);
    const shapes = size === "large" ? SHAPES : SHAPES.slice(0, 1);
    const [peaks, alone, both]: [number[], number[], number[]] = [[], [], []];
    const others: number[][] = shapes.map(() => []);
    for (let turn = 0; turn < (size === "large" ? 12 : 1); turn++) {
      addon.useThreads(1);
      peaks.push(addon.fmaPeakFlopPerS());
      alone.push(await flopPerS(backend, square));
      for (const [i, [, shape]] of shapes.entries()) {
        others[i]?.push(await flopPerS(backend, shape));
      }
      addon.useThreads(2);
      both.push(await flopPerS(backend, square));
    }
    addon.useThreads(1);
    const [peak, squareFlopPerS] = [median(peaks), median(alone)];
    const gain = median(both.map((each, i) => each / (alone[i] ?? Number.NaN)));
    const [instructionSet = ""] = addon.instructionSets();
    return [
      row(`multiply-add peak, ${instructionSet}`, 1, peak / 1e9, "GFLOP/s"),
      row("fp32 matmul 1024³", 1, squareFlopPerS / 1e9, "GFLOP/s", (SHARE_MIN * peak) / 1e9),
      row("share of the peak", 1, squareFlopPerS / peak, "", SHARE_MIN),
      row("gain by the second thread", 2, gain, "", addon.coreCount() > 1 ? GAIN_MIN : null),
      ...shapes.map(([title, { m, n, k }], i) =>
        row(`${title}, ${m}×${n}×${k}: share of the square's rate`, 1, ...shareOf(others[i])),
      ),
      ...(await bf16Rows(backend, square, squareFlopPerS)),
    ];

    function shareOf(rates: readonly number[] = []): [number, string, number] {
      return [median(rates) / squareFlopPerS, "", SHARE_MIN];
    }
  },
};

async function bf16Rows(
  backend: Backend,
  square: MatmulShape,
  fp32FlopPerS: number,
): Promise<BenchRow[]> {
  const { addon } = loadAddon();
  if (addon === undefined) return [];
  const { matmulBf16 } = backend;
  if (matmulBf16 === undefined) {
    const rate = await flopPerS({ matmul: bf16Matmul(addon) }, square);
    return [row("bf16 matmul: no such instructions here; in steps", 1, rate / 1e9, "GFLOP/s")];
  }
  const rate = await flopPerS({ matmul: matmulBf16 }, square);
  return [row("bf16 matmul, times the rate of fp32", 1, rate / fp32FlopPerS, "", BF16_GAIN_MIN)];
}

const random = seeded(1);
const operands = Array.from({ length: 3 }, () =>
  Float32Array.from({ length: 2048 * 1024 }, () => normal(random)),
);

type Multiplier = Pick<Backend, "matmul">;

async function flopPerS(backend: Multiplier, shape: MatmulShape): Promise<number> {
  const { m, n, k } = shape;
  const [a, b, c] = operands.map((all, i) => all.subarray(0, [m * k, k * n, m * n][i]));
  const multiply = () => backend.matmul(a!, b!, c!, undefined, shape);
  multiply();
  return (2 * m * n * k) / (await medianS(5, multiply));
}

function row(
  title: string,
  threads: number,
  value: number,
  unit: string,
  bound: number | null = null,
): BenchRow {
  return { case: title, threads, value, unit, bound };
}
