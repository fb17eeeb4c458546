import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { sensitivities } from "../../src/answers/sensitivity.ts";
import { bareSwitch } from "../support/clusters.ts";

test("a time that halves when the rate doubles swings by 1/0.9 − 1 = 11.1 %", () => {
  // t = 1 / rate: at 0.9 of the rate t is 1/0.9 = 1.111…, at 1.1 it is 0.909…
  const cluster = bareSwitch(4);
  const found = sensitivities(cluster, (changed) => ({
    stepTimeS: changed.fabric.kind === "switch" ? 1e9 / changed.fabric.link.rateBytesPerS.value : 0,
    millionSamplesUsd: undefined,
  }));
  const [first] = found;
  equal(first?.pointer, "/fabric/link/rateBytesPerS");
  ok(Math.abs((first?.whenLower ?? 0) - (1 / 0.9 - 1)) < 1e-12);
  ok(Math.abs((first?.whenHigher ?? 0) - (1 / 1.1 - 1)) < 1e-12);
  equal(first?.swing, first?.whenLower);
});

test("inputs without effect are listed with a swing of zero, never left out", () => {
  const cluster = bareSwitch(4);
  const found = sensitivities(cluster, () => ({ stepTimeS: 1, millionSamplesUsd: undefined }));
  ok(found.length >= 4);
  deepEqual(new Set(found.map((one) => one.swing)), new Set([0]));
});
