/** A fabric's counts beside those of the design it is held against, and checks as text. */
import { deepEqual, ok } from "node:assert/strict";
import { test } from "vitest";
import { againstText } from "../../src/report/topology.ts";
import { checkText } from "../../src/report/topology-check.ts";

const COUNTS = {
  ...{ acceleratorCount: 64, hostCount: 8, leafCount: 2, spineCount: 1, coreCount: 0 },
  ...{ hostLeafCableCount: 64, leafSpineCableCount: 32, spineCoreCableCount: 0 },
  ...{ neighborCableCount: 0, switchCageCount: 80 },
  ...{ bisectionBytesPerS: 8e11, diameterHopCount: 4 },
};

test("differences have a sign, equal counts an equals sign, and empty rows are left out", () => {
  const reference = { ...COUNTS, leafCount: 4, leafSpineCableCount: 16 };
  const lines = againstText(COUNTS, { name: "Design", counts: reference }).split("\n");
  const row = (name: string) =>
    lines
      .find((line) => line.includes(name))
      ?.trim()
      .split(/ {2,}/);
  deepEqual(row("leaves"), ["leaves", "2", "4", "−2"]);
  deepEqual(row("leaf to spine"), ["leaf to spine", "32", "16", "+16"]);
  deepEqual(row("nodes"), ["nodes", "8", "8", "="]);
  deepEqual(row("cores"), undefined);
});

test("a check tells what was tried, what was cut and what was not measured", () => {
  const check = {
    ...{ clusterId: "c", name: "C", rankCount: 64, failedCount: 2, cableCount: 32 },
    ...{ possibleCount: 496, triedCount: 496, cutCount: 31, flowCount: 0 },
    ...{ bisectionBytesPerS: 8e11, cuts: [{ cables: ["a → b"], ranks: [3, 9] as const }] },
  };
  const text = checkText(check);
  ok(text.includes("all 496 failures of 2 of 32 cables between switches"));
  ok(text.includes("31 of them (6.3 %) part ranks"));
  ok(text.includes("cut           a → b: no way from rank 3 to 9"));
  ok(text.includes("not measured on a fabric of this size"));
});
