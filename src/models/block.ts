/**
 * A transformer block: attention and a feed-forward layer, each with a residual sum and a norm.
 * GPT-2 normalizes what goes into a half (pre-norm), BERT what comes out (post-norm).
 */
import { add } from "../tensor/ops/pointwise.ts";
import { WHOLE_REGION } from "../tensor/ops/region.ts";
import type { Declarer } from "../tensor/parameters.ts";
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

export function createBlock(parameters: Declarer, name: string, sizes: SelfAttentionSizes): Block {
  // With rows split, each rank sees the gradients of a norm for its rows only.
  const isPartial = (sizes.region ?? WHOLE_REGION).splitsRows;
  const norm = (part: string) =>
    createLayerNorm(parameters, `${name}.${part}.norm`, sizes.columns, { isPartial });
  return {
    name,
    attentionNorm: norm("attention"),
    attention: createSelfAttention(parameters, `${name}.attention`, sizes),
    mlpNorm: norm("mlp"),
    mlp: createFeedForward(parameters, `${name}.mlp`, sizes),
  };
}

/** x + attention(norm(x)), then the same with the feed-forward layer. */
export function applyPreNormBlock(
  tape: Tape,
  block: Block,
  x: Tensor,
  shape: readonly number[] = x.shape,
): Tensor {
  const normed = applyLayerNorm(tape, block.attentionNorm, x);
  const mixed = applySelfAttention(tape, block.attention, normed, shape);
  return finishPreNormBlock(tape, block, { x, mixed }, shape);
}

/** What follows the attention: shared with the cached path, whose attention is another. */
export function finishPreNormBlock(
  tape: Tape,
  block: Block,
  { x, mixed }: { readonly x: Tensor; readonly mixed: Tensor },
  shape: readonly number[] = x.shape,
): Tensor {
  const middle = add(tape, `${block.name}.attention.residual`, x, mixed);
  const normed = applyLayerNorm(tape, block.mlpNorm, middle);
  const refined = applyFeedForward(tape, block.mlp, normed, shape);
  return add(tape, `${block.name}.mlp.residual`, middle, refined);
}

/** norm(x + attention(x)), then the same with the feed-forward layer. */
export function applyPostNormBlock(
  tape: Tape,
  block: Block,
  x: Tensor,
  shape: readonly number[] = x.shape,
): Tensor {
  const mixed = applySelfAttention(tape, block.attention, x, shape);
  const sum = add(tape, `${block.name}.attention.residual`, x, mixed);
  const middle = applyLayerNorm(tape, block.attentionNorm, sum);
  const refined = applyFeedForward(tape, block.mlp, middle, shape);
  const end = add(tape, `${block.name}.mlp.residual`, middle, refined);
  return applyLayerNorm(tape, block.mlpNorm, end);
}
