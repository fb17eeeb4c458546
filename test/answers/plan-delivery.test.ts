/** What is there in time, what is not known to be, and what falls due in a year. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { availabilityOf } from "../../src/answers/plan-delivery.ts";
import { dearestYearUsd } from "../../src/answers/plan-money.ts";
import { InfeasibleError, InputError } from "../../src/base/errors.ts";
import { planned } from "../../src/cli/planned.ts";
import { planQuestion } from "../../src/cli/plan-flags.ts";
import { readLeadTimes } from "../../src/files/lead-times.ts";
import { freshFolder } from "../support/cli.ts";

const HEAD = "host,region,days_low,days_high,source,date\n";
const flags = { model: "llama-3-8b", tokens: "2T", within: "30d", batch: "512", basis: "buy" };

const file = (rows: string): string => {
  const path = join(freshFolder(), "lead.csv");
  writeFileSync(path, HEAD + rows);
  return path;
};

const asked = async (more: Record<string, string>) =>
  planned(await planQuestion({ ...flags, ...more }), "us-average");

test("the longest lead time counts, from the day of the prices; unknown is never available", () => {
  const told = { hostId: "dgx-h200", region: "EU", source: "offer", date: "2026-11-01" };
  const leadTimes = [{ ...told, leastS: 60 * 86_400, mostS: 90 * 86_400 }];
  const at = (by: string, region = "EU", hostId = "dgx-h200"): string =>
    availabilityOf({ asOf: "2026-11-23", delivery: { by, region, leadTimes } }, hostId);
  // 90 days after 23 November: 7 + 31 + 31 + 21.
  equal(at("2027-02-21"), "by 2027-02-21 (offer, 2026-11-01)");
  match(at("2027-02-20"), /^there on 2027-02-21 at the latest/);
  equal(at("2027-12-31", "US"), "lead time in US unknown");
  equal(at("2027-12-31", "EU", "dgx-b200"), "lead time in EU unknown");
  equal(availabilityOf({ asOf: "2026-11-23" }, "dgx-h200"), "unknown");
});

test("a plan shows only what is delivered in time, and says why of the rest", async () => {
  const path = file("dgx-h200,EU,60,90,offer 7,2026-11-01\nhgx-h100,EU,200,400,offer 8,2026-11-01");
  const given = { "available-by": "2027-03-31", region: "EU", "lead-times": path };
  const { options, rejected } = await asked(given);
  ok(options.every(({ familyId }) => familyId.startsWith("dgx-h200")));
  ok(options.every(({ availability }) => availability.startsWith("by 2027-02-21")));
  ok(rejected.some(({ why }) => /not delivered by 2027-03-31: there on/.test(why)));
  ok(rejected.some(({ why }) => /lead time in EU unknown/.test(why)));
});

test("without lead times nothing is known to be there: exit 4, and what to give", async () => {
  const error = await asked({ "available-by": "2027-03-31", region: "EU" }).catch(
    (caught: unknown) => caught,
  );
  ok(error instanceof InfeasibleError);
  match(error.message, /nothing priced is known to be in EU by 2027-03-31; give lead times/);
});

test("wrong lead times are refused together, each at its line", async () => {
  const rows = "dgx-h2oo,EU,1,2,a,2026\ndgx-h200,EU,9,2,a,2026\ndgx-h200,=1+1,1,2,a,2026\n";
  await rejects(readLeadTimes(file(rows)), (error) => {
    ok(error instanceof InputError);
    deepEqual(
      error.issues.map(({ line, code }) => `${line} ${code}`),
      ["2 unknown-part", "3 out-of-range", "4 unsafe-text"],
    );
    return true;
  });
});

test("a cap on a year holds at the bad end of the dearest one", async () => {
  const { options } = await asked({ start: "2026-12-20" });
  const least = Math.min(...options.map(dearestYearUsd));
  const kept = await asked({ start: "2026-12-20", "budget-year": `${Math.ceil(least) + 1} USD` });
  ok(kept.options.length > 0 && kept.options.every((one) => dearestYearUsd(one) <= least + 2));
  const error = await asked({ "budget-year": "1000 USD" }).catch((caught: unknown) => caught);
  match(String(error), /budget of a year 1\.00.k.USD/);
});
