/**
 * The part of JSON Schema 2020-12 that our files need, and short words to write it in. Two
 * keywords are our own, ignored by other tools: `quantity` names the kind of quantity a
 * string spells, `figure` marks a quantity that may come with its source.
 */
import type { FieldKind } from "../kinds.ts";
import { isQuantityKind, KINDS } from "../kinds.ts";

export type Json = string | number | boolean | null | readonly Json[] | { [key: string]: Json };

export interface Schema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly Json[];
  readonly default?: Json;
  readonly type?: string | readonly string[];
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly if?: Schema;
  readonly then?: Schema;
  readonly else?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly discriminator?: { readonly propertyName: string };
  readonly quantity?: FieldKind;
  readonly figure?: true;
}

export type Properties = Readonly<Record<string, Schema>>;

/** A group of keys, no others; keys not listed in `optional` are required. */
export function group(
  description: string,
  properties: Properties,
  optional: readonly string[] = [],
): Schema {
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { type: "object", description, properties, required, additionalProperties: false };
}

/** A whole file. */
export function file(
  name: string,
  description: string,
  body: Schema,
  defs: Properties = {},
): Schema {
  const sourced = JSON.stringify([body, defs]).includes("#/$defs/sourced") ? SOURCED : {};
  const $defs = { ...sourced, ...defs };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:fabricast:${name}`,
    title: name,
    ...body,
    description,
    ...(Object.keys($defs).length > 0 ? { $defs } : {}),
  };
}

export function text(description: string, example: string): Schema {
  return { type: "string", description, examples: [example], minLength: 1, maxLength: 500 };
}

/** Lower-case words: ids name files. */
export function id(description: string, example: string): Schema {
  const pattern = "^[a-z0-9][a-z0-9.-]{0,63}$";
  return { type: "string", description, examples: [example], pattern };
}

export function choice(description: string, values: readonly string[], standard?: string): Schema {
  const chosen = standard ?? values[0] ?? "";
  const start: Schema = { type: "string", description, enum: values, examples: [chosen] };
  return standard === undefined ? start : { ...start, default: standard };
}

export function flag(description: string, standard?: boolean): Schema {
  const start: Schema = { type: "boolean", description, examples: [standard ?? true] };
  return standard === undefined ? start : { ...start, default: standard };
}

/** A whole number from `minimum` on; "15T" and "70B" are understood. */
export function count(description: string, example: number, more: Partial<Schema> = {}): Schema {
  const quantity = "count";
  const base = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
  return {
    type: ["integer", "string"],
    description,
    examples: [example],
    quantity,
    ...base,
    ...more,
  };
}

/** A plain number: a ratio, a share. */
export function number(description: string, example: number, more: Partial<Schema> = {}): Schema {
  return { type: "number", description, examples: [example], ...more };
}

export function list(description: string, items: Schema, more: Partial<Schema> = {}): Schema {
  return { type: "array", description, items, minItems: 1, maxItems: 4096, ...more };
}

/** Text with a unit. */
export function quantity(description: string, kind: FieldKind, example?: string): Schema {
  const shown = example ?? (isQuantityKind(kind) ? KINDS[kind].example : "1");
  return { type: "string", description, examples: [shown], quantity: kind, maxLength: 80 };
}

/** Who says a figure, when, and how far it can be trusted. */
export const sourceKeys: Properties = {
  source: text("Who says so: paper, page or repository with its version", "NVIDIA H100 datasheet"),
  date: {
    type: ["string", "integer"],
    description: "Date of the source: a day, a month or a year",
    examples: ["2026-08-22"],
    pattern: "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$",
    minimum: 1900,
    maximum: 2100,
  },
  provenance: choice("How far it can be trusted", [
    "measured",
    "fitted",
    "vendor",
    "assumed",
    "yours",
  ]),
  grade: choice("How near to its origin it was read", [
    "primary",
    "secondary",
    "derived",
    "recalled",
  ]),
  note: text("What else one should know about it", "dense peak, never sparse"),
};

/** Of those, the ones a figure may come without. */
export const LOOSE_SOURCE_KEYS: readonly string[] = ["date", "grade", "note"];

/** A quantity, bare ("400 Gb/s": yours) or with its source. */
export function figure(description: string, kind: FieldKind, example?: string): Schema {
  const value = quantity(description, kind, example);
  return figureOf(description, value);
}

/** Prices seen at other dates or places than the one that counts. */
export function priceList(kinds: readonly string[]): Schema {
  const entry = group("A price", {
    kind: choice("What was priced", kinds),
    price: figure("That price", "money"),
  });
  return list("Further prices, each with its date; none of them is used", entry, { minItems: 0 });
}

/** Sources that say something else than the chosen value. */
export function conflictList(): Schema {
  const example = "memory 192 GB in early announcements, 180 GB on current pages";
  return list("What other sources say", text("A conflict", example), { minItems: 0 });
}

/** A figure without unit: a share, a number of passes. */
export function plainFigure(
  description: string,
  example: number,
  more: Partial<Schema> = {},
): Schema {
  return figureOf(description, number(description, example, { quantity: "ratio", ...more }));
}

/**
 * The form with a source is one shared definition; kind and bounds of its value are those of
 * the bare form, and are checked where text becomes a number.
 */
function figureOf(description: string, value: Schema): Schema {
  const then = ref(value.type === "string" ? "sourcedText" : "sourcedNumber");
  return { description, figure: true, if: { type: "object" }, then, else: value };
}

const SOURCED: Properties = {
  sourcedText: group(
    "A quantity with its source",
    { value: { ...text("Number and unit", "400 Gb/s"), maxLength: 80 }, ...sourceKeys },
    LOOSE_SOURCE_KEYS,
  ),
  sourcedNumber: group(
    "A number with its source",
    { value: number("The number", 0.88), ...sourceKeys },
    LOOSE_SOURCE_KEYS,
  ),
};

/** An id of something that has its own file, or the same thing written in place. */
export function reference(description: string, example: string, inline: Schema): Schema {
  const name: Schema = {
    type: "string",
    description,
    examples: [example],
    minLength: 1,
    maxLength: 500,
  };
  return { description, examples: [example], if: { type: "object" }, then: inline, else: name };
}

/** A definition of the same file. */
export function ref(name: string): Schema {
  return { $ref: `#/$defs/${name}` };
}

/** One of several groups, told apart by one key. */
export function oneOf(description: string, propertyName: string, ...cases: Schema[]): Schema {
  return {
    type: "object",
    description,
    discriminator: { propertyName },
    oneOf: cases,
  };
}

/** The key that tells the cases of a oneOf apart. */
export function tag(value: string, description: string): Schema {
  return { const: value, type: "string", description, examples: [value] };
}
