/**
 * Runs a saved model: text to bytes, forward, bytes to text. A GPT continues a text, a BERT
 * tells what the masks hide, a perceptron maps rows to rows.
 */
import { assert, at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { seeded } from "../base/random.ts";
import type { Checkpoint } from "../files/checkpoint.ts";
import { maskToken } from "../models/bert.ts";
import { DecoderCache } from "../models/cache.ts";
import { createDecoder } from "../models/decoders.ts";
import type { Inputs } from "../models/model.ts";
import { createModel } from "../models/model.ts";
import type { BertSpec, MlpSpec, ModelSpec } from "../records/trace.ts";
import type { Numbers } from "../tensor/arithmetic.ts";
import { loadBackend } from "../tensor/backend.ts";
import { createNativeDevice } from "../tensor/device.ts";
import { Parameters } from "../tensor/parameters.ts";
import { Tape } from "../tensor/tape.ts";
import { constantTensor } from "../tensor/tensor.ts";
import { restoreParameters } from "./checkpoint.ts";

/** Bytes, of which tokens from 256 on are none. */
const BYTE_COUNT = 256;
const MASK = "[MASK]";
const LIKELIEST_COUNT = 5;

export interface Candidate {
  /** One byte, as text where it is printable. */
  readonly text: string;
  readonly byte: number;
  readonly probability: number;
}

export type Inferred =
  | {
      readonly kind: "text";
      readonly prompt: string;
      /** What was added. */
      readonly text: string;
    }
  | {
      readonly kind: "masked";
      readonly prompt: string;
      /** For each mask, the likeliest first. */
      readonly masks: readonly (readonly Candidate[])[];
      /** The prompt with the likeliest in place of the masks. */
      readonly text: string;
    }
  | { readonly kind: "values"; readonly values: readonly (readonly number[])[] };

/** A model as it was saved; `path` is for messages. */
export interface Saved {
  readonly checkpoint: Checkpoint;
  readonly path: string;
}

/** `byteCount` bytes that continue the prompt, the likeliest each time. */
export function continueText(saved: Saved, prompt: string, byteCount: number): Inferred {
  const spec = wanted(saved, "gpt", "llama", "moe") as DecoderSpec;
  const cache = restoredCache(saved, spec);
  const given = bytesOf(prompt, spec);
  const tokens = [...given];
  // Where the context is full, the second half of it is read anew: positions have moved.
  const windowed = () => tokens.slice(-Math.ceil(spec.contextTokens / 2));
  let logits: Numbers = new Float32Array(0);
  const readAll = (list: readonly number[]) => {
    for (const token of list) logits = cache.read(token);
  };
  readAll(tokens.length <= spec.contextTokens ? tokens : windowed());
  for (let i = 0; i < byteCount; i++) {
    const next = likeliest(logits, 1).at(0)?.token ?? 0;
    tokens.push(next);
    if (i === byteCount - 1) break;
    if (cache.seenCount < spec.contextTokens) {
      readAll([next]);
    } else {
      cache.clear();
      readAll(windowed());
    }
  }
  return { kind: "text", prompt, text: textOf(tokens.slice(given.length)) };
}

type DecoderSpec = Exclude<ModelSpec, BertSpec | MlpSpec>;

function restoredCache({ checkpoint, path }: Saved, spec: DecoderSpec): DecoderCache {
  const parameters = new Parameters();
  const decoder = createDecoder(parameters, spec);
  parameters.allocate(seeded(0));
  restoreParameters(parameters, checkpoint, path);
  return new DecoderCache(decoder, createNativeDevice({ backend: loadBackend() }));
}

/** The likeliest bytes in place of each "[MASK]". */
export function fillMasks(saved: Saved, prompt: string): Inferred {
  const spec = wanted(saved, "bert") as BertSpec;
  const pieces = prompt.split(MASK);
  const tokens: number[] = [];
  const places: number[] = [];
  for (const [i, piece] of pieces.entries()) {
    if (i > 0) {
      places.push(tokens.length);
      tokens.push(maskToken(spec));
    }
    if (piece !== "") tokens.push(...bytesOf(piece, spec));
  }
  refuseMaskless(places.length);
  refuseLong(tokens.length, spec);
  const logits = output(saved, {
    kind: "masked",
    inputs: { shape: [1, tokens.length], data: Int32Array.from(tokens) },
    places: { shape: [places.length], data: Int32Array.from(places) },
  });
  const masks = places.map((_, i) => {
    const row = logits.subarray(i * spec.vocabularySize, (i + 1) * spec.vocabularySize);
    return likeliest(row, LIKELIEST_COUNT).map(({ token: byte, probability }) => {
      return { text: textOf([byte]), byte, probability };
    });
  });
  const found = masks.map((candidates) => at(candidates, 0).byte);
  for (const [i, place] of places.entries()) tokens[place] = at(found, i);
  return { kind: "masked", prompt, masks, text: textOf(tokens) };
}

/** Rows of as many numbers as the first layer is wide. */
export function mapRows(saved: Saved, rows: readonly (readonly number[])[]): Inferred {
  const { widths } = wanted(saved, "mlp") as MlpSpec;
  const [inputs, outputs] = [at(widths, 0), at(widths, widths.length - 1)];
  for (const [i, row] of rows.entries()) {
    if (row.length !== inputs) refuseRow(i + 1, row.length, inputs);
  }
  const data = Float32Array.from(rows.flat());
  const found = output(saved, {
    kind: "vectors",
    inputs: constantTensor([rows.length, inputs], data),
  });
  const values = rows.map((_, i) => [...found.subarray(i * outputs, (i + 1) * outputs)]);
  return { kind: "values", values };
}

function output({ checkpoint, path }: Saved, inputs: Inputs): Numbers {
  const model = createModel(checkpoint.training.model);
  model.parameters.allocate(seeded(0));
  restoreParameters(model.parameters, checkpoint, path);
  const device = createNativeDevice({ backend: loadBackend() });
  return model.output(new Tape(device), inputs).data;
}

/** The likeliest bytes of a row of logits; of equals the lower. */
function likeliest(
  logits: Numbers,
  count: number,
): readonly { readonly token: number; readonly probability: number }[] {
  const weights = Float64Array.from(logits);
  const most = weights.reduce((a, b) => Math.max(a, b), -Infinity);
  for (const [i, logit] of weights.entries()) weights[i] = Math.exp(logit - most);
  const sum = weights.reduce((a, b) => a + b, 0);
  const bytes = Array.from({ length: Math.min(BYTE_COUNT, logits.length) }, (_, i) => i);
  bytes.sort((a, b) => at(weights, b) - at(weights, a) || a - b);
  return bytes.slice(0, count).map((token) => {
    return { token, probability: at(weights, token) / sum };
  });
}

function bytesOf(text: string, { vocabularySize, id }: DecoderSpec | BertSpec): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const stranger = bytes.find((byte) => byte >= vocabularySize);
  if (bytes.length > 0 && stranger === undefined) return bytes;
  throw new Refusal({
    code: "out-of-range",
    pointer: "/prompt",
    found: stranger === undefined ? "an empty prompt" : `the byte ${stranger} in the prompt`,
    expected: `text of bytes below ${vocabularySize}, the vocabulary of ${id}`,
    nextStep: "give another --prompt",
  });
}

/** Bytes as text; what is no UTF-8 becomes the replacement character. */
function textOf(bytes: readonly number[]): string {
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

function wanted({ checkpoint, path }: Saved, ...families: ModelSpec["family"][]): ModelSpec {
  const { model } = checkpoint.training;
  assert(families.includes(model.family), `${printable(path)} holds a ${families.join(" or ")}`);
  return model;
}

function refuseMaskless(count: number): void {
  if (count > 0) return;
  throw new Refusal({
    code: "nothing-masked",
    pointer: "/prompt",
    found: "a prompt without a mask",
    expected: `${MASK} in place of each byte to be told`,
    nextStep: `write --prompt "fa${MASK}hers"`,
  });
}

function refuseLong(tokens: number, { contextTokens, id }: BertSpec): void {
  if (tokens <= contextTokens) return;
  throw new Refusal({
    code: "out-of-range",
    pointer: "/prompt",
    found: `${tokens} tokens`,
    expected: `at most ${contextTokens}, the context of ${id}`,
    nextStep: "shorten the prompt",
  });
}

function refuseRow(line: number, found: number, expected: number): never {
  throw new Refusal({
    code: "wrong-width",
    pointer: `/${line - 1}`,
    found: `${found} numbers in row ${line}`,
    expected: `${expected} numbers in each row, one for each input of the model`,
    nextStep: "correct the file",
  });
}
