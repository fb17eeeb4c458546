/**
 * GPT-2 (Radford et al. 2019): learned positions, pre-norm blocks, a final norm, and logits
 * from the token table itself. No dropout. Weights start normally distributed with deviation
 * 0.02, those that end a residual branch with 0.02/√(2·layers).
 */
import type { GptSpec } from "../records/trace.ts";
import { embedding } from "../tensor/ops/embedding.ts";
import { crossEntropy } from "../tensor/ops/loss.ts";
import { linear } from "../tensor/ops/matmul.ts";
import { add } from "../tensor/ops/pointwise.ts";
import type { Parameters } from "../tensor/parameters.ts";
import { normally } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Ids, Parameter, Tensor } from "../tensor/tensor.ts";
import type { SelfAttention } from "./attention.ts";
import { applySelfAttention, createSelfAttention } from "./attention.ts";
import type { LayerNorm } from "./layer-norm.ts";
import { applyLayerNorm, createLayerNorm } from "./layer-norm.ts";
import type { FeedForward } from "./mlp.ts";
import { applyFeedForward, createFeedForward } from "./mlp.ts";

const DEVIATION = 0.02;

interface Block {
  readonly name: string;
  readonly attentionNorm: LayerNorm;
  readonly attention: SelfAttention;
  readonly mlpNorm: LayerNorm;
  readonly mlp: FeedForward;
}

export interface Gpt {
  /** vocabulary × hidden size: embeds tokens and, transposed, gives the logits. */
  readonly tokens: Parameter;
  readonly positions: Parameter;
  readonly blocks: readonly Block[];
  readonly norm: LayerNorm;
}

export function createGpt(parameters: Parameters, spec: GptSpec): Gpt {
  const { layerCount, hiddenSize: columns, headCount, vocabularySize, contextTokens } = spec;
  const initial = normally(DEVIATION);
  const outputInitial = normally(DEVIATION / Math.sqrt(2 * layerCount));
  const tokens = parameters.declare("embedding.tokens", [vocabularySize, columns], initial);
  const positions = parameters.declare("embedding.positions", [contextTokens, columns], initial);
  const blocks = Array.from({ length: layerCount }, (_, i): Block => {
    const name = `layers.${i}`;
    const sizes = { columns, headCount, initial, outputInitial };
    return {
      name,
      attentionNorm: createLayerNorm(parameters, `${name}.attention.norm`, columns),
      attention: createSelfAttention(parameters, `${name}.attention`, sizes),
      mlpNorm: createLayerNorm(parameters, `${name}.mlp.norm`, columns),
      mlp: createFeedForward(parameters, `${name}.mlp`, sizes),
    };
  });
  return { tokens, positions, blocks, norm: createLayerNorm(parameters, "norm", columns) };
}

/** Mean cross-entropy of predicting `targets`; both are [batch, tokens]. */
export function gptLoss(tape: Tape, gpt: Gpt, tokens: Ids, targets: Ids): number | undefined {
  const tables = { rows: gpt.tokens, positions: gpt.positions };
  let x = embedding(tape, "embedding", tokens, tables);
  for (const block of gpt.blocks) x = applyBlock(tape, block, x);
  const hidden = applyLayerNorm(tape, gpt.norm, x);
  const logits = linear(tape, "logits", hidden, { weight: gpt.tokens, transposes: true });
  return crossEntropy(tape, "loss", logits, targets);
}

function applyBlock(tape: Tape, block: Block, x: Tensor): Tensor {
  const mixed = applySelfAttention(
    tape,
    block.attention,
    applyLayerNorm(tape, block.attentionNorm, x),
  );
  const middle = add(tape, `${block.name}.attention.residual`, x, mixed);
  const refined = applyFeedForward(tape, block.mlp, applyLayerNorm(tape, block.mlpNorm, middle));
  return add(tape, `${block.name}.mlp.residual`, middle, refined);
}
