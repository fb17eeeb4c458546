/**
 * BERT (Devlin et al. 2019, arXiv:1810.04805): every token sees every other, and the loss is
 * that of telling the tokens that were masked. Learned positions, a norm behind the embedding,
 * post-norm blocks, and a head of dense, GELU and norm before the token table gives the logits,
 * with a bias of their own. One segment only, no dropout, no next-sentence task; a masked token
 * is always shown as the mask. All weights start with deviation 1/√width: the paper's 0.02 suits
 * a width of 768; at 64 attention then stays near uniform, and bytes are told by frequency alone.
 */
import { assert, at } from "../base/assert.ts";
import type { BertSpec } from "../records/trace.ts";
import type { Communicator } from "../tensor/communicator.ts";
import { gatherContextRows } from "../tensor/ops/context-rows.ts";
import { embedding, gatherRows } from "../tensor/ops/embedding.ts";
import { gelu } from "../tensor/ops/pointwise.ts";
import type { Region } from "../tensor/ops/region.ts";
import { gatherAlike } from "../tensor/ops/region.ts";
import type { Parameters } from "../tensor/parameters.ts";
import { constantly, normally } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Ids, Parameter, Tensor } from "../tensor/tensor.ts";
import type { Block } from "./block.ts";
import { applyPostNormBlock, createBlock } from "./block.ts";
import type { LayerNorm } from "./layer-norm.ts";
import { applyLayerNorm, createLayerNorm } from "./layer-norm.ts";
import type { Linear } from "./linear.ts";
import type { Layout } from "./layout.ts";
import { holdings, regionOf, WHOLE_MODEL } from "./layout.ts";
import { applyLinear, createLinear } from "./linear.ts";
import type { Sequences } from "./positions.ts";
import { addPositions } from "./positions.ts";
import { createTable, embedTokens, logitsOf } from "./vocabulary.ts";

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
  readonly region: Region;
  readonly context: Communicator;
}

export function createBert(
  parameters: Parameters,
  spec: BertSpec,
  layout: Layout = WHOLE_MODEL,
): Bert {
  const { layerCount, hiddenSize: columns, headCount, vocabularySize, contextTokens } = spec;
  const region = regionOf(layout);
  const { splitsRows: isPartial } = region;
  const here = holdings(layout, layerCount);
  const first = parameters.where(here.isFirst);
  const last = parameters.where(here.isLast);
  const initial = normally(1 / Math.sqrt(columns));
  const ends = parameters.where(here.isFirst || here.isLast);
  const tokens = createTable(ends, "embedding.tokens", [vocabularySize, columns], {
    ...{ initial, region, placement: { isTied: here.isTied } },
  });
  const table = [contextTokens, columns];
  const positions = first.declare("embedding.positions", table, initial, { isPartial });
  const embeddingNorm = createLayerNorm(first, "embedding.norm", columns, { isPartial });
  const { context } = layout.groups;
  const sizes = {
    ...{ columns, headCount, isCausal: false, initial, outputInitial: initial, region, context },
  };
  const blocks = Array.from({ length: layerCount }, (_, i) =>
    createBlock(parameters.where(here.hasLayer(i)), `layers.${i}`, sizes),
  );
  const dense = createLinear(last, "head.dense", {
    ...{ inputs: columns, outputs: columns, initial },
  });
  const headNorm = createLayerNorm(last, "head.norm", columns);
  const bias = createTable(last, "head.bias", [vocabularySize], {
    ...{ initial: constantly(0), region },
  });
  const head = { dense, headNorm, bias };
  return { tokens, positions, embeddingNorm, blocks, ...head, region, context };
}

/** The last of the vocabulary stands for a masked token. */
export function maskToken({ vocabularySize }: BertSpec): number {
  return vocabularySize - 1;
}

/** Equal for all sequences, so that the mean over a batch is the mean of its parts' means. */
export function maskedCount(tokens: number): number {
  return Math.max(1, Math.round(MASKED_SHARE * tokens));
}

/** [places, vocabulary]: only masked tokens are worth the product with the whole vocabulary. */
export function bertLogits(tape: Tape, bert: Bert, inputs: Ids, places: Ids): Tensor {
  assert(inputs.shape.length === 2, "tokens come in sequences");
  let x = bertEmbedding(tape, bert, inputs);
  for (const block of bert.blocks) x = applyPostNormBlock(tape, block, x);
  return bertHead(tape, bert, x, { places });
}

/** All rows of the tokens, or this rank's. */
export function bertEmbedding(tape: Tape, bert: Bert, ids: Ids, sequences?: Sequences): Tensor {
  const { tokens, positions, embeddingNorm, region } = bert;
  if (sequences === undefined || (sequences.isWhole && region.tensor.rankCount === 1)) {
    const embedded = embedding(tape, "embedding", ids, { rows: tokens, positions });
    return applyLayerNorm(tape, embeddingNorm, embedded);
  }
  const x = embedTokens(tape, "embedding", ids, { table: tokens, region });
  const embedded = addPositions(tape, x, { table: positions, region, sequences });
  return applyLayerNorm(tape, embeddingNorm, embedded);
}

/**
 * Logits of this rank's part of the vocabulary; all ranks of a tensor group do the rest alike, and
 * all of a context group the whole head: of 15 % of the tokens it is little of the work.
 */
export function bertHead(
  tape: Tape,
  bert: Bert,
  x: Tensor,
  { places, shape = x.shape }: { readonly places: Ids; readonly shape?: readonly number[] },
): Tensor {
  const { tokens: table, bias, region, context } = bert;
  const all = gatherAlike(tape, "head.gather", x, region, shape);
  const tokens = at(shape, 1) * context.rankCount;
  const masked =
    context.rankCount === 1
      ? gatherRows(tape, "head.gather", all, places)
      : gatherContextRows(tape, "head.gather", all, { places, tokens, context });
  const dense = gelu(tape, "head.gelu", applyLinear(tape, bert.dense, masked));
  const hidden = applyLayerNorm(tape, bert.headNorm, dense);
  // Its rows are all here, whatever becomes of the rows of other tensors.
  const whole = { ...region, splitsRows: false };
  return logitsOf(tape, { table, bias, region: whole }, hidden);
}
