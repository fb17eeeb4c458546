/** The report as a reader sees it: in a browser, wide and on a phone, light and dark. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { deepEqual, equal, ok } from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { present } from "../../src/base/assert.ts";
import { documentPage } from "../../src/report/html/document.ts";
import { planDocument } from "../../src/report/plan-document.ts";
import { redacted } from "../../src/report/redact.ts";
import { render } from "../../src/report/render.ts";
import { brokenRules } from "../support/axe.ts";
import { chromiumPath, launchBrowser } from "../support/browser.ts";
import { hostileResult } from "../support/hostile-result.ts";
import { COLLECTIVE, COMPARE, SIMULATE, SOLVE } from "../support/sample-result.ts";
import { PLAN_WORDS, samplePlan } from "../support/sample-plan.ts";
import { testIf } from "../support/slow.ts";

const program = chromiumPath();
const isThere = program !== undefined;
const OTHERWISE = "no Chromium; set CHROMIUM_PATH or install it: the report is not seen";

/** Runs in the page: texts of shown drawings that run into each other or leave the drawing. */
const TEXT_CHECK = `(() => {
  const bad = [];
  for (const svg of document.querySelectorAll("svg.chart")) {
    const frame = svg.getBoundingClientRect();
    if (frame.width === 0) continue;
    const boxes = [...svg.querySelectorAll("text")].map((one) => ({
      text: one.textContent, box: one.getBoundingClientRect() }));
    boxes.forEach(({ text, box }, index) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1) bad.push("outside: " + text);
      if (box.top < frame.top - 2 || box.bottom > frame.bottom + 2) bad.push("outside: " + text);
      for (const other of boxes.slice(index + 1)) {
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        if (across > 1 && down > 3.5) bad.push(text + " on " + other.text);
      }
    });
  }
  return bad;
})()`;

const SCROLL_CHECK = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]";

/** Pages of large models and of a service, as they are shipped. */
const COMMITTED = [
  "llama-3-70b-on-512-h100",
  "mixtral-8x7b-on-256-h100",
  "llama-3-8b-on-256-tpu-v5p",
  "llama-3-70b-for-1000-users",
  "llama-3-70b-in-60-days",
  "own-or-rent-256-h100",
];

let browser: Browser | undefined;
let folder = "";

beforeAll(async () => {
  if (program === undefined) return;
  browser = await launchBrowser(program);
  folder = mkdtempSync(join(tmpdir(), "fabricast-report-"));
  for (const result of [COMPARE, SIMULATE, SOLVE, COLLECTIVE]) {
    writeFileSync(join(folder, `${result.kind}.html`), await render(result, "html"));
  }
  for (const name of COMMITTED) {
    copyFileSync(`reports/${name}.html`, join(folder, `${name}.html`));
  }
  const plan = planDocument(await samplePlan(), PLAN_WORDS);
  writeFileSync(join(folder, "plan.html"), await documentPage(plan));
  writeFileSync(join(folder, "redacted.html"), await documentPage(redacted(plan)));
  const hostile = hostileResult('"><img src=x onerror=alert(1)><script>alert(2)</script>');
  writeFileSync(join(folder, "hostile.html"), await render(hostile, "html"));
});

afterAll(async () => {
  await browser?.close();
  if (folder !== "") rmSync(folder, { recursive: true, force: true });
});

/** Opens a page and gives what went wrong and what was asked for besides it. */
async function open(
  name: string,
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await present(browser, "the browser").newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => complaints.push(`dialog ${dialog.message()}`));
  page.on("request", (request) => requests.push(request.url()));
  const url = pathToFileURL(join(folder, `${name}.html`)).href;
  await page.goto(url);
  await look(page);
  await context.close();
  deepEqual(complaints, []);
  deepEqual(requests, [url]);
}

const ALL = [
  "compare",
  "simulate",
  "solve",
  "collective",
  "hostile",
  "plan",
  "redacted",
  ...COMMITTED,
];

const LOOKS = [
  { width: 1280, colorScheme: "light", names: ALL },
  { width: 360, colorScheme: "light", names: ALL },
  { width: 1280, colorScheme: "dark", names: ["compare"] },
  { width: 360, colorScheme: "dark", names: ["compare"] },
  { width: 1000, colorScheme: "light", names: ["compare", "hostile"] },
  { width: 700, colorScheme: "light", names: ["compare", "hostile"] },
] as const;

for (const { width, colorScheme, names } of LOOKS) {
  const name = `${width} px wide, ${colorScheme}: no text overlaps, nothing scrolls sideways`;
  testIf(isThere, OTHERWISE, name, async () => {
    for (const file of names) {
      await open(file, { viewport: { width, height: 900 }, colorScheme }, async (page) => {
        deepEqual(await page.evaluate(TEXT_CHECK), [], file);
        const [scrolled, shown] = await page.evaluate<[number, number]>(SCROLL_CHECK);
        ok(scrolled <= shown, `${file}: ${scrolled} px in ${shown}`);
      });
    }
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  const name = `${colorScheme}: contrast, names, roles and order pass the rules of WCAG 2.2 AA`;
  const look = async () => {
    // One page of each kind, wide in the light, where all of it is shown; one in the other ways.
    const left = ["llama-3-70b-on-512-h100", "llama-3-8b-on-256-tpu-v5p", "own-or-rent-256-h100"];
    const looks = ALL.filter((file) => !left.includes(file)).flatMap((file) => {
      const widths = file === "compare" ? [1280, 360] : colorScheme === "light" ? [1280] : [];
      return widths.map((width) => ({ file, width }));
    });
    for (const { file, width } of looks) {
      const options = { viewport: { width, height: 900 }, colorScheme } as const;
      await open(file, options, async (page) => {
        deepEqual(await brokenRules(page), [], `${file}, ${width} px`);
      });
    }
  };
  testIf(isThere, OTHERWISE, name, look, 300_000);
}

testIf(isThere, OTHERWISE, "each chart shows exactly one of its two drawings", async () => {
  for (const width of [1280, 360]) {
    await open("compare", { viewport: { width, height: 900 } }, async (page) => {
      const counts = await page.evaluate<number[]>(
        `[...document.querySelectorAll(".figure")].map((figure) =>
          [...figure.querySelectorAll("svg")].filter((svg) => svg.checkVisibility()).length)`,
      );
      ok(counts.length > 0 && counts.every((count) => count === 1), counts.join());
    });
  }
});

testIf(
  isThere,
  OTHERWISE,
  "a click on a head sorts the rows of a plan, the sum stays last",
  async () => {
    await open("plan", { viewport: { width: 1280, height: 900 } }, async (page) => {
      const column = `[...document.querySelectorAll("#s1 tbody tr")].map((row) =>
      parseFloat(row.cells[1].textContent.replace(",", "")))`;
      const before = await page.evaluate<number[]>(column);
      await page.locator("#s1 th button").nth(1).click();
      deepEqual(
        await page.evaluate<number[]>(column),
        before.toSorted((a, b) => a - b),
      );
      await page.locator("#s5 th button").first().click();
      equal(
        await page.evaluate<string>(`document.querySelector("#s5 tbody tr:last-child").className`),
        "sum",
      );
    });
  },
);

testIf(isThere, OTHERWISE, "dark mode really is dark, and text on it light", async () => {
  const options = { viewport: { width: 1280, height: 900 }, colorScheme: "dark" } as const;
  await open("compare", options, async (page) => {
    const style = (name: string) =>
      page.evaluate<string>(`getComputedStyle(document.body).${name}`);
    equal(await style("backgroundColor"), "rgb(17, 20, 24)");
    equal(await style("color"), "rgb(233, 235, 238)");
  });
});

testIf(
  isThere,
  OTHERWISE,
  "without JavaScript the answer, the tables and the values are there",
  async () => {
    const options = { viewport: { width: 1280, height: 900 }, javaScriptEnabled: false };
    await open("compare", options, async (page) => {
      ok(await page.getByRole("heading", { level: 1 }).isVisible());
      ok((await page.locator("table:visible").count()) >= 8);
      await page.locator("summary").first().click();
      ok(await page.locator("details table").first().isVisible());
    });
  },
);

testIf(
  isThere,
  OTHERWISE,
  "on paper the narrow drawings show and nothing waits to be opened",
  async () => {
    await open("compare", { viewport: { width: 1280, height: 900 } }, async (page) => {
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      equal(await page.locator(".wide:visible").count(), 0);
      equal(await page.locator("summary:visible").count(), 0);
      // Paper is white whatever the screen is.
      const background = "getComputedStyle(document.body).backgroundColor";
      equal(await page.evaluate<string>(background), "rgb(255, 255, 255)");
    });
  },
);

testIf(isThere, OTHERWISE, "a plan to sign is printed on four pages, A4 or Letter", async () => {
  await open("llama-3-70b-in-60-days", { viewport: { width: 1280, height: 900 } }, async (page) => {
    for (const format of ["A4", "Letter"]) {
      const printed = (await page.pdf({ format })).toString("latin1");
      const pages = printed.match(/\/Type\s*\/Page(?!s)/g) ?? [];
      ok(pages.length > 1 && pages.length <= 4, `${format}: ${pages.length} pages`);
    }
  });
});
