/** Families of decoders as the cache of keys and values runs them. */
import { at } from "../base/assert.ts";
import type { GptSpec, LlamaSpec, MoeSpec } from "../records/trace.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import { lookup } from "../tensor/ops/lookup.ts";
import { rmsNorm, rotary } from "../tensor/ops/llama.ts";
import type { Parameters } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { finishPreNormBlock } from "./block.ts";
import type { Decoder } from "./cache.ts";
import type { Gpt } from "./gpt.ts";
import { createGpt, gptHead } from "./gpt.ts";
import { applyLayerNorm } from "./layer-norm.ts";
import { applyLinear } from "./linear.ts";
import { createLlama, finishLlamaBlock, llamaHead, turnsFor } from "./llama.ts";

/** Declares the parameters of the model; to be allocated before a token is read. */
export function createDecoder(
  parameters: Parameters,
  spec: GptSpec | LlamaSpec | MoeSpec,
): Decoder {
  if (spec.family === "gpt") return gptDecoder(createGpt(parameters, spec), spec);
  return llamaDecoder(parameters, spec);
}

export function gptDecoder(gpt: Gpt, spec: GptSpec): Decoder {
  const { layerCount, headCount, hiddenSize, contextTokens } = spec;
  const block = (layer: number) => at(gpt.blocks, layer);
  return {
    ...{ layerCount, headCount, keyValueHeadCount: headCount, contextTokens },
    headSize: hiddenSize / headCount,
    embed: (tape, token, place) => embedGpt(tape, gpt, spec, token, place),
    queries(tape, layer, x) {
      const normed = applyLayerNorm(tape, block(layer).attentionNorm, x);
      return applyLinear(tape, block(layer).attention.input, normed);
    },
    finish(tape, layer, { x, core }) {
      const mixed = applyLinear(tape, block(layer).attention.output, core);
      return finishPreNormBlock(tape, block(layer), { x, mixed });
    },
    head: (tape, x) => gptHead(tape, gpt, x),
  };
}

function embedGpt(tape: Tape, gpt: Gpt, spec: GptSpec, token: number, place: number): Tensor {
  const { hiddenSize: columns, vocabularySize: entries } = spec;
  const x = tape.output([1, 1, columns], false);
  const first = place * columns;
  const positions = gpt.positions.data.subarray(first, first + columns);
  const tables = { rows: gpt.tokens.data, positions };
  const shape = { batch: 1, tokens: 1, columns, entries };
  const kernel = (backend: Backend) =>
    backend.embedding(Int32Array.of(token), tables, x.data, shape);
  tape.device.compute("embedding", kernel, "embedding");
  return x;
}

function llamaDecoder(parameters: Parameters, spec: LlamaSpec | MoeSpec): Decoder {
  const llama = createLlama(parameters, spec);
  const { layerCount, headCount, keyValueHeadCount, hiddenSize, contextTokens } = spec;
  const block = (layer: number) => at(llama.blocks, layer);
  return {
    ...{ layerCount, headCount, keyValueHeadCount, contextTokens },
    headSize: hiddenSize / headCount,
    embed: (tape, token) =>
      lookup(tape, "embedding", { shape: [1, 1], data: Int32Array.of(token) }, llama.tokens),
    queries(tape, layer, x, place) {
      const { name, attentionNorm, input } = block(layer);
      const qkv = applyLinear(tape, input, rmsNorm(tape, `${name}.norm`, x, attentionNorm));
      const turns = turnsFor(tape, spec, [place], x.data);
      return rotary(tape, `${name}.rotary`, qkv, { ...llama.heads, turns });
    },
    finish(tape, layer, { x, core: mixed }, place) {
      const sequences = { batch: 1, tokens: 1, isWhole: true, places: Int32Array.of(place) };
      const pass = { shape: [1, 1, hiddenSize], sequences };
      return finishLlamaBlock(tape, block(layer), { x, mixed }, pass);
    },
    head: (tape, x) => llamaHead(tape, llama, x),
  };
}
