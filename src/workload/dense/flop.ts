/**
 * FLOP that a model needs for one token, forward and backward, and those executed besides.
 *
 *   model    6 · (active parameters without the input table) + 6 · layers · q · s
 *            (attention: 12 · layers · q · s, of which a causal mask needs half)
 *   executed the same, and the layers' forward pass once more as far as it is recomputed
 */
import { activeCount, embeddingCount } from "./parameters.ts";
import type { DenseRun } from "./types.ts";

export interface TokenFlop {
  readonly modelFlop: number;
  readonly executedFlop: number;
}

export function tokenFlop({ model, layout }: Pick<DenseRun, "model" | "layout">): TokenFlop {
  const inLayers = activeCount(model) - embeddingCount(model);
  const logits = model.vocabularyTokens * model.hiddenSize;
  const attention = 6 * model.layers * model.heads * model.headSize * layout.seqTokens;
  const layers = 6 * inLayers + attention;
  const modelFlop = layers + 6 * logits;
  const again = { none: 0, selective: 0, "per-op": inLayers, full: layers / 3 };
  return { modelFlop, executedFlop: modelFlop + again[layout.recompute] };
}
