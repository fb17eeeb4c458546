import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { safe } from "../../src/report/markdown.ts";
import { render } from "../../src/report/render.ts";
import { hostileResult } from "../support/hostile-result.ts";
import { NASTY_NAMES } from "../support/nasty.ts";
import { COLLECTIVE, COMPARE, SIMULATE, SOLVE } from "../support/sample-result.ts";

test("a comparison has answer, options, step, sensitivities, cost and commands", async () => {
  const text = await render(COMPARE, "md");
  for (const head of [
    "# Take",
    "## Options",
    "## Where the step goes",
    "## What moves",
    "## Rent",
  ]) {
    ok(text.includes(`\n${head}`) || text.startsWith(head), head);
  }
  ok(/\| 8 in 10 +\| +[\d.]+ – [\d.]+ \|/.test(text), "the range of the step");
  for (const command of COMPARE.next) ok(text.includes(`\n    ${command}`));
});

test("every row of a table has as many cells as its head", async () => {
  for (const result of [COMPARE, SIMULATE, SOLVE, COLLECTIVE, ...NASTY_NAMES.map(hostileResult)]) {
    let cells = 0;
    for (const line of (await render(result, "md")).split("\n")) {
      const count = line.startsWith("|") ? line.replace(/\\./g, "").split("|").length : 0;
      if (cells > 0 && count > 0) equal(count, cells, line);
      cells = count;
    }
  }
});

test("outside text has no power in Markdown", () => {
  equal(safe("a|b <script> `x` [y](z)"), "a\\|b &lt;script&gt; \\`x\\` \\[y\\](z)");
});
