/** The page of a sweep as a reader uses it: filters, sliders and heads, in a browser. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { sweepPage } from "../../src/report/html/sweep.ts";
import { brokenRules } from "../support/axe.ts";
import { chromiumPath, launchBrowser } from "../support/browser.ts";
import { sampleSweep } from "../support/sample-sweep.ts";
import { testIf } from "../support/slow.ts";

const program = chromiumPath();

testIf(
  program !== undefined,
  "no Chromium; set CHROMIUM_PATH or install it: the page is not seen",
  "filters and sliders leave exactly the points they say, and heads sort them",
  async () => {
    const { view, folder } = await sampleSweep();
    const path = join(folder, "results.html");
    const head = { asOf: "2026-11-23", catalog: "2026-11-23", version: "0.1.0" };
    writeFileSync(path, await sweepPage({ view, ...head, reproduce: "npx fabricast sweep" }));
    ok(statSync(path).size <= 600e3, "at most 600 KB");
    const browser = await launchBrowser(program ?? "");
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      const wrong: string[] = [];
      page.on("console", (message) => wrong.push(message.text()));
      page.on("pageerror", (error) => wrong.push(error.message));
      page.on("request", (asked) => {
        if (!asked.url().startsWith("file:")) wrong.push(asked.url());
      });
      await page.goto(pathToFileURL(path).href);
      const left = () => page.locator("#explore p[aria-live]").innerText();
      const shown = view.points.length;
      ok((await left()).startsWith(`${shown} of ${shown} shown points are left`));

      const h100 = view.points.filter(({ values }) => values[0] === "h100-sxm").length;
      await page.getByLabel("h100-sxm").uncheck();
      ok((await left()).startsWith(`${shown - h100} of ${shown}`), await left());
      equal(await page.locator(".wide circle.off").count(), h100);

      await page.getByLabel("h100-sxm").check();
      const most = page.getByLabel("at most").first();
      await most.fill("0"); // of the first figure, its least value: the best point alone
      match(await left(), /^1 of /);
      await most.fill("200");

      await page.locator("#explore th button", { hasText: /^tp$/ }).click();
      await page.locator("#explore th button", { hasText: /^tp$/ }).click();
      equal(await page.locator("#explore tbody tr td:nth-child(2)").first().innerText(), "8");
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        equal(await page.evaluate("document.documentElement.scrollWidth"), width);
      }
      deepEqual(await brokenRules(page), []);
      deepEqual(wrong, []);
    } finally {
      await browser.close();
    }
  },
  300_000,
);
