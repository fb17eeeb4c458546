/**
 * The numeric inputs of a record: every leaf that carries a source. One walk serves the
 * list of assumptions, the sensitivities and the change of one input by its pointer.
 */
import { assert } from "../base/assert.ts";
import { isSourced } from "../records/sourced.ts";
import type { Sourced } from "../records/sourced.ts";

export interface NumericInput {
  /** RFC 6901 into the record. */
  readonly pointer: string;
  /** Name of the property that holds it; its suffix is the unit. */
  readonly property: string;
  readonly sourced: Sourced;
}

/** All numeric inputs below a record, in the order in which the record was built. */
export function numericInputs(record: unknown, pointer = ""): NumericInput[] {
  if (typeof record !== "object" || record === null) return [];
  if (isSourced(record)) {
    const names = pointer.split("/").filter((name) => !/^\d+$/.test(name));
    return [{ pointer, property: names.at(-1) ?? "", sourced: record }];
  }
  return Object.entries(record).flatMap(([key, value]) =>
    numericInputs(value, `${pointer}/${key}`),
  );
}

/** A copy of the record in which the input at the pointer is `factor` times its value. */
export function withScaledInput<T>(record: T, pointer: string, factor: number): T {
  const keys = pointer.split("/").slice(1);
  const change = (value: unknown, depth: number): unknown => {
    assert(typeof value === "object" && value !== null, `${pointer} leads to an input`);
    const key = keys[depth];
    if (key === undefined) {
      assert(isSourced(value), `${pointer} is a numeric input`);
      return { ...value, value: value.value * factor };
    }
    assert(key in value, `${pointer} exists`);
    const changed = change((value as Record<string, unknown>)[key], depth + 1);
    if (Array.isArray(value)) {
      return value.map((item: unknown, i) => (String(i) === key ? changed : item));
    }
    return { ...value, [key]: changed };
  };
  return change(record, 0) as T;
}

const UNIT_BY_SUFFIX: readonly (readonly [string, string])[] = [
  ["FlopPerS", "flop/s"],
  ["BytesPerS", "B/s"],
  ["UsdPerS", "USD/s"],
  ["UsdPerJ", "USD/J"],
  ["Bytes", "B"],
  ["Usd", "USD"],
  ["Tokens", "tokens"],
  ["W", "W"],
  ["S", "s"],
];

/** The SI unit that a property's name ends with, or is ("usdPerS"); "" for a ratio. */
export function unitOf(property: string): string {
  return suffixOf(property)?.[1] ?? "";
}

/** "memoryBytesPerS" → "memory": words of the name without its unit. */
export function wordsOf(property: string): string {
  const suffix = suffixOf(property)?.[0] ?? "";
  const bare = property.slice(0, property.length - suffix.length);
  return bare.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
}

function suffixOf(property: string): readonly [string, string] | undefined {
  const capitalized = property.charAt(0).toUpperCase() + property.slice(1);
  return UNIT_BY_SUFFIX.find(([suffix]) => capitalized.endsWith(suffix));
}
