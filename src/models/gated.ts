/** The gated half of a Llama block: two products side by side, one gating the other, and down. */
import { swiglu } from "../tensor/ops/llama.ts";
import type { Region } from "../tensor/ops/region.ts";
import type { Declarer, Initial } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Linear } from "./linear.ts";
import { applyLinear, createLinear } from "./linear.ts";

export interface Gated {
  readonly name: string;
  /** columns × 2·innerCount: the gate, then what it lets through. */
  readonly up: Linear;
  readonly down: Linear;
}

export interface GatedSizes {
  readonly columns: number;
  readonly innerCount: number;
  readonly initial: Initial;
  readonly outputInitial: Initial;
  readonly region: Region;
}

export function createGated(parameters: Declarer, name: string, sizes: GatedSizes): Gated {
  const { columns, innerCount, initial, outputInitial, region } = sizes;
  return {
    name,
    up: createLinear(parameters, `${name}.up`, {
      ...{ inputs: columns, outputs: 2 * innerCount, initial, region, hasBias: false },
      ...{ splits: "outputs", sections: [innerCount, innerCount] },
    }),
    down: createLinear(parameters, `${name}.down`, {
      ...{ inputs: innerCount, outputs: columns, initial: outputInitial, region, hasBias: false },
      splits: "inputs",
    }),
  };
}

export function applyGated(
  tape: Tape,
  layer: Gated,
  x: Tensor,
  shape: readonly number[] = x.shape,
): Tensor {
  const hidden = swiglu(tape, `${layer.name}.swiglu`, applyLinear(tape, layer.up, x, shape));
  return applyLinear(tape, layer.down, hidden);
}
