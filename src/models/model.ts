/** Any model by its sizes: its parameters, and the loss of a batch. */
import { assert, at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { GptSpec, MlpSpec, ModelSpec } from "../records/trace.ts";
import { Parameters } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Ids, Tensor } from "../tensor/tensor.ts";
import { createGpt, gptLoss } from "./gpt.ts";
import { createMlp, mlpLoss } from "./mlp.ts";

/** What a step trains on: token ids with the ids to predict, or vectors with their targets. */
export type Batch =
  | { readonly kind: "tokens"; readonly inputs: Ids; readonly targets: Ids }
  | { readonly kind: "vectors"; readonly inputs: Tensor; readonly targets: Tensor };

export interface Model {
  readonly spec: ModelSpec;
  readonly parameters: Parameters;
  /** Runs forward; the loss is undefined on the shape-only device. */
  loss(tape: Tape, batch: Batch): number | undefined;
}

export function createModel(spec: ModelSpec): Model {
  return spec.family === "gpt" ? gptModel(spec) : mlpModel(spec);
}

function gptModel(spec: GptSpec): Model {
  refuseUnevenHeads(spec);
  const parameters = new Parameters();
  const gpt = createGpt(parameters, spec);
  return {
    spec,
    parameters,
    loss(tape, batch) {
      assert(batch.kind === "tokens", "a GPT reads tokens");
      return gptLoss(tape, gpt, batch.inputs, batch.targets);
    },
  };
}

function mlpModel(spec: MlpSpec): Model {
  const parameters = new Parameters();
  const mlp = createMlp(parameters, spec);
  return {
    spec,
    parameters,
    loss(tape, batch) {
      assert(batch.kind === "vectors", "a perceptron reads vectors");
      return mlpLoss(tape, mlp, batch.inputs, batch.targets);
    },
  };
}

function refuseUnevenHeads({ hiddenSize, headCount, id }: GptSpec): void {
  if (hiddenSize % headCount === 0) return;
  throw new Refusal({
    code: "does-not-divide",
    pointer: "/model/headCount",
    found: `${headCount} heads for a hidden size of ${hiddenSize} in ${id}`,
    expected: "a number of heads that divides the hidden size",
    nextStep: "change headCount or hiddenSize",
  });
}

/**
 * The number of parameters, without building anything. A GPT has the token and position tables,
 * in each layer four matrices (3h² + h² + 4h² + 4h²) with their biases (3h + h + 4h + h) and two
 * norms (4h), and a last norm:
 *
 *     V·h + T·h + L·(12h² + 13h) + 2h
 */
export function parameterCount(spec: ModelSpec): number {
  if (spec.family === "gpt") {
    const { layerCount, hiddenSize: h, vocabularySize, contextTokens } = spec;
    return (vocabularySize + contextTokens) * h + layerCount * (12 * h * h + 13 * h) + 2 * h;
  }
  const { widths } = spec;
  return widths.slice(1).reduce((sum, outputs, i) => sum + (at(widths, i) + 1) * outputs, 0);
}
