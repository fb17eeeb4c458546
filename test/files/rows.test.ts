import { deepEqual, rejects } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { readRows } from "../../src/files/rows.ts";
import { freshFolder } from "../support/cli.ts";

function file(name: string, text: string): string {
  const path = join(freshFolder(), name);
  writeFileSync(path, text);
  return path;
}

test("rows come from CSV, with or without a heading, and from JSON", async () => {
  deepEqual(await readRows(file("a.csv", "1,2.5\r\n-3,4e-2\n\n")), [
    [1, 2.5],
    [-3, 0.04],
  ]);
  deepEqual(await readRows(file("b.csv", `x, y\n"1", 2\n`)), [[1, 2]]);
  deepEqual(await readRows(file("c.json", "[[1, -2.5], [3, 4]]")), [
    [1, -2.5],
    [3, 4],
  ]);
});

test("what is no number is named with its row", async () => {
  await rejects(readRows(file("a.csv", "1,2\n3,x\n")), /a\.csv:2:1: found "x" in row 2.*not-numb/);
  await rejects(readRows(file("b.csv", "1,\n")), /"" in row 1/);
  await rejects(readRows(file("c.csv", "\n")), /no row/);
  await rejects(readRows(file("d.json", "[[1], 2]")), /found 2 in row 2/);
  await rejects(readRows(file("e.json", `[["1"]]`)), /found "1" in row 1/);
  await rejects(readRows(file("f.json", `{"a": 1}`)), /a group of keys/);
});
