/** Any model by its sizes: its parameters, the loss of a batch, and what it makes of inputs. */
import { assert, at } from "../base/assert.ts";
import type { BertSpec, GptSpec, LlamaSpec, ModelSpec, MoeSpec } from "../records/trace.ts";
import { Parameters } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Ids, Tensor } from "../tensor/tensor.ts";
import { bertEmbedding, bertHead, createBert } from "./bert.ts";
import { applyPostNormBlock, applyPreNormBlock } from "./block.ts";
import { createGpt, gptEmbedding, gptHead } from "./gpt.ts";
import type { Layout } from "./layout.ts";
import { WHOLE_MODEL } from "./layout.ts";
import { llamaTransformer } from "./llama.ts";
import { mlpModel } from "./mlp.ts";
import { refuseLayout } from "./refusals.ts";
import type { Transformer } from "./transformer.ts";
import { transformerModel } from "./transformer.ts";
import { lossOf } from "./vocabulary.ts";

/** What a model reads: token ids, token ids some of which are masked, or vectors. */
export type Inputs =
  | { readonly kind: "tokens"; readonly inputs: Ids }
  | { readonly kind: "masked"; readonly inputs: Ids; readonly places: Ids }
  | { readonly kind: "vectors"; readonly inputs: Tensor };

/** What a step trains on: inputs with the ids or vectors that should come of them. */
export type Batch =
  | { readonly kind: "tokens"; readonly inputs: Ids; readonly targets: Ids }
  | {
      readonly kind: "masked";
      readonly inputs: Ids;
      readonly places: Ids;
      readonly targets: Ids;
    }
  | { readonly kind: "vectors"; readonly inputs: Tensor; readonly targets: Tensor };

/** What a stage of a pipeline goes on with: the batch, and what the stage before made of it. */
export interface StageInput {
  readonly batch: Batch;
  /** Of the shape `hiddenShape` says; absent on the first stage. */
  readonly hidden?: Tensor | undefined;
  /** Which of this rank's stages, from 0. */
  readonly chunkIndex?: number;
}

/**
 * What the next stage goes on with, and what its layers add to the loss, if they do; or the loss,
 * undefined on the shape-only device.
 */
export type StageOutput =
  | { readonly kind: "hidden"; readonly hidden: Tensor; readonly loss?: number | undefined }
  | { readonly kind: "loss"; readonly loss: number | undefined };

export interface Model {
  readonly spec: ModelSpec;
  /** Those of this rank. */
  readonly parameters: Parameters;
  /** Stages of this rank. */
  readonly chunkCount: number;
  /** Runs forward; the loss is undefined on the shape-only device. */
  loss(tape: Tape, batch: Batch): number | undefined;
  /** Logits of each token, logits of each masked token, or the last layer's vectors. */
  output(tape: Tape, inputs: Inputs): Tensor;
  /** One stage forward. The batch is the whole one of the rank's data-parallel share. */
  forward(tape: Tape, input: StageInput): StageOutput;
  /** Of what one stage hands to the next, on this rank. */
  hiddenShape(batch: Batch): readonly number[];
}

export function createModel(spec: ModelSpec, layout: Layout = WHOLE_MODEL): Model {
  refuseLayout(spec, layout);
  const parameters = new Parameters();
  if (spec.family === "mlp") return mlpModel(spec, layout, parameters);
  if (spec.family === "gpt") return gptModel(spec, layout, parameters);
  if (spec.family === "bert") return bertModel(spec, layout, parameters);
  const transformer = llamaTransformer(parameters, spec, layout);
  return transformerModel({ spec, layout, parameters, kind: "tokens", transformer });
}

function gptModel(spec: GptSpec, layout: Layout, parameters: Parameters): Model {
  const gpt = createGpt(parameters, spec, layout);
  const head = { table: gpt.tokens, region: gpt.region };
  const transformer: Transformer = {
    isCausal: true,
    embed: (tape, ids, { sequences }) => gptEmbedding(tape, gpt, ids, sequences),
    layer: (tape, index, x, { shape }) => applyPreNormBlock(tape, at(gpt.blocks, index), x, shape),
    logits: (tape, x, _, { shape }) => gptHead(tape, gpt, x, shape),
    loss: (tape, logits, targets) => lossOf(tape, head, logits, targets),
  };
  return transformerModel({ spec, layout, parameters, kind: "tokens", transformer });
}

function bertModel(spec: BertSpec, layout: Layout, parameters: Parameters): Model {
  const bert = createBert(parameters, spec, layout);
  const head = { table: bert.tokens, region: bert.region };
  const transformer: Transformer = {
    isCausal: false,
    embed: (tape, ids, { sequences }) => bertEmbedding(tape, bert, ids, sequences),
    layer: (tape, index, x, { shape }) =>
      applyPostNormBlock(tape, at(bert.blocks, index), x, shape),
    logits(tape, x, inputs, { shape }) {
      assert(inputs.kind === "masked", "a BERT reads masked tokens");
      return bertHead(tape, bert, x, { places: inputs.places, shape });
    },
    loss: (tape, logits, targets) => lossOf(tape, head, logits, targets),
  };
  return transformerModel({ spec, layout, parameters, kind: "masked", transformer });
}

/**
 * The number of parameters, without building anything. A GPT has the token and position tables,
 * in each layer four matrices (3h² + h² + 4h² + 4h²) with their biases (3h + h + 4h + h) and two
 * norms (4h), and a last norm:
 *
 *     V·h + T·h + L·(12h² + 13h) + 2h
 *
 * A BERT has the last norm behind the embedding instead, and the head: a matrix with its bias, a
 * norm and a bias of the logits: h² + 3h + V more.
 */
export function parameterCount(spec: ModelSpec): number {
  if (spec.family === "mlp") {
    const { widths } = spec;
    return widths.slice(1).reduce((sum, outputs, i) => sum + (at(widths, i) + 1) * outputs, 0);
  }
  if (spec.family === "llama" || spec.family === "moe") return llamaCount(spec);
  const { layerCount, hiddenSize: h, vocabularySize, contextTokens } = spec;
  const trunk = (vocabularySize + contextTokens) * h + layerCount * (12 * h * h + 13 * h) + 2 * h;
  return trunk + (spec.family === "bert" ? h * h + 3 * h + vocabularySize : 0);
}

/**
 * With H heads of which K have keys and values, d = h/H columns each, and width f inside the
 * gated layers: queries, keys, values and projection h·(H + 2K)·d + H·d·h, three matrices h·f
 * for each of E experts with a router h·E, or for the one layer there is; two norms of h.
 *
 *     V·h (twice where the head has its own) + L·(2h² + 2h·K·d + E·3hf + h·E + 2h) + h
 */
function llamaCount(spec: LlamaSpec | MoeSpec): number {
  const { hiddenSize: h, headCount, keyValueHeadCount, feedForwardSize: f } = spec;
  const attention = 2 * h * h + 2 * h * keyValueHeadCount * (h / headCount);
  const gated =
    spec.family === "moe" ? spec.expertCount * 3 * h * f + h * spec.expertCount : 3 * h * f;
  const tables = (spec.tiesEmbedding ? 1 : 2) * spec.vocabularySize * h;
  return tables + spec.layerCount * (attention + gated + 2 * h) + h;
}
