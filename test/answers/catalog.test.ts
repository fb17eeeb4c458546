/** The shipped catalog figure by figure, the age of its prices, and its words. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "vitest";
import { ageOf, checkCatalog, chosenPrice, isOldPrice } from "../../src/answers/catalog.ts";
import { withOwnPrices } from "../../src/answers/catalog.ts";
import { readCatalog, readCatalogPart } from "../../src/files/catalog.ts";
import { catalogText, partShown, partText } from "../../src/report/catalog.ts";
import type { CatalogFigure, CatalogPart } from "../../src/records/catalog.ts";
import { issuesFrom } from "../files/support.ts";

const price = (date: string, pointer = "/price"): CatalogFigure => ({
  pointer,
  written: "5 USD",
  sourced: { value: 5, source: "a list", date, provenance: "vendor" },
  isPrice: true,
  priceKind: "purchase",
});

const part = (figures: readonly CatalogFigure[]): CatalogPart => ({
  ...{ id: "p", sort: "switch", name: "P", figures },
  conflicts: ["4 USD elsewhere"],
});

test("every shipped figure has a source, a date, a unit in SI, and a known sort", async () => {
  const parts = await readCatalog();
  const sorts = new Set(parts.map(({ sort }) => sort));
  for (const sort of [
    "accelerator",
    "node",
    "nic",
    "switch",
    "link",
    "optic",
    "software",
    "site",
  ]) {
    ok(sorts.has(sort), sort);
  }
  for (const { id, figures } of parts) {
    for (const { pointer, sourced, grade } of figures) {
      ok(sourced.source.length > 0, `${id} ${pointer}`);
      equal(sourced.date === "", grade === "recalled", `${id} ${pointer}`);
      ok(Number.isFinite(sourced.value), `${id} ${pointer}`);
    }
  }
  equal(new Set(parts.map(({ id }) => id)).size, parts.length);
});

test("prices are dated lists with their kinds; an energy price buys no part", async () => {
  const { figures, conflicts } = await readCatalogPart("b200-sxm");
  deepEqual(
    figures.filter(({ isPrice }) => isPrice).map(({ priceKind }) => priceKind),
    [
      ...["on-demand", "on-demand", "on-demand", "on-demand", "market", "market", "ownership"],
      ...["share-of-system", "module"],
    ],
  );
  ok(conflicts.some((line) => line.includes("192 GB")));
  const site = await readCatalogPart("us-average");
  deepEqual(
    site.figures.filter(({ isPrice }) => isPrice),
    [],
  );
});

test("an unknown part is refused with the nearest", async () => {
  const [issue] = await issuesFrom(readCatalogPart("h100-smx"));
  deepEqual([issue?.code, issue?.nextStep], ["unknown-part", 'did you mean "h100-sxm"?']);
});

test("a price is old from 181 days on, and only a price is", () => {
  // 2026-01-01 + 180 days = 2026-06-30.
  equal(isOldPrice(price("2026-01-01"), "2026-06-30"), false);
  equal(isOldPrice(price("2026-01-01"), "2026-07-01"), true);
  equal(isOldPrice({ ...price("2026-01-01"), isPrice: false }, "2027-01-01"), false);
  equal(ageOf(price("2026-01-01"), "2026-01-31"), 30);
});

test("a part is counted by its purchase price, else by its first rent", () => {
  equal(chosenPrice(part([price("2026", "/rents/0/price"), price("2025")]))?.pointer, "/price");
  equal(chosenPrice(part([price("2026", "/rents/0/price")]))?.pointer, "/rents/0/price");
  equal(chosenPrice(part([price("2026", "/prices/0/price")])), undefined);
});

test("a check tells old prices, the assumed share, conflicts and figures of later days", () => {
  const assumed = { ...price("2026-06"), isPrice: false, pointer: "/latency" };
  const sourced = { ...assumed.sourced, provenance: "assumed" as const };
  const parts = [part([price("2026-01-01"), { ...assumed, sourced }])];
  const checked = checkCatalog(parts, "2026-12-31");
  deepEqual(
    [checked.partCount, checked.figureCount, checked.assumedCount, checked.conflictCount],
    [1, 2, 1, 1],
  );
  deepEqual(
    checked.findings.map((line) => line.replaceAll("\u00a0", " ")),
    [
      "p: price 5 USD is 364 days old, above 180 on 2026-12-31",
      "1 of 2 figures are assumed (50.0 %).",
      "p: conflict: 4 USD elsewhere",
    ],
  );
  ok(
    checkCatalog(parts, "2025-01-01").findings.includes("p: 2 figures are younger than 2025-01-01"),
  );
});

test("own prices stand first and are shown as yours; the shipped one stays", () => {
  const own = { value: 4.5, source: "quote", date: "2026-11-01", provenance: "yours" as const };
  const [changed] = withOwnPrices([part([price("2026-01-01")])], new Map([["p", own]]));
  ok(changed);
  equal(chosenPrice(changed)?.written, "4.5 USD");
  equal(chosenPrice(changed)?.sourced.provenance, "yours");
  equal(changed.figures.length, 2);
});

test("a part is shown with every figure and conflict, in text and as data", async () => {
  const shown = await readCatalogPart("qm9700");
  const text = partText(shown);
  match(text, /price +36000 USD +purchase +2024-08 +vendor +primary +public H100 cluster/);
  match(text, /Further figures, used by no prediction:/);
  match(text, /price +35000 USD each +purchase +2025 +vendor +secondary +infra-economics\.com/);
  const { figures } = partShown(shown) as { figures: readonly Record<string, unknown>[] };
  deepEqual(
    figures.slice(0, 3).map(({ figure, value, unit, si }) => [figure, value, unit, si]),
    [
      ["/latency", 150, "ns", 1.5e-7],
      ["/price", 36_000, "USD", 36_000],
      ["/power", 1720, "W", 1720],
    ],
  );
});

test("the list marks old prices and parts without one", () => {
  const text = catalogText([
    { part: part([]), price: price("2025"), isOld: true },
    { part: part([]), isOld: false },
  ]);
  match(text, /p +switch +P +5 USD +purchase +2025 +vendor +old +0 +1\n/);
  match(text, /p +switch +P +– +0 +1\n/);
});
