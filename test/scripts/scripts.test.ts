/** The programs behind `npm start` and `npm test`: what they count and when they do nothing. */
import { deepEqual, equal, match } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "vitest";
import type { BenchRow } from "../../bench/harness.ts";
import { ROOT } from "../support/cli.ts";

type Packages = Readonly<Record<string, { version?: string; optional?: boolean }>>;
type Sums = { passed: number; failed: number; skipped: number };

/** The scripts are plain JavaScript, without types of their own. */
const scriptOf = (name: string): Promise<unknown> =>
  import(pathToFileURL(join(ROOT, "scripts", name)).href);

const { covers } = (await scriptOf("setup.mjs")) as {
  covers: (there: Packages, wanted: Packages) => boolean;
};
const { countTests, summary } = (await scriptOf("test.mjs")) as {
  countTests: (report: unknown) => Sums & { skips: string[] };
  summary: (sums: Sums) => string;
};
const { isWithin } = (await scriptOf("bench.mjs")) as { isWithin: (row: BenchRow) => boolean };

const ran = (...words: string[]) =>
  spawnSync(process.execPath, words, { cwd: ROOT, encoding: "utf8" });

test("packages are installed when every version is there; other systems' may be absent", () => {
  const wanted = { "": {}, a: { version: "1.0.0" }, b: { version: "2.0.0", optional: true } };
  equal(covers({ a: { version: "1.0.0" } }, wanted), true);
  equal(covers({ a: { version: "1.0.0" }, b: { version: "2.0.0" } }, wanted), true);
  equal(covers({ a: { version: "1.0.1" } }, wanted), false);
  equal(covers({ a: { version: "1.0.0" }, b: { version: "1.0.0" } }, wanted), false);
  equal(covers({}, wanted), false);
});

test("a test file that does not load counts as one failure", () => {
  const assertion = (status: string, fullName: string) => ({ status, fullName });
  const report = {
    testResults: [
      { name: join(ROOT, "test/broken.test.ts"), status: "failed", assertionResults: [] },
      {
        name: join(ROOT, "test/mixed.test.ts"),
        status: "failed",
        assertionResults: [
          assertion("passed", "one"),
          assertion("failed", "two"),
          assertion("skipped", " three [slow]"),
        ],
      },
    ],
  };
  deepEqual(countTests(report), {
    passed: 1,
    failed: 2,
    skipped: 1,
    skips: ["test/mixed.test.ts: three [slow]"],
  });
});

test("the last line says how many passed, failed and, if any, were skipped", () => {
  equal(summary({ passed: 3, failed: 0, skipped: 0 }), "3 passed, 0 failed");
  equal(summary({ passed: 3, failed: 1, skipped: 2 }), "3 passed, 1 failed, 2 skipped");
});

test("a bound is a ceiling for times and sizes and a floor for rates and shares", () => {
  const row = (value: number, unit: string, bound: number | null) =>
    isWithin({ case: "", threads: 1, value, unit, bound });
  deepEqual([row(1, "s", 2), row(2, "s", 1), row(9, "s", null)], [true, false, true]);
  deepEqual([row(0.7, "of peak", 0.6), row(0.5, "of peak", 0.6)], [true, false]);
});

test("a second build touches nothing and says nothing", () => {
  equal(ran("scripts/build.mjs").status, 0);
  const before = statSync(join(ROOT, "dist/main.js")).mtimeMs;
  const { status, stdout, stderr } = ran("scripts/build.mjs");
  deepEqual([status, stdout], [0, ""]);
  equal(statSync(join(ROOT, "dist/main.js")).mtimeMs, before);
  // Without a compiler it says so each time, and nothing else.
  match(stderr, /^(native backend: .*\n)?$/);
});

test("bench --json prints one JSON document and nothing else", () => {
  const { status, stdout } = ran("scripts/bench.mjs", "startup", "--small", "--json");
  equal(status, 0);
  const { name, rows } = JSON.parse(stdout) as { name: string; rows: BenchRow[] };
  equal(name, "startup");
  for (const row of rows) {
    deepEqual(Object.keys(row), ["case", "threads", "value", "unit", "bound"]);
  }
});

test("an unknown bench or flag is refused by name", () => {
  const { status, stdout, stderr } = ran("scripts/bench.mjs", "no-such-bench");
  deepEqual([status, stdout], [1, ""]);
  match(stderr, /unknown bench no-such-bench; there are: .*startup/);
  match(ran("scripts/bench.mjs", "--jsonn").stderr, /unknown flag --jsonn/);
});
