/**
 * What the transformers have in common: an embedding, layers, a head. A rank of a pipeline runs
 * some of the layers, with the embedding or the head if it is first or last.
 */
import { assert, at, present } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { BertSpec, GptSpec, LlamaSpec, MoeSpec } from "../records/trace.ts";
import type { Region } from "../tensor/ops/region.ts";
import type { Parameters } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Ids, Tensor } from "../tensor/tensor.ts";
import type { Layout, Stage } from "./layout.ts";
import { regionOf, stagesOf } from "./layout.ts";
import type { Inputs, Model, StageInput, StageOutput } from "./model.ts";
import type { Sequences } from "./positions.ts";
import { ownIds, sequencesOf } from "./positions.ts";

/** One pass over the tokens of a batch, or over this rank's. */
export interface Pass {
  readonly sequences: Sequences;
  /** Of the hidden tensor with all rows of the tensor group. */
  readonly shape: readonly number[];
  /** Takes what a layer adds to the loss; absent where nothing is trained. */
  readonly addLoss?: (loss: number | undefined) => void;
}

export interface Transformer {
  readonly isCausal: boolean;
  embed(tape: Tape, ids: Ids, pass: Pass): Tensor;
  layer(tape: Tape, index: number, x: Tensor, pass: Pass): Tensor;
  /** Of this rank's part of the vocabulary. */
  logits(tape: Tape, x: Tensor, inputs: TokenInputs, pass: Pass): Tensor;
  loss(tape: Tape, logits: Tensor, targets: Ids): number | undefined;
}

export type TokenInputs = Exclude<Inputs, { readonly kind: "vectors" }>;

export interface TransformerParts {
  readonly spec: GptSpec | BertSpec | LlamaSpec | MoeSpec;
  readonly layout: Layout;
  readonly parameters: Parameters;
  readonly transformer: Transformer;
  readonly kind: TokenInputs["kind"];
}

export function transformerModel(parts: TransformerParts): Model {
  const { spec, layout, parameters, transformer } = parts;
  const stages = stagesOf(layout, spec.layerCount);
  const forward = (tape: Tape, input: StageInput): StageOutput => {
    const batch = checked(parts, input.batch);
    const stage = at(stages, input.chunkIndex ?? 0);
    let added: number | undefined;
    const addLoss = (loss = 0) => (added = (added ?? 0) + loss);
    const pass = { ...passOf(parts, batch.inputs), addLoss };
    const x = throughStage(tape, parts, { stage, pass, batch, hidden: input.hidden });
    if (!stage.isLast) return { kind: "hidden", hidden: x, loss: added };
    const logits = transformer.logits(tape, x, batch, pass);
    const targets = batch.kind === "tokens" ? ownIds(batch.targets, pass.sequences) : batch.targets;
    const loss = transformer.loss(tape, logits, targets);
    return { kind: "loss", loss: loss === undefined ? undefined : loss + (added ?? 0) };
  };
  return {
    spec,
    parameters,
    chunkCount: stages.length,
    forward,
    loss(tape, batch) {
      const result = forward(tape, { batch });
      assert(result.kind === "loss", "a model of one stage ends in a loss");
      return result.loss;
    },
    output(tape, inputs) {
      const tokens = checked(parts, inputs);
      const pass = passOf(parts, tokens.inputs);
      const stage = at(stages, 0);
      const x = throughStage(tape, parts, { stage, pass, batch: tokens, hidden: undefined });
      return transformer.logits(tape, x, tokens, pass);
    },
    hiddenShape: (batch) => hiddenShape(checked(parts, batch).inputs, parts),
  };
}

interface Run {
  readonly stage: Stage;
  readonly pass: Pass;
  readonly batch: TokenInputs;
  readonly hidden: Tensor | undefined;
}

function throughStage(tape: Tape, { transformer }: TransformerParts, run: Run): Tensor {
  const { stage, pass, batch, hidden } = run;
  const ids = ownIds(batch.inputs, pass.sequences);
  let x = stage.isFirst
    ? transformer.embed(tape, ids, pass)
    : present(hidden, "what the stage before made");
  const { firstLayerIndex, layerCount } = stage;
  for (let i = firstLayerIndex; i < firstLayerIndex + layerCount; i++) {
    x = transformer.layer(tape, i, x, pass);
  }
  return x;
}

function passOf({ layout, transformer, spec }: TransformerParts, ids: Ids): Pass {
  const { context } = layout.groups;
  const sequences = sequencesOf(ids.shape, context, transformer.isCausal);
  refuseOddRows(sequences.batch * sequences.tokens, regionOf(layout));
  return { sequences, shape: [sequences.batch, sequences.tokens, spec.hiddenSize] };
}

function hiddenShape(ids: Ids, parts: TransformerParts): readonly number[] {
  const { shape } = passOf(parts, ids);
  const region: Region = regionOf(parts.layout);
  if (!region.splitsRows) return shape;
  const [batch, tokens, columns] = [at(shape, 0), at(shape, 1), at(shape, 2)];
  return [(batch * tokens) / region.tensor.rankCount, columns];
}

function refuseOddRows(rows: number, { tensor, splitsRows }: Region): void {
  if (!splitsRows || rows % tensor.rankCount === 0) return;
  throw new Refusal({
    code: "does-not-divide",
    pointer: "/tensor",
    found: `${rows} rows of a batch for ${tensor.rankCount} tensor-parallel ranks`,
    expected: "a number of ranks that divides them, where they split the rows",
    nextStep: "take another batch, or leave out sequence parallelism",
  });
}

function checked<T extends Inputs>({ kind, spec }: TransformerParts, inputs: T) {
  assert(inputs.kind === kind, `a ${spec.family} reads ${kind}`);
  return inputs as Extract<T, { readonly kind: "tokens" | "masked" }>;
}
