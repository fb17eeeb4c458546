/** The usual units by a table: the library's numbers in every bit, and no more. */
import { deepEqual, equal } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "vitest";
import { FACTORS } from "../../src/files/generated/knownUnits.js";
import { parseDocument } from "../../src/files/document.ts";
import type { QuantityKind } from "../../src/files/kinds.ts";
import { KINDS } from "../../src/files/kinds.ts";
import { readKnown } from "../../src/files/known-units.ts";
import { readQuantity } from "../../src/files/quantity.ts";
import { siPerUnit } from "../../src/files/units.ts";
import { validated } from "../../src/files/validators.ts";

const kinds = Object.keys(KINDS) as QuantityKind[];

test("each factor of the table is what mathjs says", () => {
  deepEqual(Object.keys(FACTORS).sort(), [...new Set(kinds.map((kind) => KINDS[kind].si))].sort());
  for (const [si, factors] of Object.entries(FACTORS)) {
    for (const [unit, factor] of Object.entries(factors)) equal(factor, siPerUnit(unit, si), unit);
  }
});

test("the example and the usual unit of each kind are in the table", () => {
  for (const kind of kinds) {
    const { example, usual } = KINDS[kind];
    for (const text of [example, `3 ${usual}`]) {
      const known = readKnown(text, kind);
      equal("value" in known, true, text);
      deepEqual(known, readQuantity(text, kind), text);
    }
  }
});

test("what the table does not hold is not guessed", () => {
  for (const text of ["3 fortnight", "3 constructor", "3 toString", "3 GB/week", "3", "x"]) {
    for (const kind of kinds) equal("value" in readKnown(text, kind), false, text);
  }
});

test("a unit beside the table is read all the same, among usual ones", async () => {
  const text = readFileSync("topologies/sites/us-average.yaml", "utf8");
  const life = /life:\n  value: .*$/m;
  const lifeS = async (value: string) => {
    const written = text.replace(life, `life:\n  value: ${value}`);
    const site = await validated<SiteFile>("site", await parseDocument(written, "site.yaml"));
    return [site.life.value, site.energyPrice.value];
  };
  const [, priceUsdPerJ] = await lifeS("5 year");
  deepEqual(await lifeS("260 week"), [260 * 7 * 86_400, priceUsdPerJ]);
});

interface SiteFile {
  readonly life: { readonly value: number };
  readonly energyPrice: { readonly value: number };
}
