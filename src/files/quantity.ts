/**
 * Quantities with every unit there is. Import this file lazily: it carries the units of mathjs,
 * which take 60 ms to load.
 */
import { siPerUnit } from "./generated/units.js";
import type { QuantityKind } from "./kinds.ts";
import type { FactorOf, Reading } from "./quantity-text.ts";
import { hintBy, readQuantityBy } from "./quantity-text.ts";
import type { siPerUnit as SiPerUnit } from "./units.ts";

/** The one bundled ahead of time is the one of the source. */
const unitsOfMathjs: typeof SiPerUnit & FactorOf = siPerUnit;

/** A number in SI, or why the text is none. */
export function readQuantity(text: string, kind: QuantityKind): Reading {
  return readQuantityBy(unitsOfMathjs, text, kind);
}

/** What may have been meant by a text that is no quantity of that kind. */
export function hint(text: string, kind: QuantityKind): string | undefined {
  return hintBy(unitsOfMathjs, text, kind);
}

/** "400 Gb/s" as dataRate is 5e10; undefined if the text is no quantity of that kind. */
export function parseQuantity(text: string, kind: QuantityKind): number | undefined {
  const reading = readQuantity(text, kind);
  return "value" in reading ? reading.value : undefined;
}
