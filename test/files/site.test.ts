/** Sites by id: with a tariff of their own, with the reader's, and without one. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { readDesign } from "../../src/files/cluster.ts";
import { shippedIds } from "../../src/files/shipped.ts";
import { readSite } from "../../src/files/site.ts";
import { issuesFrom } from "./support.ts";

const TARIFF = { value: 5e-8, source: "contract", date: "2026-11", provenance: "yours" } as const;

test("a site whose electricity nobody priced is refused, with what to give", async () => {
  const [issue] = await issuesFrom(readSite("japan"));
  equal(issue?.code, "missing-key");
  ok(issue?.nextStep.includes("--tariff"));
  const set = [{ path: "site", value: "japan" }];
  const [inCluster] = await issuesFrom(readDesign("h100-fat-tree-1to1", { set }));
  equal(inCluster?.code, "missing-key");
});

test("with the reader's tariff every site has a price, and its own carbon", async () => {
  const ids = await shippedIds("site");
  ok(ids.length >= 30);
  for (const id of ids) equal((await readSite(id, TARIFF)).energyUsdPerJ.source, "contract", id);
  // 485.392 g a kWh = 0.485392 / 3.6e6 kg a J.
  ok(
    Math.abs(((await readSite("japan", TARIFF)).carbonKgPerJ?.value ?? 0) * 3.6e6 - 0.485392) <
      1e-12,
  );
});

test("a site's own price is used where none is given", async () => {
  // 0.1058 USD a kWh.
  ok(Math.abs((await readSite("denmark")).energyUsdPerJ.value * 3.6e6 - 0.1058) < 1e-12);
});
