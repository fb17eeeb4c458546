/** Multi-layer perceptrons: the model family with ReLU, and the half of a transformer block. */
import { assert, at, present } from "../base/assert.ts";
import type { MlpSpec } from "../records/trace.ts";
import { meanSquaredError } from "../tensor/ops/loss.ts";
import { gelu, relu } from "../tensor/ops/pointwise.ts";
import type { Region } from "../tensor/ops/region.ts";
import { WHOLE_REGION } from "../tensor/ops/region.ts";
import type { Declarer, Initial, Parameters } from "../tensor/parameters.ts";
import { normally } from "../tensor/parameters.ts";
import { partRange } from "../tensor/slice.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Linear } from "./linear.ts";
import { applyLinear, createLinear } from "./linear.ts";
import type { Layout, Stage } from "./layout.ts";
import { holdings, stagesOf, WHOLE_MODEL } from "./layout.ts";
import type { Model, StageInput, StageOutput } from "./model.ts";

export interface Mlp {
  readonly layers: readonly Linear[];
}

/**
 * Weights start with deviation 1/√inputs, which keeps the size of activations (LeCun 1998). Of
 * two layers that follow one another, ranks of a tensor group share out what lies between.
 */
export function createMlp(
  parameters: Parameters,
  spec: MlpSpec,
  layout: Layout = WHOLE_MODEL,
): Mlp {
  const { widths } = spec;
  assert(widths.length >= 2, "a perceptron has an input and an output");
  const layerCount = widths.length - 1;
  const here = holdings(layout, layerCount);
  const region: Region = { tensor: layout.groups.tensor, splitsRows: false };
  const layers = widths.slice(1).map((outputs, i) => {
    const inputs = at(widths, i);
    const splits = i % 2 === 1 ? "inputs" : i + 1 < layerCount ? "outputs" : "nothing";
    return createLinear(parameters.where(here.hasLayer(i)), `layers.${i}`, {
      ...{ inputs, outputs, region, splits },
      initial: normally(1 / Math.sqrt(inputs)),
    });
  });
  return { layers };
}

/** Some of the linear layers, with ReLU behind each but the model's last. */
export function mlpLayers(tape: Tape, mlp: Mlp, inputs: Tensor, stage: Stage): Tensor {
  let x = inputs;
  const end = stage.firstLayerIndex + stage.layerCount;
  for (let i = stage.firstLayerIndex; i < end; i++) {
    const layer = at(mlp.layers, i);
    x = applyLinear(tape, layer, x);
    if (i < mlp.layers.length - 1) x = relu(tape, `${layer.name}.relu`, x);
  }
  return x;
}

/** A perceptron, or the one stage of it that a rank has. */
export function mlpModel(spec: MlpSpec, layout: Layout, parameters: Parameters): Model {
  const mlp = createMlp(parameters, spec, layout);
  const stage = at(stagesOf(layout, mlp.layers.length), 0);
  const forward = (tape: Tape, { batch, hidden }: StageInput): StageOutput => {
    assert(batch.kind === "vectors", "a perceptron reads vectors");
    const first = stage.isFirst ? batch.inputs : present(hidden, "what the stage before made");
    const x = mlpLayers(tape, mlp, first, stage);
    if (!stage.isLast) return { kind: "hidden", hidden: x };
    return { kind: "loss", loss: meanSquaredError(tape, "loss", x, batch.targets) };
  };
  return {
    ...{ spec, parameters, chunkCount: 1, forward },
    loss(tape, batch) {
      const result = forward(tape, { batch });
      assert(result.kind === "loss", "a model of one stage ends in a loss");
      return result.loss;
    },
    output(tape, inputs) {
      assert(inputs.kind === "vectors", "a perceptron reads vectors");
      return mlpLayers(tape, mlp, inputs.inputs, stage);
    },
    hiddenShape(batch) {
      const { firstLayerIndex: first } = stage;
      const { rank, rankCount } = layout.groups.tensor;
      const columns = at(spec.widths, first);
      // Between the two layers of a pair each rank of a tensor group has its part.
      const own = first % 2 === 1 ? partRange(columns, rank, rankCount).count : columns;
      return [at(batch.inputs.shape, 0), own];
    },
  };
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
