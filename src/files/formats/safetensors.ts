/**
 * The safetensors format: tensors by name, as bytes. A file is the length of its header (8 bytes,
 * little-endian), the header (JSON: for each tensor its type, its shape and where its bytes lie)
 * and the bytes, without holes or overlaps.
 * Source: https://huggingface.co/docs/safetensors, "Format".
 *
 * Headers come from strangers, so nothing in them is believed before it is checked.
 */
import { at } from "../../base/assert.ts";
import type { Complaint } from "../issue.ts";
import { refuse, shown, wholeFile } from "../issue.ts";
import { isGroup } from "../walk.ts";

/** Weights and whole numbers below 256: the types that we compute with. */
export type TensorData = Float32Array | Uint8Array;

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface Stored {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

const LENGTH_BYTES = 8;
/** The public library stops at 100 MB; a name and its places take about 100 bytes. */
const HEADER_MAX_BYTES = 512 * 1024;
const METADATA = "__metadata__";
const ELEMENT_BYTES: ReadonlyMap<unknown, number> = new Map([
  ["F32", 4],
  ["U8", 1],
]);

export function safetensorsBytes({ tensors, metadata }: Stored): Uint8Array {
  const header: Record<string, unknown> = {};
  if (metadata.size > 0) header[METADATA] = Object.fromEntries(metadata);
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    const start = end;
    end += data.byteLength;
    const dtype = data instanceof Float32Array ? "F32" : "U8";
    header[name] = { dtype, shape, data_offsets: [start, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Spaces behind the header, so that the numbers start where any type may.
  const headerBytes = Math.ceil(text.length / LENGTH_BYTES) * LENGTH_BYTES;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  bytes.set(text, LENGTH_BYTES);
  let place = LENGTH_BYTES + headerBytes;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), place);
    place += data.byteLength;
  }
  return bytes;
}

/** `file` is what messages call it. */
export function parseSafetensors(bytes: Uint8Array, file: string): Stored {
  const fail = (complaint: Complaint): never => refuse(wholeFile(file), complaint);
  const headerBytes = headerLength(bytes, fail);
  const dataStart = LENGTH_BYTES + headerBytes;
  const header = parsedHeader(bytes.subarray(LENGTH_BYTES, dataStart), fail);
  const places = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => placeOf(name, entry, fail));
  refuseHoles(places, bytes.length - dataStart, fail);
  const tensors = places.map(({ name, dtype, shape, start, end }): [string, StoredTensor] => {
    // A copy, since numbers in a file need not lie where a Float32Array may start; not by slice,
    // which shares memory where the bytes are one of Node's buffers.
    const own = Uint8Array.from(bytes.subarray(dataStart + start, dataStart + end));
    return [name, { shape, data: dtype === "F32" ? new Float32Array(own.buffer) : own }];
  });
  return { tensors: new Map(tensors), metadata: metadataOf(header[METADATA], fail) };
}

type Fail = (complaint: Complaint) => never;

function bad(found: string, expected: string): Complaint {
  const nextStep = "is this the right file, and was it copied whole?";
  return { code: "bad-safetensors", found, expected, nextStep };
}

function cutShort(found: string, expected: string): Complaint {
  const nextStep = "copy the file again: its end is missing";
  return { code: "truncated-file", found, expected, nextStep };
}

function headerLength(bytes: Uint8Array, fail: Fail): number {
  if (bytes.length < LENGTH_BYTES) {
    return fail(cutShort(`${bytes.length} bytes`, "a safetensors file, at least 8 bytes"));
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(HEADER_MAX_BYTES)) {
    const most = `a header of at most ${HEADER_MAX_BYTES} bytes, as a safetensors file has`;
    return fail(bad(`a header of ${length} bytes`, most));
  }
  const headerBytes = Number(length);
  if (LENGTH_BYTES + headerBytes > bytes.length) {
    const rest = bytes.length - LENGTH_BYTES;
    return fail(cutShort(`${rest} bytes of a header`, `all ${headerBytes} of them`));
  }
  return headerBytes;
}

function parsedHeader(bytes: Uint8Array, fail: Fail): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    header = undefined; // said below: no JSON is no group of keys either
  }
  if (isGroup(header)) return header;
  return fail(bad("a header that is no JSON object", "the header of a safetensors file"));
}

interface TensorPlace {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

function placeOf(name: string, entry: unknown, fail: Fail): TensorPlace {
  const called = `the tensor ${shown(name)}`;
  if (!isGroup(entry)) return fail(bad(`${called} as ${shown(entry)}`, "its type and place"));
  const { dtype, shape, data_offsets: offsets } = entry;
  const elementBytes = ELEMENT_BYTES.get(dtype);
  if (typeof dtype !== "string" || elementBytes === undefined) {
    return fail({
      code: "wrong-dtype",
      found: `${called} of the type ${shown(dtype)}`,
      expected: "F32 or U8",
      nextStep: "convert the file to F32",
    });
  }
  if (!isCounts(shape)) return fail(bad(`${called} without a shape`, "a list of whole numbers"));
  if (!isCounts(offsets) || offsets.length !== 2) {
    return fail(bad(`${called} without a place`, "two offsets below 2^53"));
  }
  const [start, end] = [at(offsets, 0), at(offsets, 1)];
  const bytes = shape.reduce((product, length) => product * length, elementBytes);
  if (end - start !== bytes) {
    return fail(bad(`${called} in ${end - start} bytes`, `${bytes}, as its shape has it`));
  }
  return { name, dtype, shape, start, end };
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}

/** The bytes of all tensors, in order, are all there is. */
function refuseHoles(places: readonly TensorPlace[], dataBytes: number, fail: Fail): void {
  let end = 0;
  for (const place of places.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const called = `the tensor ${shown(place.name)} from byte ${place.start} on`;
    if (place.start < end) fail(bad(`${called}, inside another one`, "no overlaps"));
    if (place.start > end) fail(bad(`${called}, behind a hole`, `byte ${end}`));
    end = place.end;
  }
  if (end > dataBytes) fail(cutShort(`${dataBytes} bytes of numbers`, `all ${end} of them`));
  if (end < dataBytes) fail(bad(`${dataBytes - end} bytes behind the last tensor`, "none"));
}

function metadataOf(value: unknown, fail: Fail): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  const entries = isGroup(value) ? Object.entries(value) : undefined;
  const isText = (entry: [string, unknown]): entry is [string, string] =>
    typeof entry[1] === "string";
  if (entries?.every(isText)) return new Map(entries);
  return fail(bad("metadata that are not all text", "text by name"));
}
