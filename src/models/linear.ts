/**
 * A linear layer: y = x·W + b. Among the ranks of a tensor group the outputs can be split, each
 * rank holding columns of W, or the inputs, each holding rows and making a part of every sum.
 */
import type { Region } from "../tensor/ops/region.ts";
import { enterRegion, leaveRegion, WHOLE_REGION } from "../tensor/ops/region.ts";
import { linear } from "../tensor/ops/matmul.ts";
import type { Declarer, Initial, Placement } from "../tensor/parameters.ts";
import { constantly } from "../tensor/parameters.ts";
import { sectionRanges } from "../tensor/slice.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";

export interface Linear {
  readonly name: string;
  /** inputs × outputs */
  readonly weight: Parameter;
  readonly bias?: Parameter;
  readonly splits: "outputs" | "inputs" | "nothing";
  readonly region: Region;
}

export interface LinearSizes {
  readonly inputs: number;
  readonly outputs: number;
  /** How the weights start; the bias starts at zero. */
  readonly initial: Initial;
  readonly hasBias?: boolean;
  readonly splits?: Linear["splits"];
  /** Sections of the outputs that are split one by one: queries, keys and values. */
  readonly sections?: readonly number[];
  readonly region?: Region;
  readonly placement?: Placement;
}

export function createLinear(parameters: Declarer, name: string, sizes: LinearSizes): Linear {
  const { inputs, outputs, initial, hasBias = true, splits = "nothing" } = sizes;
  const { sections = [outputs], region = WHOLE_REGION, placement = {} } = sizes;
  const { rank, rankCount } = region.tensor;
  const shape = [inputs, outputs];
  const ranges = sectionRanges(splits === "inputs" ? [inputs] : sections, rank, rankCount);
  const isSplit = splits !== "nothing" && rankCount > 1;
  const weightSlice = { shape, axis: splits === "inputs" ? 0 : 1, ranges };
  const weight = parameters.declare(`${name}.weight`, shape, initial, {
    ...placement,
    ...(isSplit ? { slice: weightSlice } : {}),
  });
  if (!hasBias) return { name, weight, splits, region };
  const biasSlice = { shape: [outputs], axis: 0, ranges };
  const bias = parameters.declare(`${name}.bias`, [outputs], constantly(0), {
    ...placement,
    ...(isSplit && splits === "outputs" ? { slice: biasSlice } : {}),
  });
  return { name, weight, bias, splits, region };
}

/** `shape` is that of x with all its rows, where ranks hold some of them. */
export function applyLinear(
  tape: Tape,
  layer: Linear,
  x: Tensor,
  shape: readonly number[] = x.shape,
): Tensor {
  const { name, weight, bias, splits, region } = layer;
  const addsBias = splits !== "inputs" || region.tensor.rank === 0;
  const inputs = splits === "outputs" ? enterRegion(tape, name, x, region, shape) : x;
  const y = linear(tape, name, inputs, {
    ...{ weight, addsBias },
    ...(bias === undefined ? {} : { bias }),
  });
  return splits === "inputs" ? leaveRegion(tape, name, y, region) : y;
}
