/** What the steps of a training run train on; all chance comes from the run's one stream. */
import { at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { normal } from "../base/random.ts";
import type { Batch } from "../models/model.ts";
import type { Training } from "../records/job.ts";
import type { GptSpec, MlpSpec } from "../records/trace.ts";
import { constantTensor } from "../tensor/tensor.ts";
import { TEXT_VOCABULARY, textBytes } from "./text.ts";

/** A function that gives the batch of each step in turn. */
export function batchSource(training: Training, random: Random): () => Batch {
  const { model, batch } = training;
  return model.family === "gpt"
    ? textBatches(model, batch, random)
    : fixedVectors(model, batch, random);
}

/** Windows of the text from random places, each to be continued by one byte everywhere. */
function textBatches(spec: GptSpec, batch: number, random: Random): () => Batch {
  const text = textBytes();
  const tokens = spec.contextTokens;
  refuseOtherText(spec, text.length);
  const inputs = { shape: [batch, tokens], data: new Int32Array(batch * tokens) };
  const targets = { shape: [batch, tokens], data: new Int32Array(batch * tokens) };
  return () => {
    for (let sample = 0; sample < batch; sample++) {
      const start = Math.floor(random() * (text.length - tokens));
      inputs.data.set(text.subarray(start, start + tokens), sample * tokens);
      targets.data.set(text.subarray(start + 1, start + 1 + tokens), sample * tokens);
    }
    return { kind: "tokens", inputs, targets };
  };
}

/** One batch of standard normal inputs and targets, the same in every step. */
function fixedVectors(spec: MlpSpec, batch: number, random: Random): () => Batch {
  const drawn = (width: number) =>
    constantTensor(
      [batch, width],
      Float32Array.from({ length: batch * width }, () => normal(random)),
    );
  const inputs = drawn(at(spec.widths, 0));
  const targets = drawn(at(spec.widths, spec.widths.length - 1));
  return () => ({ kind: "vectors", inputs, targets });
}

function refuseOtherText(spec: GptSpec, textLength: number): void {
  if (spec.vocabularySize < TEXT_VOCABULARY) {
    throw new Refusal({
      code: "out-of-range",
      pointer: "/model/vocabularySize",
      found: `a vocabulary of ${spec.vocabularySize}`,
      expected: `at least ${TEXT_VOCABULARY}, one entry for each byte of the built-in text`,
      nextStep: `raise vocabularySize to ${TEXT_VOCABULARY} or more`,
    });
  }
  if (spec.contextTokens < textLength) return;
  throw new Refusal({
    code: "out-of-range",
    pointer: "/model/contextTokens",
    found: `a context of ${spec.contextTokens} tokens`,
    expected: `fewer than the ${textLength} bytes of the built-in text`,
    nextStep: "lower contextTokens",
  });
}
