/**
 * A decoder that reads one token after another and keeps the keys and values of those it has
 * seen, so that a token costs one row of each matrix product instead of all rows anew.
 */
import { assert } from "../base/assert.ts";
import type { Backend, Numbers } from "../tensor/arithmetic.ts";
import type { Device } from "../tensor/device.ts";
import { Tape } from "../tensor/tape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { constantTensor } from "../tensor/tensor.ts";

/** A family of decoders as the cache runs them, token by token. */
export interface Decoder {
  readonly layerCount: number;
  readonly headCount: number;
  /** Heads of different keys and values. */
  readonly keyValueHeadCount: number;
  readonly headSize: number;
  readonly contextTokens: number;
  /** [1, 1, columns] */
  embed(tape: Tape, token: number, place: number): Tensor;
  /** [1, 1, 3·heads·headSize]: what attention reads of a layer. */
  queries(tape: Tape, layer: number, x: Tensor, place: number): Tensor;
  /** The rest of a layer, after its attention. */
  finish(tape: Tape, layer: number, parts: LayerParts, place: number): Tensor;
  head(tape: Tape, x: Tensor): Tensor;
}

export interface LayerParts {
  readonly x: Tensor;
  /** What attention made, before its projection. */
  readonly core: Tensor;
}

/** Of one layer: [key-value heads, context, head size], filled up to the tokens seen. */
interface LayerCache {
  readonly keys: Numbers;
  readonly values: Numbers;
}

export class DecoderCache {
  readonly #decoder: Decoder;
  readonly #device: Device;
  readonly #layers: readonly LayerCache[];
  #seenCount = 0;

  constructor(decoder: Decoder, device: Device) {
    this.#decoder = decoder;
    this.#device = device;
    const { layerCount, contextTokens, keyValueHeadCount, headSize } = decoder;
    const count = contextTokens * keyValueHeadCount * headSize;
    this.#layers = Array.from({ length: layerCount }, () => {
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
    const place = this.#seenCount;
    const decoder = this.#decoder;
    assert(place < decoder.contextTokens, "a token fits into the context");
    const tape = new Tape(this.#device);
    let x = decoder.embed(tape, token, place);
    for (const [layer, cache] of this.#layers.entries()) {
      const core = this.#attend(tape, cache, decoder.queries(tape, layer, x, place));
      x = decoder.finish(tape, layer, { x, core }, place);
    }
    this.#seenCount += 1;
    return decoder.head(tape, x).data;
  }

  /** One query to all keys so far, head by head: softmax(q·Kᵀ/√d)·V. */
  #attend(tape: Tape, cache: LayerCache, qkv: Tensor): Tensor {
    const { headCount, keyValueHeadCount, headSize: size, contextTokens } = this.#decoder;
    const width = headCount * size;
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
        const shared = Math.floor((head * keyValueHeadCount) / headCount);
        const start = shared * contextTokens * size;
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
