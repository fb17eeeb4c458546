/** `traffic` through the real command: its rows, its files, and what it refuses. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { fabricast, freshFolder } from "../support/cli.ts";

interface Row {
  readonly id: string;
  readonly finishS: number;
}

const HEAD = "id,source,target,sizeBytes,startS,after\n";

function table(rows: string): string {
  const path = join(freshFolder(), "messages.csv");
  writeFileSync(path, HEAD + rows);
  return path;
}

test("messages of a file arrive when paper says, in the order of the file", () => {
  const file = table("a,0,1,1000000,0,\nb,2,1,1000000,0,\nc,1,3,500000,0.00001,a;b\n");
  const words = ["traffic", file, "--cluster", "bare-switch-64", "--json"];
  const { code, stdout, stderr } = fabricast(words);
  equal(code, 0, stderr);
  const { rows } = JSON.parse(stdout) as { rows: Row[] };
  deepEqual(
    rows.map(({ id }) => id),
    ["a", "b", "c"],
  );
  // Two share the way to rank 1: 1 µs + 2 MB / 50 GB/s; c follows, alone.
  const expected = [41e-6, 41e-6, 52e-6];
  for (const [i, row] of rows.entries()) {
    ok(Math.abs(row.finishS / (expected[i] ?? 0) - 1) < 1e-9, `${row.id} at ${row.finishS}`);
  }
});

test("an incast of N over one port takes a + N·S/B; every flow goes to a file", () => {
  const events = join(freshFolder(), "flows.csv");
  const { code, stdout, stderr } = fabricast([
    ...["traffic", "--generate", "incast:16", "--size", "1M", "--cluster", "bare-switch-64"],
    ...["--events", events, "--json"],
  ]);
  equal(code, 0, stderr);
  const { rows } = JSON.parse(stdout) as { rows: Row[] };
  for (const { finishS } of rows) {
    ok(Math.abs(finishS / (1e-6 + (16 * 2 ** 20) / 50e9) - 1) < 1e-9);
  }
  equal(readFileSync(events, "utf8").trim().split("\n").length, 17);
});

test("a circle, zero bytes, a rank too many and a strange routing are refused with exit 3", () => {
  for (const [rows, more, words] of [
    ["a,0,1,1,0,b\nb,1,2,1,0,a\n", [], /:2:\d+: .*a after b after a/],
    ["a,0,1,0,0,\n", [], /:2:7: found a message of zero bytes/],
    ["a,0,64,1,0,\n", [], /:2:5: .*rank from 0 to 63/],
    ["a,0,1,1,0,\n", ["--routing", "dimension-order"], /unsupported-routing/],
    ["a,0,1,1,0,\n", ["--job", "all-reduce ranks=65"], /at most 64 ranks/],
  ] as const) {
    const { code, stderr } = fabricast([
      ...["traffic", table(rows), "--cluster", "bare-switch-64", ...more],
    ]);
    equal(code, 3, stderr);
    ok(words.test(stderr), stderr);
  }
});
