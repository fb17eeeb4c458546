/** Price files: what is taken, and each mistake at its line with its own code. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { csvRows } from "../../src/files/csv-rows.ts";
import { readPrices } from "../../src/files/price-file.ts";
import { issuesFrom, written } from "./support.ts";

const HEAD = "sku,price,currency,kind,date,source\n";
const prices = (body: string, head = HEAD) => readPrices(written("my.csv", head + body));

test("a price of every kind is read with its source and date", async () => {
  const found = await prices(
    'dgx-h100,298500.50,USD,purchase,2026-11-01,"Quote 7, ours"\n' +
      "h100-sxm,2.10,USD,reserved,2026-10,\n",
  );
  deepEqual(
    found.map(({ sku, kind, priceUsd }) => [sku, kind, priceUsd.value, priceUsd.date]),
    [
      ["dgx-h100", "purchase", 298_500.5, "2026-11-01"],
      ["h100-sxm", "reserved", 2.1, "2026-10"],
    ],
  );
  equal(found[0]?.priceUsd.source, "Quote 7, ours");
  equal(found[0]?.priceUsd.provenance, "yours");
  ok(found[1]?.priceUsd.source.endsWith("my.csv"));
});

test("an empty kind is a purchase; columns may stand in any order", async () => {
  const found = await prices("USD,2026,rack,5000\r\n", "\ufeffcurrency,date,sku,price\r\n");
  deepEqual(
    found.map(({ sku, kind, priceUsd }) => [sku, kind, priceUsd.value]),
    [["rack", "purchase", 5000]],
  );
});

test("each mistake is refused with its code and line", async () => {
  for (const [line, code] of [
    ["qm9700,36000,,purchase,2026-11-01,me", "price-without-currency"],
    ["qm9700,36000,USD,purchase,,me", "price-without-date"],
    ["qm9700,36000,USD,purchase,2026-02-30,me", "price-without-date"],
    ["qm9700,36000,USD,purchase,soon,me", "price-without-date"],
    ["qm9700,36000,EUR,purchase,2026-11-01,me", "mixed-currencies"],
    ['qm9700,"36,000",USD,purchase,2026-11-01,me', "wrong-type"],
    ["qm9700,,USD,purchase,2026-11-01,me", "wrong-type"],
    ["qm9700,-5,USD,purchase,2026-11-01,me", "unsafe-text"],
    ["qm9700,36000,USD,purchase,2026-11-01,=cmd()", "unsafe-text"],
    ["qm9700,36000,USD,purchase,2026-11-01,<b>me</b>", "unsafe-text"],
    ["qm970,36000,USD,purchase,2026-11-01,me", "unknown-part"],
    ["qm9700,36000,USD,lease,2026-11-01,me", "not-allowed-value"],
    ["qm9700,36000,USD", "wrong-type"],
  ] as const) {
    const issues = await issuesFrom(prices(`rack,1,USD,,2026,me\n${line}\n`));
    deepEqual(
      issues.map((issue) => [issue.code, issue.line]),
      [[code, 3]],
      line,
    );
  }
});

test("all mistakes are told at once, and the nearest part is named", async () => {
  const issues = await issuesFrom(
    prices("qm970,1,EUR,,,me\nrack,1,USD,,2026,a\nrack,2,USD,,2026,b\n"),
  );
  deepEqual(
    issues.map(({ code, line }) => `${line} ${code}`),
    ["2 unknown-part", "2 mixed-currencies", "2 price-without-date", "4 repeated-value"],
  );
  ok(issues[0]?.nextStep.includes("qm9700"));
});

test("a missing or unknown column is refused at the first line", async () => {
  const issues = await issuesFrom(prices("rack,5,2026\n", "sku,price,dat\n"));
  deepEqual(
    issues.map(({ code, line }) => `${line} ${code}`),
    ["1 missing-key", "1 missing-key", "1 unknown-key"],
  );
  ok(issues[2]?.nextStep.includes("date"));
  deepEqual((await issuesFrom(prices("", ""))).length, 4);
});

test("quoted cells hold commas, quotes and lines; a torn quote is refused", async () => {
  deepEqual(csvRows("a", 'x,"1, ""2""\n3"\n\ny,z\n'), [
    { cells: ["x", '1, "2"\n3'], line: 1 },
    { cells: ["y", "z"], line: 4 },
  ]);
  const torn = Promise.resolve().then(() => csvRows("a", 'x\n"open'));
  deepEqual(
    (await issuesFrom(torn)).map(({ code, line }) => `${line} ${code}`),
    ["2 not-csv"],
  );
});
