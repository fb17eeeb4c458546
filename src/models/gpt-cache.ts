/**
 * A GPT that reads one token after another and keeps the keys and values of those it has seen,
 * so that a token costs one row of each matrix product instead of all rows anew.
 */
import { assert, at } from "../base/assert.ts";
import type { GptSpec } from "../records/trace.ts";
import type { Backend, Numbers } from "../tensor/arithmetic.ts";
import type { Device } from "../tensor/device.ts";
import { Tape } from "../tensor/tape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { constantTensor } from "../tensor/tensor.ts";
import { finishPreNormBlock } from "./block.ts";
import type { Gpt } from "./gpt.ts";
import { gptHead } from "./gpt.ts";
import { applyLayerNorm } from "./layer-norm.ts";
import { applyLinear } from "./linear.ts";

/** Of one layer: [heads, context, head size], filled up to the tokens seen. */
interface LayerCache {
  readonly keys: Numbers;
  readonly values: Numbers;
}

export class GptCache {
  readonly #gpt: Gpt;
  readonly #spec: GptSpec;
  readonly #device: Device;
  readonly #layers: readonly LayerCache[];
  #seenCount = 0;

  constructor(gpt: Gpt, spec: GptSpec, device: Device) {
    this.#gpt = gpt;
    this.#spec = spec;
    this.#device = device;
    const count = spec.contextTokens * spec.hiddenSize;
    this.#layers = gpt.blocks.map(() => {
      return { keys: new Float32Array(count), values: new Float32Array(count) };
    });
  }

  get seenCount(): number {
    return this.#seenCount;
  }

  /** Forgets all tokens. */
  clear(): void {
    this.#seenCount = 0;
  }

  /** Logits of the token that follows. */
  read(token: number): Numbers {
    assert(this.#seenCount < this.#spec.contextTokens, "a token fits into the context");
    const tape = new Tape(this.#device);
    let x = this.#embed(tape, token);
    for (const [i, block] of this.#gpt.blocks.entries()) {
      const normed = applyLayerNorm(tape, block.attentionNorm, x);
      const qkv = applyLinear(tape, block.attention.input, normed);
      const core = this.#attend(tape, at(this.#layers, i), qkv);
      const mixed = applyLinear(tape, block.attention.output, core);
      x = finishPreNormBlock(tape, block, { x, mixed });
    }
    this.#seenCount += 1;
    return gptHead(tape, this.#gpt, x).data;
  }

  #embed(tape: Tape, token: number): Tensor {
    const { hiddenSize: columns, vocabularySize: entries } = this.#spec;
    const x = tape.output([1, 1, columns], false);
    const first = this.#seenCount * columns;
    const positions = this.#gpt.positions.data.subarray(first, first + columns);
    const tables = { rows: this.#gpt.tokens.data, positions };
    const shape = { batch: 1, tokens: 1, columns, entries };
    const kernel = (backend: Backend) =>
      backend.embedding(Int32Array.of(token), tables, x.data, shape);
    this.#device.compute("embedding", kernel, "embedding");
    return x;
  }

  /** One query to all keys so far, head by head: softmax(q·Kᵀ/√d)·V. */
  #attend(tape: Tape, cache: LayerCache, qkv: Tensor): Tensor {
    const { hiddenSize: width, headCount, contextTokens } = this.#spec;
    const size = width / headCount;
    const seen = this.#seenCount + 1;
    const out = tape.output([1, 1, width], false);
    const scores = new Float32Array(seen);
    const flags = { transposesA: false, accumulates: false };
    const kernel = (backend: Backend) => {
      for (let head = 0; head < headCount; head++) {
        const part = (index: number) => {
          const first = index * width + head * size;
          return qkv.data.subarray(first, first + size);
        };
        const start = head * contextTokens * size;
        cache.keys.set(part(1), start + this.#seenCount * size);
        cache.values.set(part(2), start + this.#seenCount * size);
        const keys = cache.keys.subarray(start, start + seen * size);
        const values = cache.values.subarray(start, start + seen * size);
        const product = { batch: 1, m: 1, ...flags };
        backend.matmul(part(0), keys, scores, undefined, {
          ...{ ...product, n: seen, k: size, transposesB: true },
        });
        backend.scale(scores, 1 / Math.sqrt(size));
        const probabilities = new Float32Array(seen);
        backend.softmax(scores, probabilities, { rows: 1, columns: seen });
        const result = out.data.subarray(head * size, (head + 1) * size);
        backend.matmul(probabilities, values, result, undefined, {
          ...{ ...product, n: size, k: seen, transposesB: false },
        });
      }
    };
    this.#device.compute("attention", kernel, "attention");
    return constantTensor(out.shape, out.data);
  }
}
