/** Calculon's files: what is said of wrong ones, all at once and with their place. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { replayModes } from "../../../src/cli/replay-modes.ts";
import { replayCalculon } from "../../../src/answers/replay-calculon.ts";
import {
  readCalculonApplication,
  readCalculonExecution,
  readCalculonSystem,
} from "../../../src/files/formats/calculon.ts";

const HERE = "scenarios/neighbors/calculon";
const folder = mkdtempSync(join(tmpdir(), "calculon-"));

/** A shipped file with some words replaced. */
function changed(name: string, ...changes: readonly (readonly [string, string])[]): string {
  const text = changes.reduce(
    (now, [from, to]) => now.replace(from, to),
    readFileSync(`${HERE}/${name}`, "utf8"),
  );
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function issuesOf(reading: Promise<unknown>) {
  try {
    await reading;
  } catch (error) {
    if (error instanceof InputError) return error.issues.map(({ code, line }) => `${code} ${line}`);
    throw error;
  }
  return [];
}

test("the shipped step takes 18.03 s, where 18.13 were measured", async () => {
  const told = await replayModes["calculon"]?.(`${HERE}/gpt3-175B.json`, {
    execution: `${HERE}/t8-p8-full.json`,
    system: `${HERE}/a100-80g.json`,
  });
  match(told?.words.join("\n") ?? "", /by Calculon's equations[^]*in all: 18\.029\ss/);
});

test("a system counts GB of 10^9, memory of 2^30, staircases in Gflop and MB", async () => {
  const { matrix, memories, networks } = await readCalculonSystem(`${HERE}/a100-80g.json`);
  const float16 = matrix.get("float16");
  deepEqual([float16?.peakFlopPerS, float16?.curve[0]], [312e12, [128e9, 0.95]]);
  deepEqual([memories[0].capacityBytes, memories[0].peakBytesPerS], [80 * 2 ** 30, 2048e9]);
  deepEqual([networks[1]?.peakBytesPerS, networks[1]?.ops.p2p], [25e9, [1, 0]]);
});

test("missing, unknown and impossible keys are told at once, each at its line", async () => {
  const wrong = changed(
    "t8-p8-full.json",
    ['"tensor_par": 8', '"tensor_par": "eight"'],
    ['"training": true', '"trainig": true'],
    ['"full"', '"some"'],
  );
  deepEqual((await issuesOf(readCalculonExecution(wrong))).sort(), [
    "missing-key 1",
    "unknown-key 24",
    "wrong-type 14",
    "wrong-type 3",
  ]);
  const uneven = changed("t8-p8-full.json", ['"num_procs": 64', '"num_procs": 60']);
  deepEqual(await issuesOf(readCalculonExecution(uneven)), ["wrong-type 2"]);
});

test("a staircase that climbs and a collective without offset are refused", async () => {
  const climbing = changed("a100-80g.json", ["[128, 0.95]", "[8, 0.95]"]);
  equal((await issuesOf(readCalculonSystem(climbing))).length, 1);
  const bare = changed("a100-80g.json", ['"all_reduce": [2, -1]', '"all_reduce": [2, null]']);
  equal((await issuesOf(readCalculonSystem(bare))).length, 1);
  const list = join(folder, "list.json");
  writeFileSync(list, "[1, 2]");
  await rejects(readCalculonApplication(list), /a list of 2/);
});

test("parts of a batch that take no time are not listed", async () => {
  const { words } = replayCalculon(
    await readCalculonApplication(`${HERE}/gpt3-175B.json`),
    await readCalculonExecution(`${HERE}/t8-p8-full.json`),
    await readCalculonSystem(`${HERE}/a100-80g.json`),
  );
  equal(words.filter((line) => /offloading|data parallelism/.test(line)).length, 0);
});

test("a mode without its files says which flag is missing", async () => {
  await rejects(replayModes["calculon"]?.("a.json", {}) ?? Promise.resolve(), /--execution/);
});
