import { equal } from "node:assert/strict";
import { test } from "vitest";
import { limitWords, quantity, signedPercent, staleWords } from "../../src/report/words.ts";
import { spaced } from "../support/dom.ts";

const told = (value: number, unit: string): string => spaced(quantity(value, unit));

test("quantities are told in the units of the trade", () => {
  equal(told(989.4e12, "flop/s"), "989.4 Tflop/s");
  equal(told(5e10, "B/s"), "50.00 GB/s");
  equal(told(2.5 / 3600, "USD/s"), "2.50 USD/hour");
  equal(told(0.08 / 3.6e6, "USD/J"), "0.0800 USD/kWh");
  equal(told(10_200, "W"), "10.20 kW");
  // Five years of 365 days.
  equal(told(5 * 365 * 86_400, "s"), "5.00 years");
  equal(told(5e-7, "s"), "500.0 ns");
});

test("a price is stale after 180 days, counted from the last day its date may mean", () => {
  // 2026-10-31 less 180 days is 2026-05-04.
  equal(staleWords("USD", "2026-05-04", "2026-10-31"), undefined);
  equal(staleWords("USD", "2026-05-03", "2026-10-31"), "▲ 181 days old");
  // May 2026 may mean its 31st: 153 days.
  equal(staleWords("USD/s", "2026-05", "2026-10-31"), undefined);
  // 2025 may mean December 31: 304 days.
  equal(staleWords("USD", "2025", "2026-10-31"), "▲ 304 days old");
  equal(staleWords("USD", "", "2026-10-31"), "▲ no date");
  equal(staleWords("B/s", "2019-01-01", "2026-10-31"), undefined);
});

test("a limit is named by its link, or by what binds where no link does", () => {
  const limit = { id: "leaf-3 → spine-5", utilization: 0.964, pointer: "" };
  equal(spaced(limitWords({ ...limit, kind: "uplink" })), "leaf-3 → spine-5, 96 % busy");
  equal(limitWords({ ...limit, kind: "compute" }), "compute");
  equal(limitWords({ ...limit, kind: "optimizer" }), "the optimizer");
});

test("changes carry their sign unless they print as zero", () => {
  equal(spaced(signedPercent(0.0123)), "+1.2 %");
  equal(spaced(signedPercent(-0.0123)), "−1.2 %");
  equal(spaced(signedPercent(0.0001)), "0.0 %");
});
