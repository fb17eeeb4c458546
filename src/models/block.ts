/**
 * A transformer block: attention and a feed-forward layer, each with a residual sum and a norm.
 * GPT-2 normalizes what goes into a half (pre-norm), BERT what comes out (post-norm).
 */
import { add } from "../tensor/ops/pointwise.ts";
import type { Parameters } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { SelfAttention, SelfAttentionSizes } from "./attention.ts";
import { applySelfAttention, createSelfAttention } from "./attention.ts";
import type { LayerNorm } from "./layer-norm.ts";
import { applyLayerNorm, createLayerNorm } from "./layer-norm.ts";
import type { FeedForward } from "./mlp.ts";
import { applyFeedForward, createFeedForward } from "./mlp.ts";

export interface Block {
  readonly name: string;
  readonly attentionNorm: LayerNorm;
  readonly attention: SelfAttention;
  readonly mlpNorm: LayerNorm;
  readonly mlp: FeedForward;
}

export function createBlock(
  parameters: Parameters,
  name: string,
  sizes: SelfAttentionSizes,
): Block {
  return {
    name,
    attentionNorm: createLayerNorm(parameters, `${name}.attention.norm`, sizes.columns),
    attention: createSelfAttention(parameters, `${name}.attention`, sizes),
    mlpNorm: createLayerNorm(parameters, `${name}.mlp.norm`, sizes.columns),
    mlp: createFeedForward(parameters, `${name}.mlp`, sizes),
  };
}

/** x + attention(norm(x)), then the same with the feed-forward layer. */
export function applyPreNormBlock(tape: Tape, block: Block, x: Tensor): Tensor {
  const normed = applyLayerNorm(tape, block.attentionNorm, x);
  return finishPreNormBlock(tape, block, x, applySelfAttention(tape, block.attention, normed));
}

/** What follows the attention: shared with the cached path, whose attention is another. */
export function finishPreNormBlock(tape: Tape, block: Block, x: Tensor, mixed: Tensor): Tensor {
  const middle = add(tape, `${block.name}.attention.residual`, x, mixed);
  const refined = applyFeedForward(tape, block.mlp, applyLayerNorm(tape, block.mlpNorm, middle));
  return add(tape, `${block.name}.mlp.residual`, middle, refined);
}

/** norm(x + attention(x)), then the same with the feed-forward layer. */
export function applyPostNormBlock(tape: Tape, block: Block, x: Tensor): Tensor {
  const mixed = applySelfAttention(tape, block.attention, x);
  const sum = add(tape, `${block.name}.attention.residual`, x, mixed);
  const middle = applyLayerNorm(tape, block.attentionNorm, sum);
  const refined = applyFeedForward(tape, block.mlp, middle);
  const end = add(tape, `${block.name}.mlp.residual`, middle, refined);
  return applyLayerNorm(tape, block.mlpNorm, end);
}
