/** Placement files: every place once. */
import { deepEqual } from "node:assert/strict";
import { test } from "vitest";
import { readPlacement } from "../../src/files/placement.ts";
import { codesFrom, written } from "./support.ts";

test("places are read in any layout", async () => {
  const path = written("order.txt", "2, 0\n3\n\n1;");
  deepEqual(await readPlacement(path, 4), { kind: "given", name: path, order: [2, 0, 3, 1] });
});

test("what is no permutation of the ranks is refused", async () => {
  for (const [text, code] of [
    ["0 1 2", "out-of-range"],
    ["0 1 2 4", "out-of-range"],
    ["0 1 x 2", "out-of-range"],
    ["0 1 -2 3", "out-of-range"],
    ["0 1 1 2", "repeated-value"],
  ] as const) {
    deepEqual(await codesFrom(readPlacement(written("order.txt", text), 4)), [code]);
  }
});
