/** The main job as a stranger runs it: trains here, answers, writes, and says what is next. */
import { deepEqual, equal, match, notDeepEqual, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import type { CompareResult } from "../../src/records/result.ts";
import type { Measurement } from "../../src/records/trace.ts";
import { fabricast, freshFolder, ROOT } from "../support/cli.ts";

const QUESTION = "scenarios/questions/quickstart.yaml";
const STORED = "test/fixtures/quickstart.measurement.json";

function run(...more: readonly string[]) {
  const out = freshFolder();
  const ran = fabricast(["run", QUESTION, "--out", out, ...more]);
  equal(ran.code, 0, ran.stderr);
  const read = (ending: string): string => readFileSync(join(out, `quickstart.${ending}`), "utf8");
  return { ...ran, read, out };
}

test("trained twice, the losses are the same and the durations are not", () => {
  const measured = [run(), run()].map(
    ({ read }) => JSON.parse(read("measurement.json")) as Measurement,
  );
  const [first, second] = measured;
  ok(first !== undefined && second !== undefined);
  deepEqual(first.losses, second.losses);
  ok((first.losses.at(-1) ?? Infinity) < (first.losses[0] ?? 0));
  const seconds = (one: Measurement): number[] => one.ops.map((op) => op.durationS);
  notDeepEqual(seconds(first), seconds(second));
  ok(seconds(first).every((duration) => duration > 0));
});

test("with a stored measurement the same bytes come out, and the report names it", () => {
  const [first, second] = [run("--measurement", STORED), run("--measurement", STORED)];
  for (const ending of ["html", "csv", "json"]) equal(first.read(ending), second.read(ending));
  ok(first.read("html").includes(STORED));
  const result = JSON.parse(first.read("json")) as CompareResult;
  equal(result.measurementFile, STORED);
});

test("the JSON beside the report has what other programs rely on", () => {
  const result = JSON.parse(run("--measurement", STORED).read("json")) as CompareResult;
  equal(result.schemaVersion, 1);
  match(result.asOf, /^\d{4}-\d\d-\d\d$/);
  ok(result.answer.sentence.length > 0);
  ok(result.assumptions.length > 0);
  for (const assumption of result.assumptions) ok(assumption.source.length > 0, assumption.name);
  const strong = result.rows.filter((row) => row.scaling === "strong");
  equal(strong.length, result.clusters.length * 8);
});

test("the report is one file of at most 400 KB that asks nothing of the network", () => {
  const html = run("--measurement", STORED).read("html");
  ok(Buffer.byteLength(html) <= 400_000, `${Buffer.byteLength(html)} bytes`);
  ok(!/<(?:script|link|iframe|img)\b/.test(html));
  ok(!/(?:src|href)="(?!#)/.test(html));
});

test("the three commands it names next work as printed", () => {
  const { stdout } = run("--measurement", STORED);
  const commands = [...stdout.matchAll(/npx fabricast (.+)$/gm)].map(([, words = ""]) => words);
  equal(commands.length, 3);
  for (const words of commands) {
    const { code, stderr } = fabricast(words.trim().split(/ +/));
    equal(code, 0, `${words}\n${stderr}`);
  }
});

test("the sentence, a table and the waterfall stand on the terminal", () => {
  const { stdout } = run("--measurement", STORED);
  match(stdout, /GPT-1\.3B keeps 90.%/);
  match(stdout, /ideal compute/);
  match(stdout, /exact/);
  ok(!stdout.includes("\u001b"), "no color where nobody asked for it");
});

test("it starts from any folder, and reads what it ships", () => {
  const folder = freshFolder();
  const { code, stderr } = fabricast(["topology", "show", "tpu-v5p", "--ranks", "64"], folder);
  equal(code, 0, stderr);
  ok(ROOT !== folder);
});
