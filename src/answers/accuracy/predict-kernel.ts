/**
 * TFLOP/s of single kernels.
 *
 *   product    t = start + max(Q · 2MNK / best, inputs / bw) + results / bw
 *   attention  rate · 1 / (1 + s0 / s), s0 = 500 tokens causal and 195 in full
 */
import { matmulFlopPerS, sustainedShare, tileFactor } from "../../workload/dense/matmul.ts";
import { CONSTANTS } from "../../workload/dense/constants.ts";
import type { PartRow } from "../../workload/dense/parts.ts";
import type { Precision } from "../../workload/dense/types.ts";
import type { Estimate } from "./prediction.ts";
import { partOf } from "./read-part.ts";
import type { Row } from "./row.ts";
import { Assumptions, cell, number } from "./row.ts";

export const KERNEL_COLUMNS = ["tflops"];

/** Start of a kernel on the device; shares of the memory rate that reads and writes reach. */
const START_S = 1.6e-6;
const READ_SHARE = 0.85;
const WRITE_SHARE = 0.7;
/** Of its best rate, what a product reaches that is cut along its inner dimension. */
const SPLIT_SHARE = 0.7;
/** cuDNN's attention beside the newest fused kernel: its rate, and its half length. */
const CUDNN = { share: 0.87, causalTokens: 386 };
/** A forward pass alone runs this much faster than forward and backward together. */
const FORWARD_ONLY_FACTOR = 1.09;

export function predictKernel(row: Row): Readonly<Record<string, Estimate>> {
  const assumptions = new Assumptions();
  const part = partOf(assumptions.or(cell(row, "gpu") || undefined, "h100-sxm", "gpu"));
  const chips = /one of two/.test(cell(row, "gpu")) ? 2 : 1;
  const isAttention = /attention|cudnn/i.test(cell(row, "kernel"));
  const flopPerS = isAttention
    ? attentionRate(row, part) / chips
    : productRate(row, shareOf(part, chips), assumptions);
  const spread = Math.hypot(isAttention ? 0.06 : 0.08, part.tag === "assumed" ? 0.15 : 0);
  const estimate = { logErrorShare: spread, assumed: assumptions.names };
  return { tflops: { value: flopPerS / 1e12, ...estimate } };
}

/** What one of several devices on a part has. */
function shareOf(part: PartRow, chips: number): PartRow {
  if (chips === 1) return part;
  return {
    ...part,
    matmulBf16FlopPerS: part.matmulBf16FlopPerS / chips,
    matmulFp8FlopPerS: part.matmulFp8FlopPerS / chips,
    memoryBytesPerS: part.memoryBytesPerS / chips,
  };
}

function precisionOf(row: Row): Precision {
  return /fp8/.test(cell(row, "dtype")) ? "fp8" : "bf16";
}

function productRate(row: Row, part: PartRow, assumptions: Assumptions): number {
  const kernel = cell(row, "kernel");
  const best = matmulFlopPerS(part, precisionOf(row), CONSTANTS);
  // A minute of stress stays near the best; for hours the board's power decides.
  if (kernel.includes("stress")) return best * 0.95;
  if (kernel.includes("sustained")) return best * sustainedShare(part, CONSTANTS);
  const [m, n, k] = ["m", "n", "k"].map((name) => number(row, name));
  if (m === undefined || n === undefined || k === undefined || /best/.test(kernel)) {
    if (!/best/.test(kernel)) assumptions.add("a large shape");
    return best;
  }
  const bytes = precisionOf(row) === "fp8" ? 1 : 2;
  const groups = Number(/grouped (\d+)/.exec(kernel)?.[1] ?? 1);
  const flop = groups * 2 * m * n * k;
  const [read, write] = [part.memoryBytesPerS * READ_SHARE, part.memoryBytesPerS * WRITE_SHARE];
  const factor = Math.min(tileFactor([groups * m, n, k], part.multiprocessors), split([m, n]));
  const computeS = (factor * flop) / best;
  const inputsS = (groups * bytes * (m * k + k * n)) / read;
  const seconds = START_S + Math.max(computeS, inputsS) + (groups * 2 * m * n) / write;
  return flop / seconds;
}

/** Cut along its inner dimension a product fills all units, at tiles of 64 by 64 and a price. */
function split([m, n]: readonly [number, number]): number {
  const padded = Math.ceil(m / 64) * 64 * Math.ceil(n / 64) * 64;
  return padded / (m * n) / SPLIT_SHARE;
}

function attentionRate(row: Row, part: PartRow): number {
  const tokens = number(row, "seq_len") ?? 4096;
  const isCausal = cell(row, "causal") === "1";
  const isWide = (number(row, "head_dim") ?? 128) >= 128;
  const best = isWide ? part.attentionFlopPerS : part.narrowAttentionFlopPerS;
  const isOld = part.family === "hopper" && /attention-2/i.test(cell(row, "kernel"));
  const age = isOld ? CONSTANTS.olderAttentionShare : 1;
  const pass = cell(row, "pass") === "fwd" ? FORWARD_ONLY_FACTOR : 1;
  const isCudnn = /cudnn/i.test(cell(row, "kernel"));
  const half = isCausal ? (isCudnn ? CUDNN.causalTokens : 500) : 195;
  return (best * age * pass * (isCudnn ? CUDNN.share : 1)) / (1 + half / tokens);
}
