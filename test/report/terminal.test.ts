import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../src/base/assert.ts";
import { render } from "../../src/report/render.ts";
import { displayWidth, layOut, wrap } from "../../src/report/text-table.ts";
import { hostileResult } from "../support/hostile-result.ts";
import { NASTY_NAMES } from "../support/nasty.ts";
import { COLLECTIVE, COMPARE, SIMULATE, SOLVE } from "../support/sample-result.ts";

/** Lines but the commands, which must work as printed and are never cut. */
const bodyOf = (text: string): string[] => text.slice(0, text.indexOf("next:")).split("\n");

test("a comparison fits 80 columns and 40 lines, verdict first, three commands last", async () => {
  const text = await render(COMPARE, "text");
  const lines = text.trimEnd().split("\n");
  ok(lines.length <= 40, `${lines.length} lines`);
  ok(bodyOf(text).every((line) => displayWidth(line) <= 80));
  ok(at(lines, 0).startsWith("▸ answer  Take H100 fat tree 1:1"));
  deepEqual(
    lines.slice(-3).map((line) => line.replace("next:", "").trim()),
    COMPARE.next,
  );
});

test("columns are dropped from the right, and the reader is told", async () => {
  const narrow = await render(COMPARE, "text", { columns: 60 });
  ok(narrow.includes("+2 columns in the report") && !narrow.includes("USD/M samples"));
  ok(bodyOf(narrow).every((line) => displayWidth(line) <= 60));
  const wide = await render(COMPARE, "text", { columns: 100 });
  ok(wide.includes("why not first") && !wide.includes("columns in the report"));
});

test("the parts of the step as printed sum to the printed step", async () => {
  const text = await render(COMPARE, "text");
  const times = [...text.matchAll(/^ {2}(.{22}) *([\d.,]+) ms +([\d.]+) %/gm)];
  const [total, ...parts] = times.toReversed().map((found) => Number(found[2]));
  const sum = parts.reduce((all, part) => all + part, 0);
  equal(Math.round(sum * 100), Math.round((total ?? 0) * 100));
  equal(parts.length, 8);
});

test("the range of the step stands beside it, low before high", async () => {
  const text = await render(COMPARE, "text");
  const [, step, low, high] = /step ([\d.]+) ms +8 in 10: ([\d.]+) – ([\d.]+)/.exec(text) ?? [];
  ok(Number(low) < Number(step) && Number(step) < Number(high));
});

test("color adds escapes and changes no word", async () => {
  const bare = await render(COMPARE, "text", { color: false });
  ok(!bare.includes("\u001b"));
  const colored = await render(COMPARE, "text", { color: true });
  ok(colored.includes("\u001b[1m"));
  // eslint-disable-next-line no-control-regex -- the escapes are the subject here
  equal(colored.replace(/\u001b\[[\d;]*m/g, ""), bare);
});

test("a dumb terminal gets plain ASCII with the same meaning", async () => {
  for (const result of [COMPARE, SIMULATE, SOLVE, COLLECTIVE]) {
    const text = await render(result, "text", { unicode: false });
    ok(/^[\n -~]*$/.test(text), text);
  }
  const text = await render(COMPARE, "text", { unicode: false });
  ok(text.startsWith("> answer") && text.includes("yes 92.4 %") && text.includes("no 89.2 %"));
  ok(/exposed reduce-scatter.*%{1,3}$/m.test(text) && /ideal compute.*#{10}/.test(text));
});

test("no hostile name reaches the terminal with its control characters", async () => {
  for (const name of NASTY_NAMES) {
    const text = await render(hostileResult(name), "text");
    // eslint-disable-next-line no-control-regex -- control characters are the subject here
    ok(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(text), name);
    ok(
      bodyOf(text).every((line) => displayWidth(line) <= 80),
      name,
    );
  }
});

test("collectives print the columns of nccl-tests, readable for its parsers", async () => {
  const lines = (await render(COLLECTIVE, "text")).split("\n");
  const start = lines.findIndex((line) => line.startsWith("#"));
  deepEqual(
    at(lines, start + 1)
      .slice(1)
      .trim()
      .split(/ +/),
    [...["size", "count", "time", "algbw", "busbw", "algorithm", "limit"]],
  );
  deepEqual(
    at(lines, start + 2)
      .slice(1)
      .trim()
      .split(/ +/),
    [...["(B)", "(elements)", "(us)", "(GB/s)", "(GB/s)"]],
  );
  // 126 · (2^30 / 64 / 50e9 + 1e-6) s = 42,404.6 µs; 2^30 / that = 25.32 GB/s; × 126/64 = 49.85.
  deepEqual(
    at(lines, start + 5)
      .trim()
      .split(/ +/)
      .slice(0, 6),
    [...["1073741824", "268435456", "42404.6", "25.32", "49.85", "ring"]],
  );
  ok(at(lines, start + 6).startsWith("# Avg bus bandwidth"));
});

test("solve marks the largest size that holds", async () => {
  const marked = (await render(SOLVE, "text")).split("\n").filter((line) => line.startsWith("▸ "));
  ok(marked[1]?.includes("256"));
});

test("wide letters take two columns, marks none; rows are cut, never wrapped", () => {
  equal(displayWidth("名前"), 4);
  equal(displayWidth("e\u0301"), 1);
  deepEqual(wrap("one two three", 7), ["one two", "three"]);
  const laid = layOut(
    [
      { head: "a", isKept: true, cell: (row: number) => String(row) },
      { head: "bb", cell: () => "x".repeat(10) },
    ],
    [1, 22],
    8,
  );
  deepEqual(laid, { head: "a", rows: ["1", "22"], columnCount: 2, droppedCount: 1 });
});
