/** Self-attention: one projection to queries, keys and values, and one back. */
import { assert } from "../base/assert.ts";
import type { Communicator } from "../tensor/communicator.ts";
import { ALONE_GROUPS } from "../tensor/communicator.ts";
import { attention } from "../tensor/ops/attention.ts";
import type { Region } from "../tensor/ops/region.ts";
import { WHOLE_REGION } from "../tensor/ops/region.ts";
import { ringAttention } from "../tensor/ops/ring-attention.ts";
import type { Declarer, Initial } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Linear } from "./linear.ts";
import { applyLinear, createLinear } from "./linear.ts";

export interface SelfAttention {
  readonly name: string;
  /** Of this rank. */
  readonly headCount: number;
  readonly isCausal: boolean;
  readonly context: Communicator;
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
  /** Whose ranks have heads each. */
  readonly region?: Region;
  /** Whose ranks have tokens each. */
  readonly context?: Communicator;
}

export function createSelfAttention(
  parameters: Declarer,
  name: string,
  sizes: SelfAttentionSizes,
): SelfAttention {
  const { columns, headCount, isCausal, initial, outputInitial } = sizes;
  const { region = WHOLE_REGION, context = ALONE_GROUPS.context } = sizes;
  const ownHeads = headCount / region.tensor.rankCount;
  assert(Number.isInteger(ownHeads), "heads divide among the tensor group");
  return {
    ...{ name, isCausal, context, headCount: ownHeads },
    input: createLinear(parameters, `${name}.qkv`, {
      ...{ inputs: columns, outputs: 3 * columns, initial, region },
      ...{ splits: "outputs", sections: [columns, columns, columns] },
    }),
    output: createLinear(parameters, `${name}.projection`, {
      ...{ inputs: columns, outputs: columns, initial: outputInitial, region },
      splits: "inputs",
    }),
  };
}

/** `shape` is that of x with all rows of the tensor group. */
export function applySelfAttention(
  tape: Tape,
  layer: SelfAttention,
  x: Tensor,
  shape: readonly number[] = x.shape,
): Tensor {
  const qkv = applyLinear(tape, layer.input, x, shape);
  const kind = { heads: layer.headCount, isCausal: layer.isCausal };
  const mixed =
    layer.context.rankCount === 1
      ? attention(tape, `${layer.name}.core`, qkv, kind)
      : ringAttention(tape, `${layer.name}.core`, qkv, { ...kind, context: layer.context });
  return applyLinear(tape, layer.output, mixed);
}
