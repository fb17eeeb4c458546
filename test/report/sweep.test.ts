/** The page of a sweep: its figures, its policy, and names from files that stay harmless. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "vitest";
import { present } from "../../src/base/assert.ts";
import type { SweepView } from "../../src/records/sweep.ts";
import { sweepPage } from "../../src/report/html/sweep.ts";
import { SWEEP_SCRIPT } from "../../src/report/html/sweep-script.ts";
import { all, countOf, parseHtml } from "../support/dom.ts";

const HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>";

/** Three points; the second is the cheapest, the first the fastest, the third beaten by both. */
const VIEW: SweepView = {
  question: `Which? ${HOSTILE}`,
  ...{ by: "runUsd", order: "least", against: "days" },
  axes: [
    { name: "accelerator", values: ["h100-sxm", HOSTILE] },
    { name: "tp", values: [1, 2, 4] },
  ],
  numbers: ["runUsd", "days", "mfu", HOSTILE],
  points: [
    { keyIndex: 0, values: ["h100-sxm", 1, 30e6, 20, 0.5, 1], isOnFront: true },
    { keyIndex: 4, values: [HOSTILE, 2, 12.5e6, 60, 0.4, null], isOnFront: true },
    { keyIndex: 5, values: [HOSTILE, 4, 40e6, 61, 0.3, 3], isOnFront: false },
  ],
  pointCount: 6,
  states: [
    { state: "does-not-fit", count: 1 },
    { state: "ok", count: 3 },
  ],
};

const page = (view = VIEW): Promise<string> =>
  sweepPage({
    ...{ view, asOf: "2026-11-23", catalog: "2026-11-23", version: "0.1.0" },
    reproduce: `npx fabricast sweep '${HOSTILE}'`,
  });

test("the finding is the best point in its unit; each input has its price", async () => {
  const text = (await page()).replaceAll("\u00a0", " ");
  match(text, /<h1>Cost of the run: least 12\.50 million USD with .*tp 2; 3 points fit\.<\/h1>/);
  // Held at tp = 1 the best is 30 M USD: 30 / 12.5 − 1 = 140 % more.
  match(text, /tp = 1<\/th>\s*<td[^>]*>30\.00<\/td>\s*<td[^>]*>140\.0 %/);
  match(text, /1 do not fit into memory; 3 fit/);
  equal(countOf(parseHtml(await page()), ".wide circle.d-main"), 2);
});

test("names from a file neither end the data nor become markup", async () => {
  const text = await page();
  equal(countOf(parseHtml(text), "script"), 2);
  equal(countOf(parseHtml(text), "img"), 0);
  const block = present(all(parseHtml(text), "#fabricast-data")[0], "the data");
  const data = JSON.parse(block.textContent ?? "") as {
    numbers: string[];
    rows: unknown[][];
  };
  equal(data.numbers[3], HOSTILE);
  // Shown units: 12.5 million, 40 per cent.
  deepEqual(data.rows[1], [HOSTILE, 2, 12.5, 60, 40, null]);
});

test("the policy lets this one script run, and it is at most 8 KB", async () => {
  const hash = createHash("sha256").update(SWEEP_SCRIPT).digest("base64");
  ok((await page()).includes(`script-src 'sha256-${hash}'`));
  ok(SWEEP_SCRIPT.length <= 8 * 1024);
  ok(!/innerHTML|insertAdjacent|eval|Function\(/.test(SWEEP_SCRIPT));
});

test("a sweep of which nothing fits says so", async () => {
  const none = { ...VIEW, points: [], states: [{ state: "does-not-fit", count: 6 }] };
  match(await page(none), /<h1>No point fits\.<\/h1>/);
});
