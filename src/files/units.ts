/**
 * The units of mathjs and nothing else of it, built from two of its factories.
 * scripts/build-validators.mjs bundles this file ahead of time to generated/units.js: a
 * third of the size and start-up time of the whole library. Import that one.
 */
import type { Unit } from "mathjs";
import { create, createUnitDependencies, unitDependencies } from "mathjs";
import { present } from "../base/assert.ts";

const math = create({
  unit: present(unitDependencies, "mathjs has units"),
  createUnit: present(createUnitDependencies, "mathjs can add units"),
});
math.createUnit("flop", { prefixes: "short" });
math.createUnit("USD");

/** How many of the SI unit one of the other is, or why there is no such number. */
export function siPerUnit(unit: string, si: string): number | "unknown-unit" | "wrong-dimension" {
  let parsed: Unit;
  try {
    parsed = math.unit(`1 ${unit}`);
  } catch {
    return "unknown-unit"; // the only thing mathjs throws for here
  }
  try {
    return parsed.toNumber(si);
  } catch {
    return "wrong-dimension";
  }
}
