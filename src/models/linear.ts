/** A linear layer: y = x·W + b. */
import type { Tape } from "../tensor/tape.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { linear } from "../tensor/ops/matmul.ts";
import type { Initial, Parameters } from "../tensor/parameters.ts";
import { constantly } from "../tensor/parameters.ts";

export interface Linear {
  readonly name: string;
  /** inputs × outputs */
  readonly weight: Parameter;
  readonly bias: Parameter;
}

export interface LinearSizes {
  readonly inputs: number;
  readonly outputs: number;
  /** How the weights start; the bias starts at zero. */
  readonly initial: Initial;
}

export function createLinear(parameters: Parameters, name: string, sizes: LinearSizes): Linear {
  const { inputs, outputs, initial } = sizes;
  return {
    name,
    weight: parameters.declare(`${name}.weight`, [inputs, outputs], initial),
    bias: parameters.declare(`${name}.bias`, [outputs], constantly(0)),
  };
}

export function applyLinear(tape: Tape, layer: Linear, x: Tensor): Tensor {
  return linear(tape, layer.name, x, { weight: layer.weight, bias: layer.bias });
}
