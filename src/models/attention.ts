/** Self-attention: one projection to queries, keys and values, and one back. */
import { attention } from "../tensor/ops/attention.ts";
import type { Initial, Parameters } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Linear } from "./linear.ts";
import { applyLinear, createLinear } from "./linear.ts";

export interface SelfAttention {
  readonly name: string;
  readonly headCount: number;
  readonly isCausal: boolean;
  /** columns × 3·columns: all queries, all keys, all values, head after head in each. */
  readonly input: Linear;
  readonly output: Linear;
}

export interface SelfAttentionSizes {
  readonly columns: number;
  readonly headCount: number;
  readonly isCausal: boolean;
  readonly initial: Initial;
  readonly outputInitial: Initial;
}

export function createSelfAttention(
  parameters: Parameters,
  name: string,
  { columns, headCount, isCausal, initial, outputInitial }: SelfAttentionSizes,
): SelfAttention {
  return {
    name,
    headCount,
    isCausal,
    input: createLinear(parameters, `${name}.qkv`, {
      inputs: columns,
      outputs: 3 * columns,
      initial,
    }),
    output: createLinear(parameters, `${name}.projection`, {
      inputs: columns,
      outputs: columns,
      initial: outputInitial,
    }),
  };
}

export function applySelfAttention(tape: Tape, layer: SelfAttention, x: Tensor): Tensor {
  const qkv = applyLinear(tape, layer.input, x);
  const kind = { heads: layer.headCount, isCausal: layer.isCausal };
  const mixed = attention(tape, `${layer.name}.core`, qkv, kind);
  return applyLinear(tape, layer.output, mixed);
}
