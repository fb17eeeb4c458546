/** Runs of serving and overlays of them: read as they are, anything else refused at its place. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { readServingOverlay, readServingRuns } from "../../src/files/serving-overlay.ts";
import { scratch } from "./support.ts";

function written(content: unknown): string {
  const path = join(scratch(), "a.json");
  writeFileSync(path, JSON.stringify(content));
  return path;
}

test("what calibrate wrote is read, and no other file", async () => {
  const kind = "fabricast serving calibration";
  const good = { kind, constants: { memoryShare: 1.01 }, runs: 2, parts: ["h100-sxm"] };
  equal((await readServingOverlay(written(good))).runs, 2);
  await rejects(readServingOverlay(written({ ...good, kind: "other" })), /unknown-kind/);
  const odd = { ...good, constants: { memoryShare: "a" } };
  await rejects(readServingOverlay(written(odd)), /1:\d+.*out-of-range/s);
});

test("one run alone, a list and a group of runs are the same", async () => {
  const run = { model: "Llama-2-7b", gpu: "H100", gpus: 1, isl: 128, osl: 128, batch: 4 };
  const cells = { ...run, gpus: "1", isl: "128", osl: "128", batch: "4" };
  for (const content of [run, [run], { runs: [run] }]) {
    deepEqual(await readServingRuns(written(content)), [cells]);
  }
});

test("runs that do not say their lengths, and files without any, are refused", async () => {
  await rejects(readServingRuns(written([{ gpu: "H100" }])), /missing-key/);
  await rejects(readServingRuns(written([])), /wrong-type/);
});
