/** Multi-layer perceptrons: the model family with ReLU, and the half of a transformer block. */
import { assert, at } from "../base/assert.ts";
import type { MlpSpec } from "../records/trace.ts";
import { meanSquaredError } from "../tensor/ops/loss.ts";
import { gelu, relu } from "../tensor/ops/pointwise.ts";
import type { Region } from "../tensor/ops/region.ts";
import { WHOLE_REGION } from "../tensor/ops/region.ts";
import type { Declarer, Initial, Parameters } from "../tensor/parameters.ts";
import { normally } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Linear } from "./linear.ts";
import { applyLinear, createLinear } from "./linear.ts";

export interface Mlp {
  readonly layers: readonly Linear[];
}

/** Weights start with deviation 1/√inputs, which keeps the size of activations (LeCun 1998). */
export function createMlp(parameters: Parameters, spec: MlpSpec): Mlp {
  const { widths } = spec;
  assert(widths.length >= 2, "a perceptron has an input and an output");
  const layers = widths.slice(1).map((outputs, i) => {
    const inputs = at(widths, i);
    return createLinear(parameters, `layers.${i}`, {
      inputs,
      outputs,
      initial: normally(1 / Math.sqrt(inputs)),
    });
  });
  return { layers };
}

/** The mean squared error of the last layer. */
export function mlpLoss(tape: Tape, mlp: Mlp, inputs: Tensor, targets: Tensor) {
  return meanSquaredError(tape, "loss", mlpOutput(tape, mlp, inputs), targets);
}

/** Linear layers with ReLU between them. */
export function mlpOutput(tape: Tape, mlp: Mlp, inputs: Tensor): Tensor {
  let x = inputs;
  for (const [i, layer] of mlp.layers.entries()) {
    x = applyLinear(tape, layer, x);
    if (i < mlp.layers.length - 1) x = relu(tape, `${layer.name}.relu`, x);
  }
  return x;
}

/** The position-wise half of a transformer block: up to 4 times the width, GELU, down. */
export interface FeedForward {
  readonly name: string;
  readonly up: Linear;
  readonly down: Linear;
}

export interface FeedForwardSizes {
  readonly columns: number;
  readonly initial: Initial;
  readonly outputInitial: Initial;
  readonly region?: Region;
}

export function createFeedForward(
  parameters: Declarer,
  name: string,
  { columns, initial, outputInitial, region = WHOLE_REGION }: FeedForwardSizes,
): FeedForward {
  return {
    name,
    up: createLinear(parameters, `${name}.up`, {
      ...{ inputs: columns, outputs: 4 * columns, initial, region, splits: "outputs" },
    }),
    down: createLinear(parameters, `${name}.down`, {
      ...{ inputs: 4 * columns, outputs: columns, initial: outputInitial, region },
      splits: "inputs",
    }),
  };
}

/** `shape` is that of x with all rows of the tensor group. */
export function applyFeedForward(
  tape: Tape,
  layer: FeedForward,
  x: Tensor,
  shape: readonly number[] = x.shape,
): Tensor {
  const hidden = gelu(tape, `${layer.name}.gelu`, applyLinear(tape, layer.up, x, shape));
  return applyLinear(tape, layer.down, hidden);
}
