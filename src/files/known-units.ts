/**
 * Quantities in the units that people write, by a table that scripts/build-validators.mjs asks
 * of mathjs ahead of time: with it, most files are read without loading the library. What it
 * refuses may still be a quantity: ask quantity.ts then.
 */
import { FACTORS } from "./generated/knownUnits.js";
import type { QuantityKind } from "./kinds.ts";
import type { Reading } from "./quantity-text.ts";
import { readQuantityBy } from "./quantity-text.ts";

/** A number in SI; otherwise nothing is known for certain. */
export function readKnown(text: string, kind: QuantityKind): Reading {
  return readQuantityBy(knownFactor, text, kind);
}

function knownFactor(unit: string, si: string): number | "unknown-unit" {
  const factors = FACTORS[si] ?? {};
  return (Object.hasOwn(factors, unit) ? factors[unit] : undefined) ?? "unknown-unit";
}
