/**
 * BERT (Devlin et al. 2019, arXiv:1810.04805): every token sees every other, and the loss is
 * that of telling the tokens that were masked. Learned positions, a norm behind the embedding,
 * post-norm blocks, and a head of dense, GELU and norm before the token table gives the logits,
 * with a bias of their own. One segment only, no dropout, no next-sentence task; a masked token
 * is always shown as the mask. All weights start with deviation 1/√width: the paper's 0.02 suits
 * a width of 768; at 64 attention then stays near uniform, and bytes are told by frequency alone.
 */
import { assert } from "../base/assert.ts";
import type { BertSpec } from "../records/trace.ts";
import { embedding, gatherRows } from "../tensor/ops/embedding.ts";
import { crossEntropy } from "../tensor/ops/loss.ts";
import { linear } from "../tensor/ops/matmul.ts";
import { gelu } from "../tensor/ops/pointwise.ts";
import type { Parameters } from "../tensor/parameters.ts";
import { constantly, normally } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Ids, Parameter, Tensor } from "../tensor/tensor.ts";
import type { Block } from "./block.ts";
import { applyPostNormBlock, createBlock } from "./block.ts";
import type { LayerNorm } from "./layer-norm.ts";
import { applyLayerNorm, createLayerNorm } from "./layer-norm.ts";
import type { Linear } from "./linear.ts";
import { applyLinear, createLinear } from "./linear.ts";

/** Share of the tokens that are masked, section 3.1 of the paper. */
const MASKED_SHARE = 0.15;

export interface Bert {
  readonly tokens: Parameter;
  readonly positions: Parameter;
  readonly embeddingNorm: LayerNorm;
  readonly blocks: readonly Block[];
  readonly dense: Linear;
  readonly headNorm: LayerNorm;
  /** One number for each token of the vocabulary. */
  readonly bias: Parameter;
}

export function createBert(parameters: Parameters, spec: BertSpec): Bert {
  const { layerCount, hiddenSize: columns, headCount, vocabularySize, contextTokens } = spec;
  const initial = normally(1 / Math.sqrt(columns));
  const tokens = parameters.declare("embedding.tokens", [vocabularySize, columns], initial);
  const positions = parameters.declare("embedding.positions", [contextTokens, columns], initial);
  const embeddingNorm = createLayerNorm(parameters, "embedding.norm", columns);
  const sizes = { columns, headCount, isCausal: false, initial, outputInitial: initial };
  const blocks = Array.from({ length: layerCount }, (_, i) =>
    createBlock(parameters, `layers.${i}`, sizes),
  );
  const dense = createLinear(parameters, "head.dense", {
    ...{ inputs: columns, outputs: columns, initial },
  });
  const headNorm = createLayerNorm(parameters, "head.norm", columns);
  const bias = parameters.declare("head.bias", [vocabularySize], constantly(0));
  return { tokens, positions, embeddingNorm, blocks, dense, headNorm, bias };
}

/** The last of the vocabulary stands for a masked token. */
export function maskToken({ vocabularySize }: BertSpec): number {
  return vocabularySize - 1;
}

/** Equal for all sequences, so that the mean over a batch is the mean of its parts' means. */
export function maskedCount(tokens: number): number {
  return Math.max(1, Math.round(MASKED_SHARE * tokens));
}

/** Mean cross-entropy of telling `targets`, the tokens that stood at `places`. */
export function bertLoss(tape: Tape, bert: Bert, { inputs, places, targets }: Masked) {
  return crossEntropy(tape, "loss", bertLogits(tape, bert, inputs, places), targets);
}

export interface Masked {
  /** [batch, tokens] */
  readonly inputs: Ids;
  /** Rows of the batch's tokens, counted through all sequences. */
  readonly places: Ids;
  readonly targets: Ids;
}

/** [places, vocabulary]: only masked tokens are worth the product with the whole vocabulary. */
export function bertLogits(tape: Tape, bert: Bert, inputs: Ids, places: Ids): Tensor {
  assert(inputs.shape.length === 2, "tokens come in sequences");
  const tables = { rows: bert.tokens, positions: bert.positions };
  const embedded = embedding(tape, "embedding", inputs, tables);
  let x = applyLayerNorm(tape, bert.embeddingNorm, embedded);
  for (const block of bert.blocks) x = applyPostNormBlock(tape, block, x);
  const masked = gatherRows(tape, "head.gather", x, places);
  const dense = gelu(tape, "head.gelu", applyLinear(tape, bert.dense, masked));
  const hidden = applyLayerNorm(tape, bert.headNorm, dense);
  const { tokens: weight, bias } = bert;
  return linear(tape, "logits", hidden, { weight, bias, transposes: true });
}
