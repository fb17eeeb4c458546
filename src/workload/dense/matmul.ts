/**
 * Matrix products on a part: its best measured rate, rounded up to whole waves of tiles.
 *
 *   t = Q · 2MNK / (rate · share),  Q = waves · SMs · tile / (M · N · efficiency of the tile)
 */
import { at } from "../../base/assert.ts";
import type { DenseConstants } from "./constants.ts";
import type { PartRates, Precision } from "./types.ts";

/** A product [m, k] · [k, n]. */
export type Product = readonly [m: number, n: number, k: number];

/** Height, width and efficiency of the tiles of the usual kernels. */
const TILES = [
  [128, 256, 1],
  [256, 256, 1],
  [192, 128, 0.97],
  [128, 128, 0.93],
  [64, 256, 0.85],
  [64, 128, 0.8],
] as const;

/** Factors already worked out: few shapes return many times while constants are fitted. */
const known = new Map<number, number>();
const KNOWN_MAX = 20_000;

/** How much more than its FLOP a product occupies the part; at least 1. */
export function tileFactor(product: Product, multiprocessors: number): number {
  if (multiprocessors === 0) return 1;
  const [m, n] = product;
  // Whole and unique below 2^53: shapes beyond are not remembered.
  const key = (m * 1e6 + n) * 1e3 + multiprocessors;
  const isWhole = Number.isInteger(m) && Number.isInteger(n);
  const isExact = isWhole && n < 1e6 && key < Number.MAX_SAFE_INTEGER;
  const found = isExact ? known.get(key) : undefined;
  if (found !== undefined) return found;
  const factor = bestTileFactor(product, multiprocessors);
  if (known.size >= KNOWN_MAX) known.clear();
  if (isExact) known.set(key, factor);
  return factor;
}

function bestTileFactor([m, n]: Product, multiprocessors: number): number {
  let best = 0;
  for (const [a, b, efficiency] of TILES) {
    for (const [high, wide] of [
      [a, b],
      [b, a],
    ] as const) {
      const tiles = Math.ceil(m / high) * Math.ceil(n / wide);
      const waves = Math.ceil(tiles / multiprocessors);
      const share = ((m * n) / (waves * multiprocessors * high * wide)) * efficiency;
      best = Math.max(best, share);
    }
  }
  return 1 / Math.min(1, best);
}

/** Seconds of products at a precision, without the sustained share. */
export function productsS(products: readonly Product[], rate: number, sms: number): number {
  let seconds = 0;
  for (const product of products) {
    const [m, n, k] = product;
    seconds += (2 * m * n * k * tileFactor(product, sms)) / rate;
  }
  return seconds;
}

/** Gradients of a product [m, k] · [k, n] by its input and by its weights. */
export const byInput = ([m, n, k]: Product): Product => [m, k, n];
export const byWeights = ([m, n, k]: Product): Product => [n, k, m];

/** Best matmul of a part at a precision, in FLOP/s. */
export function matmulFlopPerS(
  part: PartRates,
  precision: Precision,
  constants: DenseConstants,
): number {
  if (precision === "fp32") return part.matmulBf16FlopPerS / 2;
  if (precision === "bf16" || part.matmulFp8FlopPerS === 0) return part.matmulBf16FlopPerS;
  if (precision === "fp8" || part.peakFp4FlopPerS === 0) return part.matmulFp8FlopPerS;
  const nominal = part.peakFp4FlopPerS / part.peakFp8FlopPerS;
  return part.matmulFp8FlopPerS * nominal * constants.fp4Share;
}

/**
 * Share of the best matmul that a part sustains: matmuls for seconds run at the power limit.
 */
export function sustainedShare(part: PartRates, constants: DenseConstants): number {
  const ofPower = part.fullClockW === 0 ? 1 : Math.min(1, part.boardW / part.fullClockW);
  return constants.matmulShare * ofPower;
}

/** Bytes written by the products, two or more for each element of their result. */
export function resultBytes(products: readonly Product[], elementBytes: number): number {
  return products.reduce((sum, product) => sum + at(product, 0) * at(product, 1), 0) * elementBytes;
}

/** Dense peak of a part at a precision, as printed; that of bf16 where it has no such mode. */
export function matmulPeakFlopPerS(part: PartRates, precision: Precision): number {
  const peaks = { fp32: 0, bf16: 0, fp8: part.peakFp8FlopPerS, fp4: part.peakFp4FlopPerS };
  return peaks[precision] > 0 ? peaks[precision] : part.peakBf16FlopPerS;
}
