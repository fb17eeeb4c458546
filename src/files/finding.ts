/** A finding about a value of a file, in few words. */
import type { Finding } from "./issues.ts";

export function finding(
  pointer: string,
  code: string,
  found: string,
  expected: string,
  nextStep: string,
): Finding {
  return { pointer, part: "value", complaint: { code, found, expected, nextStep } };
}

/** What is missing to so many ports of a switch, and the two ways out. */
export function portFinding(
  pointer: string,
  sum: string,
  needed: number,
  part: { readonly ports: number; readonly name?: string; readonly id?: string } | undefined,
): Finding[] {
  if (part === undefined || needed <= part.ports) return [];
  const name = part.name ?? part.id ?? "the switch";
  const missing = needed - part.ports;
  const expected = `at most the ${part.ports} ports of ${name}: ${missing} missing`;
  const next = `take ${missing} links fewer, or a switch of at least ${needed} ports`;
  return [finding(pointer, "too-many-ports", sum, expected, next)];
}
