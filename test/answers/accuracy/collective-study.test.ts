/** The published accuracy of collectives: bars held, and the page that says so is current. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { collectivePage, meanError } from "../../../src/answers/accuracy/collective-page.ts";
import type { CollectiveRun } from "../../../src/answers/accuracy/collective-rows.ts";
import { collectiveRuns } from "../../../src/answers/accuracy/collective-rows.ts";
import {
  bandOf,
  collectiveNoise,
  collectiveStudy,
  fitLaw,
} from "../../../src/answers/accuracy/collective-study.ts";
import { at, present } from "../../../src/base/assert.ts";
import { readCollectiveTables } from "../../../src/files/validation.ts";
import { collectiveS } from "../../../src/network/measured/collective-law.ts";
import { LAW } from "../../../src/network/measured/law-constants.ts";
import { slowTest } from "../../support/slow.ts";
import { readText } from "../../support/sources.ts";

async function published(): Promise<CollectiveRun[]> {
  return collectiveRuns((await readCollectiveTables()).flatMap(({ rows }) => rows));
}

test("rows with a bandwidth alone have the time that follows from it", async () => {
  const runs = await published();
  ok(runs.length > 340);
  // 16 GiB at a bus bandwidth of b takes S · 2(n−1)/n / b or S / algorithm bandwidth.
  const h200 = present(
    runs.find(({ id }) => id === "coll-0348"),
    "the row",
  );
  ok(h200.measuredS > 20e-6 && h200.measuredS < 60e-6, String(h200.measuredS));
  equal(new Set(runs.map(({ id }) => id)).size, runs.length);
});

test("a fit finds the law that made the times", async () => {
  const truth = { ...LAW, fillFactor: 6, inSwitchRankS: 1e-6 };
  const made = (await published())
    .filter(({ part }) => part.startsWith("h"))
    .map((run) => ({
      ...run,
      given: { ...run.given, harnessS: 0, crossingS: 0 },
      measuredS: collectiveS({ ...run.given, harnessS: 0, crossingS: 0 }, truth),
    }));
  const found = fitLaw(made, made);
  const errors = made.map((run) => ({
    run,
    logErrorShare: Math.log(collectiveS(run.given, found) / run.measuredS),
  }));
  ok(meanError(errors) < 0.01, String(meanError(errors)));
});

test("two sources of one system count as noise, one source does not", async () => {
  const [run] = await published();
  const one = present(run, "a row");
  const twice = { ...one, id: "x", source: "another", measuredS: one.measuredS * Math.E };
  const found = collectiveNoise([one, twice, { ...one, id: "y" }]);
  // Half of ln e.
  ok(Math.abs(at(found.get(bandOf(one)) ?? [], 0) - 0.5) < 1e-12);
  equal([...collectiveNoise([one, { ...one, id: "y" }]).values()].flat().length, 0);
});

slowTest("the bars of 1 MiB and more hold, fitted and left out; the page is current", async () => {
  const runs = await published();
  const study = collectiveStudy(runs);
  const errorOf = (judged: typeof study.fitted, band: string): number =>
    meanError(judged.filter(({ run }) => bandOf(run) === band));
  ok(errorOf(study.fitted, "≥ 32 MiB") <= 0.05);
  for (const { by, judged } of study.left) ok(errorOf(judged, "≥ 32 MiB") <= 0.09, by);
  ok(errorOf(study.fitted, "1–16 MiB") <= 0.09);
  for (const { by, judged } of study.left) ok(errorOf(judged, "1–16 MiB") <= 0.15, by);
  equal(readText("docs/accuracy-collectives.md"), collectivePage(study, runs));
});
