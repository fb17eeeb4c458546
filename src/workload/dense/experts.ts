/**
 * What a mixture of experts adds to a layer: tokens are permuted, sent to their experts and
 * back. A token crosses once for each expert it goes to; half of that shows.
 */
import type { DenseConstants } from "./constants.ts";
import type { ForwardBackward } from "./attention.ts";
import type { DenseRun } from "./types.ts";

export function expertLayer(run: DenseRun, c: DenseConstants): ForwardBackward {
  const { model, layout, part } = run;
  if (model.experts === undefined) return { forwardS: 0, backwardS: 0 };
  const tokens = (layout.microBatch * layout.seqTokens) / layout.contextRanks;
  const copies = tokens * model.experts.expertsPerToken;
  const permuteS = (2 * 8 * model.hiddenSize * copies) / part.memoryBytesPerS;
  const ranks = layout.expertRanks;
  const bytes = ((2 * (ranks - 1)) / ranks) * copies * model.hiddenSize * 2;
  const wireS = (bytes / expertBytesPerS(run, c)) * c.expertWireVisibleShare;
  return { forwardS: permuteS + wireS, backwardS: permuteS + wireS };
}

/** Inside a domain the ring's rate; beyond, the NICs carry what leaves the node. */
function expertBytesPerS({ layout, part, fabric }: DenseRun, c: DenseConstants): number {
  const { expertRanks } = layout;
  if (expertRanks <= part.domainRanks) return part.ringBytesPerS;
  const leaving = expertRanks / (expertRanks - part.domainRanks);
  return Math.min(
    part.ringBytesPerS,
    part.nicBytesPerS * c.nicShare * leaving * (fabric?.expertShare ?? 1),
  );
}
