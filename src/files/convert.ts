/**
 * Turns the text of a file into SI numbers, guided by its schema: every quantity becomes a
 * number, every figure a Sourced. What cannot be read is complained about, all of it.
 */
import type { Provenance, Sourced } from "../records/sourced.ts";
import { pointerTo } from "./document.ts";
import type { Complaint } from "./issue.ts";
import { plainText, shown } from "./issue.ts";
import type { FieldKind, QuantityKind } from "./kinds.ts";
import { isQuantityKind, KINDS } from "./kinds.ts";
import type { Reading } from "./quantity-text.ts";
import type { Schema } from "./schemas/schema.ts";
import { parseCount, parseMessageSize } from "./spelling.ts";
import { applying, isGroup } from "./walk.ts";

/** Who knows units; the caller chooses, since the library of all of them loads slowly. */
export interface Units {
  readQuantity(text: string, kind: QuantityKind): Reading;
  hint(text: string, kind: QuantityKind): string | undefined;
}

export interface Conversion {
  readonly root: Schema;
  readonly units: Units;
  /** Who gave the value at a pointer: this file, or a flag. */
  sourceOf(pointer: string): string;
  complain(pointer: string, complaint: Complaint): void;
}

/** The same data with quantities as numbers; keys the schema does not know are left out. */
export function convert(to: Conversion, schema: Schema, data: unknown, pointer = ""): unknown {
  if (schema.figure) return figure(to, schema, data, pointer);
  if (schema.quantity) return numberOf(to, schema.quantity, schema, data, pointer);
  const here = applying(to.root, schema, data);
  if (here === undefined) return data;
  if (here !== schema) return convert(to, here, data, pointer);
  const { items, properties } = here;
  if (Array.isArray(data) && items) {
    return data.map((item, i) => convert(to, items, item, pointerTo(pointer, i)));
  }
  if (!isGroup(data) || !properties) return data;
  const converted: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(properties)) {
    if (data[key] === undefined) continue;
    converted[key] = convert(to, part, data[key], pointerTo(pointer, key));
  }
  return converted;
}

function figure(to: Conversion, schema: Schema, data: unknown, pointer: string): unknown {
  const plain = schema.else ?? {};
  if (!isGroup(data)) {
    const value = numberOf(to, plain.quantity ?? "ratio", plain, data, pointer);
    return sourced(value, to.sourceOf(pointer), "", "yours", undefined);
  }
  const at = pointerTo(pointer, "value");
  const given = data["value"];
  const value = given === undefined ? 0 : numberOf(to, plain.quantity ?? "ratio", plain, given, at);
  // Wrong types of these are the validator's to report; nothing goes on from here then.
  const date = data["date"] === undefined ? "" : plainText(data["date"]);
  const provenance = data["provenance"] as Provenance;
  const note = data["note"] === undefined ? undefined : plainText(data["note"]);
  const isSet = to.sourceOf(at) !== to.sourceOf("");
  const source = isSet ? to.sourceOf(at) : plainText(data["source"]);
  return sourced(value, source, isSet ? "" : date, isSet ? "yours" : provenance, note);
}

function sourced(
  value: number,
  source: string,
  date: string,
  provenance: Provenance,
  note: string | undefined,
): Sourced {
  return { value, source, date, provenance, ...(note === undefined ? {} : { note }) };
}

/** The number, or 0 after a complaint. */
function numberOf(
  to: Conversion,
  kind: FieldKind,
  schema: Schema,
  data: unknown,
  pointer: string,
): number {
  const reading = isQuantityKind(kind) ? read(to, kind, data) : plainNumber(kind, data);
  if ("value" in reading) {
    const bounds = outside(reading.value, schema);
    if (bounds === undefined) return reading.value;
    to.complain(pointer, outOfRange(data, bounds));
    return 0;
  }
  to.complain(pointer, complaintOf(to, reading.code, kind, schema, data));
  return 0;
}

type Failed = { readonly code: Exclude<Reading, { value: number }>["code"] | "wrong-type" };

function read(to: Conversion, kind: QuantityKind, data: unknown): { value: number } | Failed {
  if (typeof data === "number") return { code: "bare-quantity" };
  if (typeof data !== "string") return { code: "wrong-type" };
  return to.units.readQuantity(data, kind);
}

function plainNumber(kind: FieldKind, data: unknown): { value: number } | Failed {
  if (typeof data === "number" && (!Number.isFinite(data) || (data < 0 && kind !== "ratio"))) {
    return { code: "out-of-range" };
  }
  const negative = typeof data === "string" && /^-[0-9]/.test(data);
  if (negative) return { code: "out-of-range" };
  const parse = kind === "count" ? parseCount : kind === "messageSize" ? parseMessageSize : ratio;
  const value = parse(data);
  return value === undefined ? { code: "wrong-type" } : { value };
}

function ratio(data: unknown): number | undefined {
  return typeof data === "number" ? data : undefined;
}

/** The bound that a value breaks, in words. */
function outside(value: number, schema: Schema): string | undefined {
  const { minimum, maximum, exclusiveMinimum } = schema;
  if (minimum !== undefined && value < minimum) return `at least ${minimum}`;
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) {
    return `more than ${exclusiveMinimum}`;
  }
  if (maximum !== undefined && value > maximum) return `at most ${maximum}`;
  return undefined;
}

function outOfRange(data: unknown, bounds: string): Complaint {
  return {
    code: "out-of-range",
    found: shown(data),
    expected: bounds,
    nextStep: "change it to lie within",
  };
}

const PLAIN_WORDS: Readonly<Record<string, string>> = {
  count: "a whole number",
  messageSize: "a size in bytes, or with K, M or G (binary)",
  ratio: "a number without unit",
};

function complaintOf(
  to: Conversion,
  code: Failed["code"],
  kind: FieldKind,
  schema: Schema,
  data: unknown,
): Complaint {
  const example = schema.examples?.[0] ?? (isQuantityKind(kind) ? KINDS[kind].example : 1);
  const words = isQuantityKind(kind) ? KINDS[kind].words : (PLAIN_WORDS[kind] ?? "a number");
  const sign =
    code !== "out-of-range"
      ? ""
      : isQuantityKind(kind) && !KINDS[kind].zero
        ? "above 0"
        : "not negative";
  const expected = `${words}${sign === "" ? "" : `, ${sign},`} such as ${shown(example)}`;
  const guess = isQuantityKind(kind) ? to.units.hint(plainText(data), kind) : undefined;
  return {
    code,
    found: shown(data),
    expected,
    nextStep: guess ?? `write it like ${shown(example)}`,
  };
}
