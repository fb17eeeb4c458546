/** Any model by its sizes: its parameters, the loss of a batch, and what it makes of inputs. */
import { assert, at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { BertSpec, GptSpec, MlpSpec, ModelSpec, TransformerSizes } from "../records/trace.ts";
import { Parameters } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Ids, Tensor } from "../tensor/tensor.ts";
import { bertLogits, bertLoss, createBert } from "./bert.ts";
import { createGpt, gptLogits, gptLoss } from "./gpt.ts";
import { createMlp, mlpLoss, mlpOutput } from "./mlp.ts";

/** What a model reads: token ids, token ids some of which are masked, or vectors. */
export type Inputs =
  | { readonly kind: "tokens"; readonly inputs: Ids }
  | { readonly kind: "masked"; readonly inputs: Ids; readonly places: Ids }
  | { readonly kind: "vectors"; readonly inputs: Tensor };

/** What a step trains on: inputs with the ids or vectors that should come of them. */
export type Batch =
  | { readonly kind: "tokens"; readonly inputs: Ids; readonly targets: Ids }
  | {
      readonly kind: "masked";
      readonly inputs: Ids;
      readonly places: Ids;
      readonly targets: Ids;
    }
  | { readonly kind: "vectors"; readonly inputs: Tensor; readonly targets: Tensor };

export interface Model {
  readonly spec: ModelSpec;
  readonly parameters: Parameters;
  /** Runs forward; the loss is undefined on the shape-only device. */
  loss(tape: Tape, batch: Batch): number | undefined;
  /** Logits of each token, logits of each masked token, or the last layer's vectors. */
  output(tape: Tape, inputs: Inputs): Tensor;
}

export function createModel(spec: ModelSpec): Model {
  if (spec.family === "mlp") return mlpModel(spec);
  refuseUnevenHeads(spec);
  return spec.family === "gpt" ? gptModel(spec) : bertModel(spec);
}

function gptModel(spec: GptSpec): Model {
  const parameters = new Parameters();
  const gpt = createGpt(parameters, spec);
  return {
    spec,
    parameters,
    loss(tape, batch) {
      assert(batch.kind === "tokens", "a GPT reads tokens");
      return gptLoss(tape, gpt, batch.inputs, batch.targets);
    },
    output(tape, inputs) {
      assert(inputs.kind === "tokens", "a GPT reads tokens");
      return gptLogits(tape, gpt, inputs.inputs);
    },
  };
}

function bertModel(spec: BertSpec): Model {
  const parameters = new Parameters();
  const bert = createBert(parameters, spec);
  return {
    spec,
    parameters,
    loss(tape, batch) {
      assert(batch.kind === "masked", "a BERT reads masked tokens");
      return bertLoss(tape, bert, batch);
    },
    output(tape, inputs) {
      assert(inputs.kind === "masked", "a BERT reads masked tokens");
      return bertLogits(tape, bert, inputs.inputs, inputs.places);
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
    output(tape, inputs) {
      assert(inputs.kind === "vectors", "a perceptron reads vectors");
      return mlpOutput(tape, mlp, inputs.inputs);
    },
  };
}

function refuseUnevenHeads({ hiddenSize, headCount, id }: TransformerSizes): void {
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
 *
 * A BERT has the last norm behind the embedding instead, and the head: a matrix with its bias, a
 * norm and a bias of the logits: h² + 3h + V more.
 */
export function parameterCount(spec: ModelSpec): number {
  if (spec.family === "mlp") {
    const { widths } = spec;
    return widths.slice(1).reduce((sum, outputs, i) => sum + (at(widths, i) + 1) * outputs, 0);
  }
  const { layerCount, hiddenSize: h, vocabularySize, contextTokens } = spec;
  const trunk = (vocabularySize + contextTokens) * h + layerCount * (12 * h * h + 13 * h) + 2 * h;
  return trunk + (spec.family === "bert" ? h * h + 3 * h + vocabularySize : 0);
}
