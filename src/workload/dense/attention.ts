/**
 * Attention of one layer: a fused kernel whose rate grows with the sequence, or the products
 * and scores of the time before.
 *
 *   fused:   t = ½ · 4 · T · s · q/tp · (1 + 500/s) / rate, backward 2.5 times
 *   unfused: t = 4 · T · s · q'/tp / matmul + 11 bytes a score, backward 2 times and 17 bytes
 */
import type { DenseConstants } from "./constants.ts";
import type { DenseRun } from "./types.ts";

/** Sequence at which a fused kernel reaches half its rate. */
const HALF_RATE_TOKENS = 500;
const BACKWARD_OF_FUSED = 2.5;

export interface ForwardBackward {
  readonly forwardS: number;
  readonly backwardS: number;
}

export function attention(run: DenseRun, constants: DenseConstants): ForwardBackward {
  return run.software.hasFlashAttention ? fused(run, constants) : unfused(run);
}

function fused({ model, layout, part, software }: DenseRun, c: DenseConstants): ForwardBackward {
  const { seqTokens, tensorRanks, contextRanks, microBatch } = layout;
  const tokens = (microBatch * seqTokens) / contextRanks;
  const channels = (model.heads * model.headSize) / tensorRanks;
  const best = model.headSize >= 128 ? part.attentionFlopPerS : part.narrowAttentionFlopPerS;
  const age = c.olderAttentionShare ** software.attentionLagGenerations;
  const rate = best * age;
  const seen = (span: number) => (0.5 * 4 * tokens * span * channels) / rate;
  // Ring attention goes chunk by chunk, each rank with two of them, and packed text piece by
  // piece: the kernel sees no longer sequence than that.
  const whole = Math.min(seqTokens, layout.packedTokens ?? seqTokens);
  const chunk = contextRanks > 1 ? whole / (2 * contextRanks) : whole;
  // Older kernels are slower in their inner loop; what surrounds it takes the same time.
  const start = 1 + (HALF_RATE_TOKENS * age) / chunk;
  const full = seen(whole) * start;
  const windowed = seen(2 * Math.min(whole / 2, model.windowTokens + 128)) * start;
  const context = contextRanks >= 4 ? c.contextAttentionFactor : 1;
  const forwardS = (model.windowTokens > 0 ? (full + windowed) / 2 : full) * context;
  return { forwardS, backwardS: BACKWARD_OF_FUSED * forwardS };
}

/** Full scores, not only the causal half; heads padded to a multiple of 64. */
function unfused({ model, layout, part }: DenseRun): ForwardBackward {
  const { seqTokens, tensorRanks, contextRanks, microBatch } = layout;
  const tokens = (microBatch * seqTokens) / contextRanks;
  const heads = model.heads / tensorRanks;
  const channels = heads * Math.ceil(model.headSize / 64) * 64;
  const scores = tokens * seqTokens * heads;
  const productS = (4 * tokens * seqTokens * channels) / part.matmulBf16FlopPerS;
  return {
    forwardS: productS + (11 * scores) / part.memoryBytesPerS,
    backwardS: 2 * productS + (17 * scores) / part.memoryBytesPerS,
  };
}
