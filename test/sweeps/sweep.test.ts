/** Sweeps: points, filters, the store, resuming, shards, locks, wrong files. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";
import { InputError, MachineError, PartialError } from "../../src/base/errors.ts";
import { readSweepFile } from "../../src/cli/sweeping.ts";
import { readSweep } from "../../src/files/sweep.ts";
import type { Sweep } from "../../src/records/sweep.ts";
import { batchEvaluator, formulaNames } from "../../src/sweeps/evaluate.ts";
import { lockFolder } from "../../src/sweeps/lock.ts";
import { machineError } from "../../src/sweeps/machine.ts";
import { mergeShards } from "../../src/sweeps/merge.ts";
import { batchCount, batchesOf, placesOf, pointCount, WHOLE } from "../../src/sweeps/points.ts";
import { refine } from "../../src/sweeps/refine.ts";
import { runSweep } from "../../src/sweeps/run.ts";
import type { SweepRun } from "../../src/sweeps/run.ts";
import { mergeScriptOf, scriptOf, writeArrayJob } from "../../src/sweeps/slurm.ts";
import { Store } from "../../src/sweeps/store.ts";

const folderOf = (): string => mkdtempSync(join(tmpdir(), "fabricast-sweep-"));

/** 2 · 4 · 4 · 3 · 3 · 2 · 32 = 18,432 points: five batches. */
const TEXT = `question: sweep
model: llama-3-70b
tokens: 15T
axes:
  accelerator: [h100-sxm, b200-sxm]
  tp: [1, 2, 4, 8]
  pp: [1, 2, 4, 8]
  microBatch: [1, 2, 4]
  recompute: [selective, per-op, full]
  sharding: [optimizer, fsdp]
ranges:
  batch: {from: 1024, to: 32768, step: 1024}
where: [tp * pp <= 32, memoryShare <= 0.92]
derive: [{name: usdPerDay, formula: runUsd / days}]
refine: {by: runUsd, top: 3, verify: 1}
`;

function fileOf(text: string): string {
  const path = join(folderOf(), "sweep.yaml");
  writeFileSync(path, text);
  return path;
}

const sweepOf = (text = TEXT): Promise<Sweep> => readSweepFile(fileOf(text));

const runOf = (sweep: Sweep, folder: string, more: Partial<SweepRun> = {}): SweepRun => ({
  ...{ sweep, folder, workers: 1, shard: WHOLE, resume: false, force: false },
  ...{ onProgress: () => undefined, say: () => undefined, isStopped: () => false },
  ...more,
});

const FILES = ["results.csv", "results.json", "results.parquet", "refined.json"];
const contents = (folder: string) => FILES.map((name) => readFileSync(join(folder, name)));

async function codesOf(work: () => Promise<unknown>): Promise<string[]> {
  try {
    await work();
  } catch (error) {
    if (error instanceof InputError) return error.issues.map(({ code }) => code);
    throw error;
  }
  return [];
}

/** Ranges stand behind the axes, each in the order of the schema. */
test("keys turn the last axis fastest, and shards share the batches", async () => {
  const { axes } = await sweepOf();
  equal(pointCount(axes), 18_432);
  equal(batchCount(axes), 5);
  deepEqual(placesOf(0, axes, []), [0, 0, 0, 0, 0, 0, 0]);
  deepEqual(placesOf(33, axes, []), [0, 0, 0, 0, 0, 1, 1]);
  deepEqual(placesOf(18_431, axes, []), [1, 3, 3, 2, 2, 1, 31]);
  deepEqual(batchesOf(5, { index: 1, shardCount: 2 }), [1, 3]);
});

test("filters leave out what fails them, and formulas are of one's own columns", async () => {
  const sweep = await sweepOf();
  const evaluate = batchEvaluator(sweep);
  const names = formulaNames(sweep);
  equal(names[0], "tp");
  let kept = 0;
  for (let batch = 0; batch < 5; batch++) {
    const { keys, numbers } = evaluate(batch);
    kept += keys.length;
    for (let i = 0; i < keys.length; i++) {
      const [days, runUsd, derived] = [8, 9, 10].map((column) => numbers[column]?.[i] ?? 0);
      ok((numbers[5]?.[i] ?? 1) <= 0.92);
      ok(Math.abs((runUsd ?? 0) / (days ?? 1) / (derived ?? 1) - 1) < 1e-12);
    }
  }
  ok(kept > 500 && kept < 18_432);
});

test("a point does not depend on those evaluated before it, whatever the axes", async () => {
  const every = `question: sweep
model: mixtral-8x7b
tokens: 1T
axes:
  accelerator: [h100-sxm, b200-sxm]
  accelerators: [64, 128]
  tp: [1, 2]
  pp: [1, 2]
  microBatch: [1, 2]
  batch: [256, 512]
  sequence: [2048, 4096, 8192]
  recompute: [selective, full]
  sharding: [optimizer, fsdp]
  precision: [bf16, fp8]
  oversubscription: [1, 2]
  nic: [400 Gb/s, 200 Gb/s]
`;
  const sweep = await sweepOf(every);
  const batches = Array.from({ length: batchCount(sweep.axes) }, (_, i) => i);
  equal(batches.length, 2);
  const upwards = batchEvaluator(sweep);
  const downwards = batchEvaluator(sweep);
  const forth = batches.map((batch) => upwards(batch));
  const back = batches.toReversed().map((batch) => downwards(batch));
  deepEqual(back.toReversed(), forth);
});

test("one worker, one resumed half way and shards give the same bytes", async () => {
  const sweep = await sweepOf();
  const [whole, halted, first, second, merged] = [1, 2, 3, 4, 5].map(folderOf) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const summary = await runSweep(runOf(sweep, whole));
  equal(summary.evaluatedBatches, 5);
  let commits = 0;
  const stopping = { isStopped: () => commits >= 2, onProgress: () => void commits++ };
  await rejects(runSweep(runOf(sweep, halted, stopping)), PartialError);
  equal(existsSync(join(halted, "results.csv")), false);
  const resumed = await runSweep(runOf(sweep, halted, { resume: true }));
  deepEqual([resumed.batches, resumed.evaluatedBatches], [5, 3]);
  deepEqual(contents(halted), contents(whole));
  await runSweep(runOf(sweep, first, { shard: { index: 0, shardCount: 2 } }));
  await runSweep(runOf(sweep, second, { shard: { index: 1, shardCount: 2 } }));
  await mergeShards({ sweep, folders: [first, second], folder: merged });
  deepEqual(contents(merged), contents(whole));
  deepEqual(await codesOf(() => mergeShards({ sweep, folders: [first], folder: folderOf() })), [
    "incomplete-sweep",
  ]);
  ok(
    (
      await codesOf(() => mergeShards({ sweep, folders: [first, first], folder: folderOf() }))
    ).includes("repeated-value"),
  );
});

test("keys in the results are each there once, sorted, and the best is refined", async () => {
  const [sweep, folder] = [await sweepOf(), folderOf()];
  await runSweep(runOf(sweep, folder));
  const lines = readFileSync(join(folder, "results.csv"), "utf8").trim().split("\n").slice(1);
  const keys = lines.map((line) => Number(line.split(",")[0]));
  ok(keys.every((key, i) => i === 0 || key > (keys[i - 1] ?? 0)));
  const { points } = JSON.parse(readFileSync(join(folder, "refined.json"), "utf8")) as {
    points: { runUsd: number; days: { p50: number; p90: number }; flow?: unknown }[];
  };
  equal(points.length, 3);
  ok(points.every(({ days }) => days.p50 < days.p90));
  ok(points[0]?.flow !== undefined && points[1]?.flow === undefined);
  const header = readFileSync(join(folder, "results.csv"), "utf8").split("\n")[0] ?? "";
  const column = header.split(",").indexOf("runUsd");
  const least = Math.min(...lines.map((line) => Number(line.split(",")[column])));
  equal(points[0]?.runUsd, least);
});

test("results are never overwritten unasked, nor mixed with those of another sweep", async () => {
  const [sweep, folder] = [await sweepOf(), folderOf()];
  await runSweep(runOf(sweep, folder));
  deepEqual(await codesOf(() => runSweep(runOf(sweep, folder))), ["exists"]);
  const other = await sweepOf(TEXT.replace("15T", "14T"));
  const again = runOf(other, folder, { resume: true });
  deepEqual(await codesOf(() => runSweep(again)), ["other-sweep"]);
  await runSweep(runOf(other, folder, { force: true }));
});

test("a damaged results file is refused, not read", async () => {
  const [sweep, folder] = [await sweepOf(), folderOf()];
  writeFileSync(join(folder, "results.duckdb"), "no database at all\n");
  const run = runOf(sweep, folder, { resume: true });
  deepEqual(await codesOf(() => runSweep(run)), ["corrupt-results"]);
});

test("a second sweep on one folder is told who holds it; a stale lock is taken over", async () => {
  const folder = folderOf();
  const lock = await lockFolder(folder);
  await rejects(lockFolder(folder), new RegExp(`held by process ${process.pid} on`));
  await lock.release();
  // No process has this number: Linux counts to 2^22 at most.
  const gone = JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), started: "1" });
  for (const text of [gone, "", "{"]) {
    writeFileSync(join(folder, "sweep.lock"), text);
    const taken = await lockFolder(folder);
    equal(taken.wasStale, true);
    await taken.release();
  }
  // The number is in use, by a process that started at another time.
  const reused = JSON.stringify({ pid: process.pid, host: hostname(), started: "1" });
  writeFileSync(join(folder, "sweep.lock"), reused);
  equal((await lockFolder(folder)).wasStale, process.platform === "linux");
});

test("a full disk is the machine's fault, other errors are not made to look like it", () => {
  ok(machineError(new Error("IO Error: No space left on device"), "x") instanceof MachineError);
  ok(machineError(new Error("EACCES: permission denied"), "x") instanceof MachineError);
  ok(!(machineError(new Error("Constraint violated"), "x") instanceof MachineError));
});

test("everything wrong with a file is said at once, each at its line", async () => {
  const wrong = TEXT.replace("h100-sxm", "h100-sx")
    .replace("runUsd / days", "runUsd / (dayz")
    .replace("by: runUsd", "by: usd")
    .replace("model: llama-3-70b", "model: llama-3-71b");
  deepEqual((await codesOf(() => sweepOf(wrong))).sort(), [
    "unknown-part",
    "unknown-part",
    "unknown-part",
    "wrong-expression",
  ]);
  deepEqual(await codesOf(() => sweepOf(TEXT.replace("[1, 2, 4, 8]", "[1, two]"))), ["wrong-type"]);
  deepEqual(await codesOf(() => sweepOf(TEXT.replace("step: 1024", "step: 1024, factor: 2"))), [
    "out-of-range",
  ]);
  const words = { words: {}, metrics: ["stepS"] };
  const few = "question: sweep\nmodel: llama-3-70b\naxes:\n  nic: [400]\n";
  deepEqual(await codesOf(() => readSweep(fileOf(few), words)), ["bare-quantity"]);
});

test("an array job has no more tasks than batches, and each task its shard", async () => {
  const [sweep, folder] = [await sweepOf(), folderOf()];
  const program = ["/usr/bin/node", "/opt/my tools/fabricast.js"];
  const job = await writeArrayJob({ sweep, file: "my sweep.yaml", folder, tasks: 64, program });
  equal(job.tasks, 5);
  ok(job.isReduced);
  const script = readFileSync(job.path, "utf8");
  match(script, /#SBATCH --array=0-4\n/);
  match(script, /js' sweep '.*\/my sweep\.yaml' -o .*shard-\$SLURM_ARRAY_TASK_ID/);
  match(script, /--shard "\$SLURM_ARRAY_TASK_ID\/5"/);
  match(readFileSync(job.mergePath, "utf8"), /-lt 5 \].*\nexec .* merge "\$@" --sweep /);
});

test("folders with a percent sign or a space stay what they are in a job's output", () => {
  const asked = { program: ["fabricast"], file: "/s.yaml", folder: "/a b/50%", tasks: 3 };
  match(scriptOf(asked), /^#SBATCH --output="\/a b\/50%%\/slurm-%a\.log"$/m);
  match(mergeScriptOf(asked), /set -- "\$@" '\/a b\/50%'\/shard-"\$i";/);
});

test("a store refines what it holds", async () => {
  const [sweep, folder] = [await sweepOf(), folderOf()];
  const store = await Store.open(join(folder, "results.duckdb"), sweep, "x");
  await store.commit(batchEvaluator(sweep)(0));
  await rejects(store.commit(batchEvaluator(sweep)(0)));
  deepEqual([...(await store.doneBatches())], [0]);
  const path = await refine(
    sweep,
    { by: "days", order: "most", topCount: 2, verifyCount: 0 },
    store,
    folder,
  );
  equal((JSON.parse(readFileSync(path, "utf8")) as { points: unknown[] }).points.length, 2);
  store.close();
});
