import { equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { STALE_DAYS, ageDays, isStale } from "../../src/cost/age.ts";

test("a full date is as old as the days between", () => {
  equal(ageDays("2026-09-10", "2026-09-10"), 0);
  equal(ageDays("2026-09-10", "2026-09-30"), 20);
  // 2024 is a leap year: 29 days of February and one of March.
  equal(ageDays("2024-02-01", "2024-03-02"), 30);
  equal(ageDays("2023-12-31", "2024-12-31"), 366);
});

test("a month or a year counts from its last day", () => {
  equal(ageDays("2024-08", "2024-09-01"), 1);
  equal(ageDays("2024-02", "2024-03-01"), 1);
  equal(ageDays("2023", "2024-01-10"), 10);
  equal(ageDays("2024-08-31", "2024-09"), 30);
});

test("a month or year that has not ended is new", () => {
  equal(ageDays("2026-09", "2026-09-15"), 0);
  equal(ageDays("2026", "2026-09-15"), 0);
});

test("a figure from after the question's day has a negative age", () => {
  equal(ageDays("2026-09-20", "2026-09-15"), -5);
  // October's last day is 46 days after September 15.
  equal(ageDays("2026-10", "2026-09-15"), -46);
});

test("without a date there is no age, and no trust either", () => {
  equal(ageDays("", "2026-09-15"), undefined);
  ok(isStale("", "2026-09-15"));
});

test("a price is stale after 180 days, not on the 180th", () => {
  equal(STALE_DAYS, 180);
  // January to June 2026 have 31 + 28 + 31 + 30 + 31 + 30 = 181 days.
  ok(!isStale("2026-01-02", "2026-07-01"));
  ok(isStale("2026-01-01", "2026-07-01"));
});

test("what is no date of the calendar is our bug: the door has checked it", () => {
  for (const date of ["2026-02-30", "2026-13", "26-01-01", "2026-1-1", "yesterday"]) {
    throws(() => ageDays(date, "2026-09-15"), { name: "InvariantError" }, date);
  }
});
