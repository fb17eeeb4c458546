/**
 * The logits of the last stage: three products with the vocabulary, always in bf16, and 24
 * bytes for each logit of the loss.
 */
import type { DenseConstants } from "./constants.ts";
import { rankTokens, softwareFactor } from "./layer.ts";
import type { Product } from "./matmul.ts";
import { byInput, byWeights, matmulFlopPerS, productsS } from "./matmul.ts";
import { resultBytes, sustainedShare } from "./matmul.ts";
import type { DenseRun } from "./types.ts";

const LOSS_BYTES_PER_LOGIT = 24;

/** Seconds of one micro-batch, with the software's factor. */
export function logitsS(run: DenseRun, c: DenseConstants): number {
  const { model, layout, part } = run;
  const tokens = rankTokens(run);
  const vocabulary = model.vocabularyTokens / layout.tensorRanks;
  const product: Product = [tokens, vocabulary, model.hiddenSize];
  const read = [product, byInput(product)];
  const learned = layout.isLora ? [] : [byWeights(product)];
  const precision = layout.precision === "fp32" ? "fp32" : "bf16";
  const rate = matmulFlopPerS(part, precision, c) * sustainedShare(part, c);
  const gradientBytes = layout.sharding.startsWith("fsdp") ? 2 : 8;
  const written = resultBytes(read, 2) + resultBytes(learned, gradientBytes);
  const passes = c.lossPassesFactor * (run.software.isFused ? 1 : c.unfusedPassesFactor);
  const lossBytes = passes * LOSS_BYTES_PER_LOGIT * tokens * vocabulary;
  const productS = productsS([...read, ...learned], rate, part.multiprocessors);
  const factor = softwareFactor({ ...run, model: withoutExperts(run) }, c);
  return factor * (productS + (written + lossBytes) / part.memoryBytesPerS);
}

function withoutExperts({ model }: DenseRun): DenseRun["model"] {
  const { experts: _, ...dense } = model;
  return dense;
}
