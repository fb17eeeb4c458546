/**
 * GPT-2 (Radford et al. 2019): learned positions, pre-norm blocks, a final norm, and logits
 * from the token table itself. No dropout. Weights start normally distributed with deviation
 * 0.02, those that end a residual branch with 0.02/√(2·layers).
 */
import type { GptSpec } from "../records/trace.ts";
import { embedding } from "../tensor/ops/embedding.ts";
import { crossEntropy } from "../tensor/ops/loss.ts";
import { linear } from "../tensor/ops/matmul.ts";
import type { Parameters } from "../tensor/parameters.ts";
import { normally } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Ids, Parameter, Tensor } from "../tensor/tensor.ts";
import type { Block } from "./block.ts";
import { applyPreNormBlock, createBlock } from "./block.ts";
import type { LayerNorm } from "./layer-norm.ts";
import { applyLayerNorm, createLayerNorm } from "./layer-norm.ts";

const DEVIATION = 0.02;

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
  const sizes = { columns, headCount, isCausal: true, initial, outputInitial };
  const blocks = Array.from({ length: layerCount }, (_, i) =>
    createBlock(parameters, `layers.${i}`, sizes),
  );
  return { tokens, positions, blocks, norm: createLayerNorm(parameters, "norm", columns) };
}

/** Mean cross-entropy of predicting `targets`; both are [batch, tokens]. */
export function gptLoss(tape: Tape, gpt: Gpt, tokens: Ids, targets: Ids): number | undefined {
  return crossEntropy(tape, "loss", gptLogits(tape, gpt, tokens), targets);
}

/** [batch, tokens, vocabulary]: what each token makes of the one after it. */
export function gptLogits(tape: Tape, gpt: Gpt, tokens: Ids): Tensor {
  const tables = { rows: gpt.tokens, positions: gpt.positions };
  let x = embedding(tape, "embedding", tokens, tables);
  for (const block of gpt.blocks) x = applyPreNormBlock(tape, block, x);
  return gptHead(tape, gpt, x);
}

export function gptHead(tape: Tape, gpt: Gpt, x: Tensor): Tensor {
  const hidden = applyLayerNorm(tape, gpt.norm, x);
  return linear(tape, "logits", hidden, { weight: gpt.tokens, transposes: true });
}
