/** Counts of nothing. */
import { Refusal } from "../base/errors.ts";

export function refuseCount(name: "steps" | "batch", count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new Refusal({
    code: "out-of-range",
    pointer: `/${name}`,
    found: `${name}: ${count}`,
    expected: "a whole number, at least 1",
    nextStep: `change ${name}`,
  });
}
