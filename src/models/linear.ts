/** A linear layer: y = x·W + b. */
import type { Tape } from "../tensor/tape.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { linear } from "../tensor/ops/matmul.ts";
import type { Parameters } from "../tensor/parameters.ts";

export interface Linear {
  readonly name: string;
  /** inputs × outputs */
  readonly weight: Parameter;
  readonly bias: Parameter;
}

export interface LinearSizes {
  readonly inputs: number;
  readonly outputs: number;
  /** Standard deviation of the weights at the start; the bias starts at zero. */
  readonly deviation: number;
}

export function createLinear(parameters: Parameters, name: string, sizes: LinearSizes): Linear {
  const { inputs, outputs, deviation } = sizes;
  return {
    name,
    weight: parameters.declare(`${name}.weight`, [inputs, outputs], { deviation }),
    bias: parameters.declare(`${name}.bias`, [outputs], { value: 0 }),
  };
}

export function applyLinear(tape: Tape, layer: Linear, x: Tensor): Tensor {
  return linear(tape, layer.name, x, { weight: layer.weight, bias: layer.bias });
}
