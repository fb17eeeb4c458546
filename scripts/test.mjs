/**
 * `npm test`: installs, builds and runs every check, then prints "N passed, N failed".
 * CI=true (or FABRICAST_SLOW=1) also runs the tests marked slow. `npm test -- WORDS` runs
 * only the tests whose file matches, without the other legs.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { bench } from "./bench.mjs";
import { build } from "./build.mjs";
import { check } from "./check.mjs";
import { ensureInstalled, script } from "./setup.mjs";
import { binOf, inRoot, ROOT, run, say } from "./tools.mjs";

const REPORT = ".cache/vitest.json";
const NO_REPORT = `{ "testResults": [] }`;

export const isSlowWanted = () =>
  process.env.FABRICAST_SLOW === "1" || ["true", "1"].includes(process.env.CI ?? "");

async function main() {
  const words = process.argv.slice(2);
  const sums = { passed: 0, failed: 0, skipped: 0 };
  try {
    await ensureInstalled();
    await build();
    if (words.length === 0) count(sums, await check());
    add(sums, await runTests(words));
    if (words.length === 0) count(sums, await bench({ names: [], size: "small", json: false }));
    else say(`Only the tests that match ${words.join(" ")}; no format, lint, types or benches.`);
  } catch (error) {
    say(`✗ ${error instanceof Error ? error.message : String(error)}`);
    sums.failed += 1;
  }
  process.stdout.write(`${summary(sums)}\n`);
  return sums.failed === 0 ? 0 : 1;
}

/** Runs vitest, on this Node or on another one, and says loudly what was left out. */
export async function runTests(words, node = process.execPath) {
  mkdirSync(inRoot(".cache"), { recursive: true });
  rmSync(inRoot(REPORT), { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`];
  const { code } = await run(node, [binOf("vitest"), "run", ...reporters, ...words], {
    env: isSlowWanted() ? { FABRICAST_SLOW: "1" } : {},
  });
  const report = existsSync(inRoot(REPORT)) ? readFileSync(inRoot(REPORT), "utf8") : NO_REPORT;
  const sums = countTests(JSON.parse(report));
  for (const skip of sums.skips) say(`!! SKIPPED ${skip}`);
  // Errors outside any test fail the run without failing a test.
  if (code !== 0 && sums.failed === 0) sums.failed = 1;
  return sums;
}

/** Counts vitest's JSON report; a file that does not even load is one failure. */
export function countTests(report) {
  /** @type {{ passed: number, failed: number, skipped: number, skips: string[] }} */
  const sums = { passed: 0, failed: 0, skipped: 0, skips: [] };
  for (const { name, status, assertionResults } of report.testResults) {
    for (const test of assertionResults) {
      if (test.status === "passed") sums.passed += 1;
      else if (test.status === "failed") sums.failed += 1;
      else {
        sums.skipped += 1;
        sums.skips.push(`${relative(ROOT, name)}: ${test.fullName.trim()}`);
      }
    }
    const hasFailed = assertionResults.some((test) => test.status === "failed");
    if (status === "failed" && !hasFailed) sums.failed += 1;
  }
  return sums;
}

function count(sums, results) {
  for (const { passed } of results) sums[passed ? "passed" : "failed"] += 1;
}

function add(sums, more) {
  for (const key of Object.keys(sums)) sums[key] += more[key];
}

/** The last line of the output; other programs read it. */
export function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

await script(import.meta.url, main);
