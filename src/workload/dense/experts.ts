/**
 * What a mixture of experts adds to a layer: tokens go to their experts and back, and products
 * of biased experts are clamped. Permuting is part of the software's factor for experts.
 *
 *   in a domain   2 · (ep − 1)/ep · copies · h · 2 B at the ring's rate
 *   between them  2 · tokens · nodes away · h · 2 B through the NICs: a token crosses once for
 *                 each domain that holds an expert of it, (n − 1)(1 − (1 − 1/n)^k) of n domains
 *
 * The slower of the two decides, and a share of it shows: little of it where another micro-batch
 * computes meanwhile.
 */
import type { DenseConstants } from "./constants.ts";
import type { ForwardBackward } from "./attention.ts";
import type { DenseRun } from "./types.ts";

export function expertLayer(run: DenseRun, c: DenseConstants): ForwardBackward {
  const { model, layout, part, fabric, software } = run;
  if (model.experts === undefined) return { forwardS: 0, backwardS: 0 };
  const tokens = (layout.microBatch * layout.seqTokens) / layout.contextRanks;
  const { expertsPerToken } = model.experts;
  const bytes = 2 * tokens * model.hiddenSize * 2;
  const inside = Math.min(layout.expertRanks, part.domainRanks);
  const insideS = (((inside - 1) / inside) * bytes * expertsPerToken) / part.ringBytesPerS;
  const domains = layout.expertRanks / inside;
  const away = (domains - 1) * (1 - (1 - 1 / domains) ** expertsPerToken);
  const nic = part.nicBytesPerS * c.nicShare * (fabric?.expertShare ?? 1);
  const shown = software.overlapsExperts === true ? c.contentionShare : c.expertWireVisibleShare;
  const wireS = Math.max(insideS, (bytes * away) / nic) * shown;
  return { forwardS: wireS, backwardS: wireS };
}
