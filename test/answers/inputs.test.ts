import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "vitest";
import { numericInputs, unitOf, withScaledInput, wordsOf } from "../../src/answers/inputs.ts";
import { InvariantError } from "../../src/base/errors.ts";
import type { Sourced } from "../../src/records/sourced.ts";

const figure = (value: number): Sourced => ({
  value,
  source: "test",
  date: "2026-01-01",
  provenance: "assumed",
});

const record = {
  name: "pod",
  hostCount: 4,
  link: { rateBytesPerS: figure(50e9), latencyS: figure(5e-7) },
  rents: [{ kind: "spot", usdPerS: figure(0.001) }],
};

test("the inputs of a record are its sourced numbers; counts and names are none", () => {
  deepEqual(
    numericInputs(record).map(({ pointer, property }) => [pointer, property]),
    [
      ["/link/rateBytesPerS", "rateBytesPerS"],
      ["/link/latencyS", "latencyS"],
      ["/rents/0/usdPerS", "usdPerS"],
    ],
  );
});

test("scaling one input changes it alone and leaves the original as it was", () => {
  const changed = withScaledInput(record, "/rents/0/usdPerS", 1.1);
  equal(changed.rents[0]?.usdPerS.value, 0.001 * 1.1);
  deepEqual({ ...changed, rents: record.rents }, record);
  equal(record.rents[0]?.usdPerS.value, 0.001);
});

test("a pointer that leads nowhere is our bug, not a silent no-op", () => {
  throws(() => withScaledInput(record, "/link/rateBytePerS", 1.1), InvariantError);
  throws(() => withScaledInput(record, "/hostCount", 1.1), InvariantError);
});

test("the unit is the end of the name, the longest that fits", () => {
  equal(unitOf("memoryBytesPerS"), "B/s");
  equal(unitOf("bucketBytes"), "B");
  equal(unitOf("peakBf16FlopPerS"), "flop/s");
  equal(unitOf("energyUsdPerJ"), "USD/J");
  equal(unitOf("lifeS"), "s");
  equal(unitOf("usdPerS"), "USD/s");
  equal(unitOf("pue"), "");
  equal(wordsOf("memoryBytesPerS"), "memory");
  equal(wordsOf("switchLatencyS"), "switch latency");
});
