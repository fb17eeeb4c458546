/** One training step of a model of any size, as a record: the shape-only device walks it. */
import { at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { ModelSpec, Trace } from "../records/trace.ts";
import { Adam } from "../tensor/adam.ts";
import { createShapeDevice } from "../tensor/device.ts";
import type { Parameters } from "../tensor/parameters.ts";
import { Tape } from "../tensor/tape.ts";
import { constantTensor, NO_IDS, NO_NUMBERS } from "../tensor/tensor.ts";
import { maskedCount } from "./bert.ts";
import type { Batch } from "./model.ts";
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
}

function adam(tape: Tape, parameters: Parameters): void {
  new Adam(parameters).update(tape, 0);
}

/** Forward, backward and the update. */
export function traceShapes(spec: ModelSpec, options: ShapeOptions): Trace {
  const { batch, tokens, elementBytes, update = adam } = options;
  refuseBadBatch(batch);
  refuseBadTokens(spec, tokens);
  const model = createModel(spec);
  const tape = new Tape(createShapeDevice(elementBytes));
  model.loss(tape, shapeBatch(spec, batch, tokens));
  tape.backward();
  update(tape, model.parameters);
  return tape.trace({
    model: spec.id,
    sampleCount: batch,
    tokensPerSample: tokens,
    parameterCount: model.parameters.elementCount,
  });
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
