/** Causal self-attention: one projection to queries, keys and values, and one back. */
import { attention } from "../tensor/ops/attention.ts";
import type { Parameters } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Linear } from "./linear.ts";
import { applyLinear, createLinear } from "./linear.ts";

export interface SelfAttention {
  readonly name: string;
  readonly headCount: number;
  /** width × 3·width: all queries, all keys, all values, head after head in each. */
  readonly input: Linear;
  readonly output: Linear;
}

export interface SelfAttentionSizes {
  readonly width: number;
  readonly headCount: number;
  readonly deviation: number;
  readonly outputDeviation: number;
}

export function createSelfAttention(
  parameters: Parameters,
  name: string,
  { width, headCount, deviation, outputDeviation }: SelfAttentionSizes,
): SelfAttention {
  return {
    name,
    headCount,
    input: createLinear(parameters, `${name}.qkv`, {
      inputs: width,
      outputs: 3 * width,
      deviation,
    }),
    output: createLinear(parameters, `${name}.projection`, {
      inputs: width,
      outputs: width,
      deviation: outputDeviation,
    }),
  };
}

export function applySelfAttention(tape: Tape, layer: SelfAttention, x: Tensor): Tensor {
  const qkv = applyLinear(tape, layer.input, x);
  const mixed = attention(tape, `${layer.name}.core`, qkv, layer.headCount);
  return applyLinear(tape, layer.output, mixed);
}
