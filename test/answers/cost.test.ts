/** `cost` on shipped clusters and sites: figures by hand, own rents, words. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "vitest";
import { answerCost } from "../../src/answers/cost.ts";
import { readDesign } from "../../src/files/cluster.ts";
import { readSite } from "../../src/files/site.ts";
import { costJson, costText } from "../../src/report/cost.ts";

const asked = async (id: string, site: string) => ({
  ...{ design: await readDesign(id), site: await readSite(site) },
  ...{ yearCount: 4, utilization: 0.8, asOf: "2026-11-23" },
});

test("256 H100 on a 2:1 fat tree: capital, power and energy by hand", async () => {
  const answer = answerCost({
    ...(await asked("h100-fat-tree-2to1", "us-average")),
    rankCount: 256,
  });
  equal(answer.bill.totalUsd, 10_771_520);
  // 256 · 1,370 W and 10 switches of 1,720 W; PUE 1.25; 75 % on average; 8,766 hours.
  ok(Math.abs((answer.rackW ?? 0) - 367_920) < 1e-6);
  const kwh = 367.92 * 1.25 * 0.75 * 8766;
  ok(Math.abs((answer.yearEnergyJ ?? 0) / 3.6e6 / kwh - 1) < 1e-12);
  ok(Math.abs((answer.yearEnergyUsd ?? 0) / (kwh * 0.0826) - 1) < 1e-12);
  ok(Math.abs((answer.yearCarbonKg ?? 0) / (kwh * 0.369473) - 1) < 1e-12);
});

test("the same energy emits by country: France a sixth of the United States", async () => {
  const carbon = async (site: string): Promise<number> =>
    answerCost(await asked("superpod-h100-4su", site)).yearCarbonKg ?? 0;
  // 56.039 and 369.473 g/kWh.
  ok(Math.abs((await carbon("france")) / (await carbon("us-average")) - 56.039 / 369.473) < 1e-12);
});

test("own rents stand before the listed ones; interest given is yours, else assumed", async () => {
  const usdPerS = { value: 2 / 3600, source: "q", date: "2026", provenance: "yours" as const };
  const rents = new Map([["h100-sxm", { kind: "reserved" as const, usdPerS }]]);
  const base = await asked("h100-fat-tree-2to1", "us-average");
  const answer = answerCost({ ...base, rents, interestShare: 0 });
  deepEqual([answer.rent?.kind, answer.rent?.hourUsd.provenance], ["reserved", "yours"]);
  equal(answer.interestShare.provenance, "yours");
  const listed = answerCost(base);
  deepEqual([listed.rent?.kind, listed.interestShare.provenance], ["on-demand", "assumed"]);
  equal(listed.interestShare.value, 0.08);
});

test("text and JSON tell totals of the years asked for, and what is missing", async () => {
  const answer = answerCost({
    ...(await asked("h100-fat-tree-2to1", "us-average")),
    ...{ rankCount: 256, yearCount: 6 },
  });
  const text = costText(answer);
  match(text, /of 6 years, with interest:/);
  match(text, /not included: discount; support; licenses/);
  const shown = JSON.parse(costJson(answer)) as Record<string, unknown>;
  deepEqual(
    (shown["totals"] as { years: number }[]).map(({ years }) => years),
    [3, 4, 5, 6],
  );
  const tpu = answerCost({ ...(await asked("tpu-v5p", "us-average")), rankCount: 64 });
  equal((JSON.parse(costJson(tpu)) as Record<string, unknown>)["capitalUsd"], null);
  match(costText(tpu), /no figure, because: TPU v5p chip/);
});
