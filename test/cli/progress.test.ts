/** Words about progress: by a clock of the test's own, so that nothing waits. */
import { deepEqual } from "node:assert/strict";
import { test } from "vitest";
import { progressTeller } from "../../src/cli/progress.ts";

function told(steps: readonly (readonly [atS: number, done: number])[], all = 1000): string[] {
  const lines: string[] = [];
  let nowS = 100;
  const teller = progressTeller(
    () => nowS,
    (line) => lines.push(line.replaceAll("\u00a0", " ")),
  );
  for (const [atS, done] of steps) {
    nowS = 100 + atS;
    teller(done, all);
  }
  return lines;
}

test("a line a second, with the rate so far and the time left at that rate", () => {
  // 200 in 2 s are 100 a second: 800 left take 8 s. Half a second later there is no line yet.
  deepEqual(
    told([
      [0.5, 50],
      [2, 200],
      [2.5, 240],
      [4, 800],
    ]),
    [
      "20 % of 1,000 events, 100 events/s, 8.00 s left",
      "80 % of 1,000 events, 200 events/s, 1.00 s left",
    ],
  );
});

test("a short run says nothing, and neither does the end", () => {
  deepEqual(
    told([
      [0.2, 500],
      [0.9, 1000],
    ]),
    [],
  );
  deepEqual(told([[5, 1000]]), []);
});

test("the next run begins anew", () => {
  deepEqual(
    told([
      [3, 900],
      [4, 10],
      [6, 110],
    ]),
    [
      "90 % of 1,000 events, 300 events/s, 333 ms left",
      "11 % of 1,000 events, 55 events/s, 16.2 s left",
    ],
  );
});
