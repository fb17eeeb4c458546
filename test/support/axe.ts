/** What keeps people out of a page, by the rules of WCAG 2.2 AA and of good practice. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

/** Runs in the page. */
const RUN = `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa",
  "wcag22aa", "best-practice"] }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
  nodes.map(({ target }) => id + ": " + target.join(" "))))`;

/** Contrast, names, roles, order: each rule that is broken, and where. */
export async function brokenRules(page: Page): Promise<string[]> {
  const path = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  await page.evaluate(readFileSync(path, "utf8"));
  return page.evaluate<string[]>(RUN);
}
