/**
 * Named ways to run a step: what is fused, how old the attention kernel is, what overlaps.
 * The words are those of the layout's key `software`.
 */
import type { DenseSoftware } from "./types.ts";

const fused: DenseSoftware = {
  ...{ isFused: true, isEager: false, isEarly: false, attentionLagGenerations: 0 },
  ...{ hasFlashAttention: true, overlapsTensor: true, overlapsData: true, hasGraphs: false },
  ...{ gradientBytes: 4, hasFusedExperts: true },
};

export const SOFTWARE: Readonly<Record<string, DenseSoftware>> = {
  /** Megatron with Transformer Engine, 2025 and 2026; XLA on TPUs. */
  fused,
  /** torch.compile with the attention kernel one generation back, no overlap of tensor wires. */
  compiled: { ...fused, attentionLagGenerations: 1, overlapsTensor: false, gradientBytes: 2 },
  /** PyTorch op by op. */
  eager: {
    ...{ ...fused, isFused: false, isEager: true, attentionLagGenerations: 1 },
    ...{ overlapsTensor: false, gradientBytes: 2, hasFusedExperts: false },
  },
  /** Fused products, but norms and activations in passes of their own. */
  unfused: { ...fused, isFused: false },
  "no-overlap": { ...fused, overlapsTensor: false, overlapsData: false },
};
