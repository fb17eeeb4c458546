/** One training step of a model of any size, as a record: the shape-only device walks it. */
import { at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { ModelSpec, Trace } from "../records/trace.ts";
import { Adam } from "../tensor/adam.ts";
import { createShapeDevice } from "../tensor/device.ts";
import type { Parameters } from "../tensor/parameters.ts";
import { Tape } from "../tensor/tape.ts";
import { receiveGradient, receiveHidden, sendNumbers } from "../tensor/ops/pipeline.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { constantTensor, NO_IDS, NO_NUMBERS } from "../tensor/tensor.ts";
import { maskedCount } from "./bert.ts";
import type { Layout } from "./layout.ts";
import { WHOLE_MODEL } from "./layout.ts";
import type { Batch, Model } from "./model.ts";
import { createModel } from "./model.ts";

export interface ShapeOptions {
  /** Samples of the step. */
  readonly batch: number;
  /** Tokens per sample; 1 for models that read vectors. */
  readonly tokens: number;
  /** 2 for bf16 with fp32 master weights, 4 for fp32. */
  readonly elementBytes: number;
  /** What follows backward; the whole model's Adam update where nothing is said. */
  readonly update?: (tape: Tape, parameters: Parameters) => void;
  /** Of the rank whose step it is; alone where nothing is said. */
  readonly layout?: Layout;
}

function adam(tape: Tape, parameters: Parameters): void {
  new Adam(parameters).update(tape, 0);
}

/** Forward, backward and the update: of the whole model, or of one rank of a layout. */
export function traceShapes(spec: ModelSpec, options: ShapeOptions): Trace {
  const { batch, tokens, elementBytes, update = adam, layout = WHOLE_MODEL } = options;
  refuseBadBatch(batch);
  refuseBadTokens(spec, tokens);
  const model = createModel(spec, layout);
  const tape = new Tape(createShapeDevice(elementBytes));
  walkStages(tape, model, layout, shapeBatch(spec, batch, tokens));
  update(tape, model.parameters);
  return tape.trace({
    model: spec.id,
    sampleCount: batch,
    tokensPerSample: tokens,
    parameterCount: model.parameters.elementCount,
  });
}

/**
 * One micro-batch through all stages of a rank and back. On a tape all forward ops come before
 * all backward ones, so stages that a rank has several of follow one another.
 */
function walkStages(tape: Tape, model: Model, { groups, stages }: Layout, batch: Batch): void {
  const { pipeline } = groups;
  const { rank, rankCount } = pipeline;
  const [before, after] = [(rank + rankCount - 1) % rankCount, (rank + 1) % rankCount];
  const list = stages ?? [{ isFirst: true }];
  const inputs: Tensor[] = [];
  const outputs: Tensor[] = [];
  for (const [chunkIndex, { isFirst }] of list.entries()) {
    const shape = isFirst ? [] : model.hiddenShape(batch);
    const hidden = isFirst ? undefined : receiveHidden(tape, shape, pipeline, before);
    const result = model.forward(tape, { batch, hidden, chunkIndex });
    if (hidden !== undefined) inputs.push(hidden);
    if (result.kind === "loss") continue;
    outputs.push(result.hidden);
    sendNumbers(tape, NO_NUMBERS, result.hidden.elementCount, pipeline, after);
  }
  tape.backward(
    ...outputs.toReversed().map((output) => {
      return { output, gradient: receiveGradient(tape, output, pipeline, after) };
    }),
  );
  for (const input of inputs.toReversed()) {
    sendNumbers(tape, NO_NUMBERS, input.elementCount, pipeline, before);
  }
}

function shapeBatch(spec: ModelSpec, batch: number, tokens: number): Batch {
  if (spec.family !== "mlp") {
    const ids = { shape: [batch, tokens], data: NO_IDS };
    if (spec.family !== "bert") return { kind: "tokens", inputs: ids, targets: ids };
    const places = { shape: [batch * maskedCount(tokens)], data: NO_IDS };
    return { kind: "masked", inputs: ids, places, targets: places };
  }
  const width = (index: number) => at(spec.widths, index);
  const inputs = constantTensor([batch, width(0)], NO_NUMBERS);
  const targets = constantTensor([batch, width(spec.widths.length - 1)], NO_NUMBERS);
  return { kind: "vectors", inputs, targets };
}

function refuseBadBatch(batch: number): void {
  if (Number.isSafeInteger(batch) && batch > 0) return;
  throw new Refusal({
    code: "out-of-range",
    pointer: "/batch",
    found: `a batch of ${batch} samples`,
    expected: "a whole number of samples, at least 1",
    nextStep: "choose another batch",
  });
}

function refuseBadTokens(spec: ModelSpec, tokens: number): void {
  const most = spec.family === "mlp" ? 1 : spec.contextTokens;
  if (Number.isSafeInteger(tokens) && tokens > 0 && tokens <= most) return;
  throw new Refusal({
    code: "out-of-range",
    pointer: "/job/tokensPerSample",
    found: `${tokens} tokens a sample`,
    expected:
      spec.family === "mlp"
        ? `1, since ${spec.id} reads vectors`
        : `1 to ${most} tokens, the context of ${spec.id}`,
    nextStep: "choose another number of tokens or another model",
  });
}
