/**
 * Tests that not every run can afford. Left out, they say so by name: `npm test` repeats
 * the reason in brackets at its end.
 */
import { test } from "vitest";

const isSlowWanted = process.env["FABRICAST_SLOW"] === "1";

/** Runs under CI=true or FABRICAST_SLOW=1 only: it takes more than a few seconds. */
export function slowTest(name: string, body: () => void | Promise<void>, timeoutMs = 600_000) {
  testIf(isSlowWanted, "slow; CI=true npm test runs it", name, body, timeoutMs);
}

/** Runs where this machine has what it needs; `otherwise` says what is missing, how to get it. */
export function testIf(
  isPossible: boolean,
  otherwise: string,
  name: string,
  body: () => void | Promise<void>,
  timeoutMs?: number,
) {
  if (isPossible) test(name, body, timeoutMs);
  else test.skip(`${name} [${otherwise}]`, body);
}
