/**
 * Traffic of context parallelism in one layer, as far as attention does not hide it.
 *
 *   ring        cp − 1 times the keys and values of a rank, each behind its part of attention
 *   all-to-all  queries, keys, values and the result change places, (cp − 1)/cp of each
 *
 * Sources: Liu et al. 2023, arXiv 2310.01889 (ring); Jacobs et al. 2023, arXiv 2309.14509.
 */
import type { ForwardBackward } from "./attention.ts";
import type { DenseConstants } from "./constants.ts";
import type { DenseRun } from "./types.ts";

export function contextWire(
  { model, layout, part, fabric }: DenseRun,
  c: DenseConstants,
  attention: ForwardBackward,
): ForwardBackward {
  const { contextRanks, tensorRanks, microBatch, seqTokens } = layout;
  if (contextRanks === 1) return { forwardS: 0, backwardS: 0 };
  const tokens = (microBatch * seqTokens) / contextRanks;
  const isInside = tensorRanks * contextRanks <= part.domainRanks;
  const nic = part.nicBytesPerS * c.nicShare * (fabric?.dataShare ?? 1);
  const rate = isInside ? part.ringBytesPerS : nic;
  const pair = (2 * 2 * tokens * model.kvHeads * model.headSize) / tensorRanks;
  if (layout.contextKind === "all-to-all") {
    const sides = (2 * 2 * tokens * model.heads * model.headSize) / tensorRanks;
    const wireS = (((contextRanks - 1) / contextRanks) * (pair + sides)) / rate;
    return { forwardS: wireS, backwardS: wireS };
  }
  const wireS = ((contextRanks - 1) * pair) / rate;
  // Backward, keys and values go round once more with their gradients.
  return {
    forwardS: Math.max(0, wireS - attention.forwardS),
    backwardS: Math.max(0, 2 * wireS - attention.backwardS),
  };
}
