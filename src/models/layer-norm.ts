/** A layer norm with its scale and shift. */
import { layerNorm } from "../tensor/ops/rows.ts";
import type { Declarer, Placement } from "../tensor/parameters.ts";
import { constantly } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";

export interface LayerNorm {
  readonly name: string;
  readonly scale: Parameter;
  readonly shift: Parameter;
}

export function createLayerNorm(
  parameters: Declarer,
  name: string,
  width: number,
  placement: Placement = {},
): LayerNorm {
  return {
    name,
    scale: parameters.declare(`${name}.scale`, [width], constantly(1), placement),
    shift: parameters.declare(`${name}.shift`, [width], constantly(0), placement),
  };
}

export function applyLayerNorm(tape: Tape, norm: LayerNorm, x: Tensor): Tensor {
  return layerNorm(tape, norm.name, x, norm);
}
