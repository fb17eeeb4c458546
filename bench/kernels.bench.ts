/**
 * Every native kernel on one thread beside what bounds it on this machine, measured in the same
 * run: the multiply-adds of a core, or how fast a core copies arrays of the same size. The share
 * is that of the bound's time; medians. Exponentials and divisions are arithmetic, so the ops that
 * have them are held to a part of the copy only.
 */
import { normal, seeded } from "../src/base/random.ts";
import type { Backend } from "../src/tensor/arithmetic.ts";
import type { Addon } from "../src/tensor/native.ts";
import { loadAddon, loadBackend } from "../src/tensor/backend.ts";
import type { Bench, BenchRow } from "./harness.ts";
import { medianS } from "./harness.ts";

/** Arrays of 2 MiB: larger than a core's own caches. */
const [ROWS, COLUMNS] = [512, 1024] as const;
const COUNT = ROWS * COLUMNS;
const ARRAYS_BYTES = COUNT * 4;

interface Case {
  readonly title: string;
  /** Arrays read and written, or flop of products. */
  readonly arrays?: number;
  readonly flop?: number;
  /** The share of the bound that is held. */
  readonly shareMin: number;
  readonly run: (backend: Backend) => void;
}

const random = seeded(1);
const drawn = (count: number) => Float32Array.from({ length: count }, () => normal(random));
const [x, dy, y, dx] = [drawn(COUNT), drawn(COUNT), drawn(COUNT), drawn(COUNT)];
const [scale, shift, statistics] = [drawn(COLUMNS), drawn(COLUMNS), drawn(2 * ROWS)];
const targets = Int32Array.from({ length: ROWS }, (_, i) => i);
const shape = { rows: ROWS, columns: COLUMNS };
const heads = { batch: 4, tokens: 128, heads: 4, headSize: 64, isCausal: false };
const attentionCount = 4 * 128 * 256;
const [qkv, out, dout, dqkv] = [3, 1, 1, 3].map((parts) => drawn(parts * attentionCount));
const logs = new Float32Array(4 * 4 * 128);
/** Two products a head of tokens² · head size; backward makes scores again and has four more. */
const attentionFlop = 4 * 16 * 128 ** 2 * 64;
const table = { rows: drawn(ROWS * COLUMNS), positions: drawn(128 * COLUMNS) };
const lookups = { batch: 4, tokens: 128, columns: COLUMNS, entries: ROWS };
const step = { learningRate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 10 };

const elements: readonly Case[] = [
  { title: "add", arrays: 3, shareMin: 0.6, run: (b) => b.add(x, dy, y) },
  { title: "relu", arrays: 2, shareMin: 0.6, run: (b) => b.relu(x, y) },
  { title: "reluBackward", arrays: 3, shareMin: 0.6, run: (b) => b.reluBackward(x, dy, dx) },
  { title: "gelu", arrays: 2, shareMin: 0.15, run: (b) => b.gelu(x, y) },
  { title: "geluBackward", arrays: 3, shareMin: 0.15, run: (b) => b.geluBackward(x, dy, dx) },
  { title: "scale", arrays: 2, shareMin: 0.6, run: (b) => b.scale(y, 1) },
  { title: "sumOfSquares", arrays: 1, shareMin: 0.6, run: (b) => void b.sumOfSquares(x) },
  {
    ...{ title: "momentum", arrays: 5, shareMin: 0.6 },
    run: (b) => b.momentum(y, dy, dx, { learningRate: 1e-6, momentum: 0.9 }),
  },
  {
    ...{ title: "adam", arrays: 7, shareMin: 0.5 },
    run: (b) => b.adam(y, dy, { first: dx, second: scratch }, step),
  },
  {
    ...{ title: "meanSquaredError", arrays: 2, shareMin: 0.6 },
    run: (b) => void b.meanSquaredError(x, dy),
  },
  {
    ...{ title: "meanSquaredErrorBackward", arrays: 3, shareMin: 0.6 },
    run: (b) => b.meanSquaredErrorBackward(x, dy, dx),
  },
];

const scratch = new Float32Array(COUNT);

const rowwise: readonly Case[] = [
  { title: "columnSums", arrays: 1, shareMin: 0.5, run: (b) => b.columnSums(x, scale, shape) },
  {
    ...{ title: "layerNorm", arrays: 2, shareMin: 0.4 },
    run: (b) => b.layerNorm({ x, scale, shift, y, statistics }, shape),
  },
  {
    ...{ title: "layerNormBackward", arrays: 3, shareMin: 0.2 },
    run: (b) =>
      b.layerNormBackward({ x, scale, statistics, dy, dx, dscale: shift, dshift: scale }, shape),
  },
  { title: "softmax", arrays: 2, shareMin: 0.15, run: (b) => b.softmax(x, y, shape) },
  {
    ...{ title: "softmaxBackward", arrays: 3, shareMin: 0.4 },
    run: (b) => b.softmaxBackward(x, dy, dx, shape),
  },
  {
    ...{ title: "crossEntropy", arrays: 1, shareMin: 0.07 },
    run: (b) => void b.crossEntropy(x, targets, statistics.subarray(0, ROWS), shape),
  },
  {
    ...{ title: "crossEntropyBackward", arrays: 2, shareMin: 0.2 },
    run: (b) => b.crossEntropyBackward(x, targets, statistics.subarray(0, ROWS), dx, shape),
  },
  {
    ...{ title: "embedding", arrays: 3, shareMin: 0.5 },
    run: (b) => b.embedding(targets, table, y, lookups),
  },
  {
    ...{ title: "embeddingBackward", arrays: 5, shareMin: 0.4 },
    run: (b) => b.embeddingBackward(targets, dy, table, lookups),
  },
];

const products: readonly Case[] = [
  {
    ...{ title: "matmul 512×1024×512", flop: 2 * 512 * 1024 * 512, shareMin: 0.8 },
    run: (b) =>
      b.matmul(x.subarray(0, 512 * 512), dy, y, undefined, {
        ...{ batch: 1, m: 512, n: 1024, k: 512 },
        ...{ transposesA: false, transposesB: false, accumulates: false },
      }),
  },
  {
    ...{ title: "attention, 128 tokens", flop: attentionFlop, shareMin: 0.5 },
    run: (b) => b.attention(qkv!, out!, logs, heads),
  },
  {
    ...{ title: "attentionBackward, 128 tokens", flop: 2.5 * attentionFlop, shareMin: 0.5 },
    run: (b) =>
      b.attentionBackward(
        { qkv: qkv!, out: out!, statistics: logs, dout: dout!, dqkv: dqkv! },
        heads,
      ),
  },
];

export const bench: Bench = {
  name: "kernels",
  async run(size) {
    const { addon, reason } = loadAddon();
    if (addon === undefined) return [row(`not measured: ${reason}`, 0, "s")];
    const backend = loadBackend("native");
    addon.useThreads(1);
    const runs = size === "large" ? 51 : 3;
    const rows: BenchRow[] = [];
    for (const each of [...elements, ...rowwise, ...products]) {
      rows.push(await shareRow(each, backend, addon, runs));
    }
    return rows;
  },
};

async function shareRow(
  { title, arrays = 0, flop, shareMin, run }: Case,
  backend: Backend,
  addon: Addon,
  runs: number,
): Promise<BenchRow> {
  for (let i = 0; i < 3; i++) run(backend);
  const kernelS = await medianS(runs, () => run(backend));
  if (flop !== undefined) {
    const share = flop / kernelS / addon.fmaPeakFlopPerS();
    return row(`${title}, of the multiply-add peak`, share, "", shareMin);
  }
  // A copy reads and writes: two arrays.
  const copyS = await medianS(runs, () => scratch.set(x));
  const bytesPerS = (2 * ARRAYS_BYTES) / copyS;
  const share = (arrays * ARRAYS_BYTES) / kernelS / bytesPerS;
  return row(`${title}, of the copy bandwidth`, share, "", shareMin);
}

function row(title: string, value: number, unit: string, bound: number | null = null): BenchRow {
  return { case: title, threads: 1, value, unit, bound };
}
