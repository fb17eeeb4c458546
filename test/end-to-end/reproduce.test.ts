/** Reports are asked again: the same answer, a changed one, one without prices, none at all. */
import { equal, match } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { fabricast, freshFolder } from "../support/cli.ts";

const ASKED = ["cost", "h100-fat-tree-2to1", "--ranks", "256", "-o", "out"];

test("a report is reproduced; one figure changed in it is found, with both values", () => {
  const folder = freshFolder();
  equal(fabricast(ASKED, folder).code, 0);
  const again = fabricast(["reproduce", "out/cost.html"], folder);
  equal(again.code, 0, again.stderr);
  match(again.stdout, /reproduced, \d+ values equal/);
  const path = join(folder, "out/cost.html");
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace('"capitalUsd":10771520', '"capitalUsd":10771521'));
  const changed = fabricast(["reproduce", "out/cost.html"], folder);
  equal(changed.code, 1);
  match(changed.stdout, /differs: capitalUsd: 10771521 in the report, 10771520 now/);
});

test("a report without prices is checked in what it shows, the rest is told", () => {
  const folder = freshFolder();
  equal(fabricast([...ASKED, "--redact-prices"], folder).code, 0);
  const again = fabricast(["reproduce", "out/cost.html"], folder);
  equal(again.code, 0, again.stdout);
  match(again.stdout, /not checked: \d+ values that are redacted/);
});

test("another file is refused; words that would write or train are not run", () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "other.html"), "<p>no data</p>");
  const none = fabricast(["reproduce", "other.html"], folder);
  equal(none.code, 3);
  match(none.stderr, /\[no-data-inside\]/);
  const data = { fabricast: "0", catalog: "0", words: ["init", "x"], redacted: false, answer: {} };
  const tag = `<script type="application/json" id="fabricast-data">`;
  writeFileSync(join(folder, "evil.html"), `${tag}${JSON.stringify(data)}</script>`);
  const refused = fabricast(["reproduce", "evil.html"], folder);
  equal(refused.code, 5);
  match(refused.stdout, /could not be checked/);
});
