/**
 * What the steps of a training run train on; all chance comes from the run's one stream. A
 * process draws what all processes draw, so that their streams agree, and reads only its share.
 */
import { at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { normal } from "../base/random.ts";
import { maskedCount, maskToken } from "../models/bert.ts";
import type { Batch } from "../models/model.ts";
import type { Training } from "../records/job.ts";
import type { BertSpec, MlpSpec, TransformerSizes } from "../records/trace.ts";
import type { Ids } from "../tensor/tensor.ts";
import { constantTensor } from "../tensor/tensor.ts";
import { TEXT_VOCABULARY, textBytes } from "./text.ts";

/** One process of several: which part of each batch it computes. */
export interface Share {
  readonly rank: number;
  readonly rankCount: number;
}

export const WHOLE: Share = { rank: 0, rankCount: 1 };

/** A function that gives the batches of each step in turn: one for each accumulated part. */
export type BatchSource = () => readonly Batch[];

export function batchSource(training: Training, random: Random, share: Share): BatchSource {
  const plan = planOf(training, share);
  const { model } = training;
  if (model.family === "mlp") return fixedVectors(model, plan, random);
  if (model.family === "bert") return maskedBatches(model, plan, random);
  return textBatches(model, plan, random);
}

/** Which samples of a batch a process computes, part after part. */
interface Plan {
  readonly batch: number;
  readonly partCount: number;
  /** Samples of one part of this process. */
  readonly partBatch: number;
  /** Where sample `i` of the whole batch goes; undefined if another process has it. */
  place(sample: number): { readonly part: number; readonly index: number } | undefined;
}

function planOf({ batch, accumulation = 1 }: Training, { rank, rankCount }: Share): Plan {
  const shares = accumulation * rankCount;
  if (batch % shares !== 0) {
    throw new Refusal({
      code: "does-not-divide",
      pointer: "/batch",
      found: `a batch of ${batch} for ${rankCount} processes, ${accumulation} parts each`,
      expected: `a multiple of ${shares}`,
      nextStep: `change the batch, to ${Math.ceil(batch / shares) * shares} for example`,
    });
  }
  const partBatch = batch / shares;
  return {
    batch,
    partCount: accumulation,
    partBatch,
    place(sample) {
      const block = Math.floor(sample / partBatch);
      if (block % rankCount !== rank) return undefined;
      return { part: Math.floor(block / rankCount), index: sample % partBatch };
    },
  };
}

const ids = (shape: readonly number[]): Ids => {
  return { shape, data: new Int32Array(shape.reduce((product, length) => product * length, 1)) };
};

function parts<T>(plan: Plan, make: () => T): T[] {
  return Array.from({ length: plan.partCount }, make);
}

/** Windows of the text from random places, each to be continued by one byte everywhere. */
function textBatches(spec: TransformerSizes, plan: Plan, random: Random): BatchSource {
  const text = textBytes();
  const tokens = spec.contextTokens;
  refuseOtherText(spec, text.length, TEXT_VOCABULARY);
  const shape = [plan.partBatch, tokens];
  const made = parts(plan, () => {
    return { kind: "tokens", inputs: ids(shape), targets: ids(shape) } as const;
  });
  return () => {
    for (let sample = 0; sample < plan.batch; sample++) {
      const start = Math.floor(random() * (text.length - tokens));
      const place = plan.place(sample);
      if (place === undefined) continue;
      const { inputs, targets } = at(made, place.part);
      inputs.data.set(text.subarray(start, start + tokens), place.index * tokens);
      targets.data.set(text.subarray(start + 1, start + 1 + tokens), place.index * tokens);
    }
    return made;
  };
}

/** Windows of the text with some tokens masked, which are to be told. */
function maskedBatches(spec: BertSpec, plan: Plan, random: Random): BatchSource {
  const text = textBytes();
  const tokens = spec.contextTokens;
  const count = maskedCount(tokens);
  const mask = maskToken(spec);
  refuseOtherText(spec, text.length, TEXT_VOCABULARY + 1);
  const masked = [plan.partBatch * count];
  const made = parts(plan, () => {
    const inputs = ids([plan.partBatch, tokens]);
    return { kind: "masked", inputs, places: ids(masked), targets: ids(masked) } as const;
  });
  return () => {
    for (let sample = 0; sample < plan.batch; sample++) {
      const start = Math.floor(random() * (text.length - tokens));
      const chosen = drawnPlaces(tokens, count, random);
      const place = plan.place(sample);
      if (place === undefined) continue;
      const { inputs, places, targets } = at(made, place.part);
      const first = place.index * tokens;
      inputs.data.set(text.subarray(start, start + tokens), first);
      for (const [i, token] of chosen.entries()) {
        places.data[place.index * count + i] = first + token;
        targets.data[place.index * count + i] = at(text, start + token);
        inputs.data[first + token] = mask;
      }
    }
    return made;
  };
}

/** `count` different whole numbers below `limit`, in order: the start of a shuffle. */
function drawnPlaces(limit: number, count: number, random: Random): Int32Array {
  const all = new Int32Array(limit);
  for (let i = 0; i < limit; i++) all[i] = i;
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(random() * (limit - i));
    [all[i], all[j]] = [at(all, j), at(all, i)];
  }
  return all.subarray(0, count).sort();
}

/** One batch of standard normal inputs and targets, the same in every step. */
function fixedVectors(spec: MlpSpec, plan: Plan, random: Random): BatchSource {
  const drawn = (width: number) => {
    const own = parts(plan, () => new Float32Array(plan.partBatch * width));
    for (let sample = 0; sample < plan.batch; sample++) {
      const row = Float32Array.from({ length: width }, () => normal(random));
      const place = plan.place(sample);
      if (place !== undefined) at(own, place.part).set(row, place.index * width);
    }
    return own.map((data) => constantTensor([plan.partBatch, width], data));
  };
  const inputs = drawn(at(spec.widths, 0));
  const targets = drawn(at(spec.widths, spec.widths.length - 1));
  const made = inputs.map((part, i): Batch => {
    return { kind: "vectors", inputs: part, targets: at(targets, i) };
  });
  return () => made;
}

function refuseOtherText(spec: TransformerSizes, textLength: number, least: number): void {
  if (spec.vocabularySize < least) {
    throw new Refusal({
      code: "out-of-range",
      pointer: "/model/vocabularySize",
      found: `a vocabulary of ${spec.vocabularySize}`,
      expected: `at least ${least}, one entry for each byte of the built-in text`,
      nextStep: `raise vocabularySize to ${least} or more`,
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
