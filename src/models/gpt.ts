/**
 * GPT-2 (Radford et al. 2019): learned positions, pre-norm blocks, a final norm, and logits
 * from the token table itself. No dropout. Weights start normally distributed with deviation
 * 0.02, those that end a residual branch with 0.02/√(2·layers).
 */
import type { GptSpec } from "../records/trace.ts";
import { embedding } from "../tensor/ops/embedding.ts";
import type { Region } from "../tensor/ops/region.ts";
import type { Parameters } from "../tensor/parameters.ts";
import { normally } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Ids, Parameter, Tensor } from "../tensor/tensor.ts";
import type { Block } from "./block.ts";
import { applyPreNormBlock, createBlock } from "./block.ts";
import type { LayerNorm } from "./layer-norm.ts";
import { applyLayerNorm, createLayerNorm } from "./layer-norm.ts";
import type { Layout } from "./layout.ts";
import { holdings, regionOf, WHOLE_MODEL } from "./layout.ts";
import type { Sequences } from "./positions.ts";
import { addPositions } from "./positions.ts";
import { createTable, embedTokens, logitsOf } from "./vocabulary.ts";

const DEVIATION = 0.02;

export interface Gpt {
  /** vocabulary × hidden size: embeds tokens and, transposed, gives the logits. */
  readonly tokens: Parameter;
  readonly positions: Parameter;
  readonly blocks: readonly Block[];
  readonly norm: LayerNorm;
  readonly region: Region;
}

export function createGpt(
  parameters: Parameters,
  spec: GptSpec,
  layout: Layout = WHOLE_MODEL,
): Gpt {
  const { layerCount, hiddenSize: columns, headCount, vocabularySize, contextTokens } = spec;
  const region = regionOf(layout);
  const { context } = layout.groups;
  const { splitsRows: isPartial } = region;
  const here = holdings(layout, layerCount);
  const initial = normally(DEVIATION);
  const outputInitial = normally(DEVIATION / Math.sqrt(2 * layerCount));
  const ends = parameters.where(here.isFirst || here.isLast);
  const tokens = createTable(ends, "embedding.tokens", [vocabularySize, columns], {
    ...{ initial, region, placement: { isTied: here.isTied } },
  });
  const table = [contextTokens, columns];
  const positions = parameters
    .where(here.isFirst)
    .declare("embedding.positions", table, initial, { isPartial });
  const sizes = { columns, headCount, isCausal: true, initial, outputInitial, region, context };
  const blocks = Array.from({ length: layerCount }, (_, i) =>
    createBlock(parameters.where(here.hasLayer(i)), `layers.${i}`, sizes),
  );
  const norm = createLayerNorm(parameters.where(here.isLast), "norm", columns, { isPartial });
  return { tokens, positions, blocks, norm, region };
}

/** [batch, tokens, vocabulary]: what each token makes of the one after it. */
export function gptLogits(tape: Tape, gpt: Gpt, tokens: Ids): Tensor {
  let x = gptEmbedding(tape, gpt, tokens);
  for (const block of gpt.blocks) x = applyPreNormBlock(tape, block, x);
  return gptHead(tape, gpt, x);
}

/** Rows of the tokens of this rank, which `sequences` names where they are not all. */
export function gptEmbedding(tape: Tape, gpt: Gpt, ids: Ids, sequences?: Sequences): Tensor {
  const { tokens, positions, region } = gpt;
  if (sequences === undefined || (sequences.isWhole && region.tensor.rankCount === 1)) {
    return embedding(tape, "embedding", ids, { rows: tokens, positions });
  }
  const x = embedTokens(tape, "embedding", ids, { table: tokens, region });
  return addPositions(tape, x, { table: positions, region, sequences });
}

/** Logits of this rank's part of the vocabulary. */
export function gptHead(
  tape: Tape,
  gpt: Gpt,
  x: Tensor,
  shape: readonly number[] = x.shape,
): Tensor {
  const hidden = applyLayerNorm(tape, gpt.norm, x);
  return logitsOf(tape, { table: gpt.tokens, region: gpt.region }, hidden, shape);
}
