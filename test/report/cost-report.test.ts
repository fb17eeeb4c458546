/** What owning costs as a report: ranges that add up, data that reads back, no price if asked. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { answerCost } from "../../src/answers/cost.ts";
import { at } from "../../src/base/assert.ts";
import { InputError } from "../../src/base/errors.ts";
import { exactSum } from "../../src/base/sum.ts";
import { readDesign } from "../../src/files/cluster.ts";
import { readEmbedded } from "../../src/files/embedded.ts";
import { readSite } from "../../src/files/site.ts";
import { costJson } from "../../src/report/cost.ts";
import { costDocument } from "../../src/report/cost-document.ts";
import { documentPage } from "../../src/report/html/document.ts";
import { redacted } from "../../src/report/redact.ts";
import { reproducedText } from "../../src/report/reproduced.ts";
import { freshFolder } from "../support/cli.ts";

const words = ["cost", "h100-fat-tree-2to1", "--ranks", "256"];

const answered = async () =>
  answerCost({
    ...{ design: await readDesign("h100-fat-tree-2to1"), site: await readSite("us-average") },
    ...{ yearCount: 4, utilization: 0.8, asOf: "2026-11-23", rankCount: 256 },
  });

test("low, middle and high are exact sums of their lines: listed prices 0.8 to 1.25", async () => {
  for (const { lines, lowUsd, totalUsd, highUsd } of (await answered()).totals) {
    equal(lowUsd, exactSum(lines.map((line) => line.lowUsd)));
    equal(totalUsd, exactSum(lines.map((line) => line.totalUsd)));
    equal(highUsd, exactSum(lines.map((line) => line.highUsd)));
    // No price is the reader's own here, so the whole moves as its parts do.
    ok(Math.abs(lowUsd / totalUsd - 0.8) < 1e-12 && Math.abs(highUsd / totalUsd - 1.25) < 1e-12);
  }
});

test("the range of a part the reader has a quote for is none", async () => {
  const own = { value: 300_000, source: "q", date: "2026-11", provenance: "yours" as const };
  const { totals } = answerCost({
    ...{ design: await readDesign("h100-fat-tree-2to1"), site: await readSite("us-average") },
    ...{ yearCount: 4, utilization: 0.8, asOf: "2026-11-23", rankCount: 256 },
    prices: new Map([["hgx-h100", own]]),
  });
  const nodes = at(at(totals, 0).lines, 0);
  deepEqual([nodes.lowUsd, nodes.highUsd], [nodes.totalUsd, nodes.totalUsd]);
});

test("a page reads back as what it was made from; a page without prices says so", async () => {
  const folder = freshFolder();
  const document = costDocument(await answered(), "2026-11-23", words);
  const path = join(folder, "cost.html");
  writeFileSync(path, await documentPage(document));
  const { answer, words: asked } = await readEmbedded(path);
  deepEqual(answer, JSON.parse(costJson(await answered())));
  deepEqual(asked, words);
  const bare = await documentPage(redacted(document));
  match(bare, /prices redacted/);
  writeFileSync(path, bare);
  equal((await readEmbedded(path)).redacted, true);
  for (const text of ["", "{}", '<script type="application/json" id="fabricast-data">7</script>']) {
    writeFileSync(path, text);
    await rejects(readEmbedded(path), InputError);
  }
});

test("what differs is told with both values, and long lists are cut", () => {
  const made = { fabricast: "1", catalog: "2026" };
  const moved = Array.from({ length: 30 }, (_, i) => ({ pointer: `p${i}`, was: "1", is: "2" }));
  const text = reproducedText({
    ...{ path: "a.html", stored: made, fresh: made },
    found: { equalCount: 3, moved, hidden: ["x"] },
  });
  match(text, /30 values differ, 3 are equal/);
  match(text, /differs: p19: 1 in the report, 2 now\nand 10 more/);
  match(text, /not checked: 1 values/);
});
