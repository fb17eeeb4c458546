/** The command `sweep` killed at any moment: nothing committed is lost, nothing is there twice. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { seeded } from "../../src/base/random.ts";
import { fabricast, freshFolder, ROOT } from "../support/cli.ts";

/** 4 · 4 · 4 · 3 · 3 · 2 · 64 = 73,728 points: 18 batches. */
const SWEEP = `question: sweep
model: llama-3-70b
tokens: 15T
axes:
  accelerator: [h100-sxm, h200-sxm, b200-sxm, gb200-nvl72]
  tp: [1, 2, 4, 8]
  pp: [1, 2, 4, 8]
  microBatch: [1, 2, 4]
  recompute: [selective, per-op, full]
  sharding: [optimizer, fsdp]
ranges:
  batch: {from: 1024, to: 65536, step: 1024}
where: [tp * pp <= 16]
`;

const WORKERS = 2;
const command = ["sweep", "sweep.yaml", "-o", "out", "--workers", String(WORKERS)];

function killedAfter(folder: string, words: readonly string[], delayMs: number): Promise<void> {
  const child = spawn(process.execPath, [join(ROOT, "dist/fabricast.js"), ...words], {
    cwd: folder,
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  setTimeout(() => child.kill("SIGKILL"), delayMs);
  return ended;
}

const read = (folder: string, name: string) => readFileSync(join(folder, "out", name));

test("killed and resumed at random, a sweep ends with the bytes of a whole one", async () => {
  const [whole, killed] = [freshFolder(), freshFolder()];
  for (const folder of [whole, killed]) writeFileSync(join(folder, "sweep.yaml"), SWEEP);
  equal(fabricast([...command.slice(0, -1), "1"], whole).code, 0);
  const random = seeded(5);
  for (let kill = 0; kill < 6; kill++) {
    await killedAfter(killed, [...command, "--resume"], 300 + 1200 * random());
  }
  const { code, stdout } = fabricast([...command, "--resume", "--json"], killed);
  equal(code, 0);
  const summary = JSON.parse(stdout) as { batches: number; evaluatedBatches: number };
  equal(summary.batches, 18);
  ok(summary.evaluatedBatches <= 18);
  for (const name of ["results.csv", "results.json", "results.parquet", "results.html"]) {
    deepEqual(read(killed, name), read(whole, name));
  }
  const keys = read(killed, "results.csv").toString().split("\n").slice(1, -1);
  equal(new Set(keys.map((line) => line.split(",")[0])).size, keys.length);
}, 60_000);

test("Ctrl-C ends with 5, tells how to go on, and keeps what was committed", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "sweep.yaml"), SWEEP);
  const child = spawn(
    process.execPath,
    [join(ROOT, "dist/fabricast.js"), "sweep", "sweep.yaml", "-o", "out", "--workers", "1"],
    { cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  child.stderr.on("data", (text: Buffer) => (said += String(text)));
  const code = await new Promise((resolve) => {
    child.once("exit", resolve);
    const poll = setInterval(() => {
      if (!existsSync(join(folder, "out/results.duckdb"))) return;
      clearInterval(poll);
      setTimeout(() => child.kill("SIGINT"), 100);
    }, 5);
  });
  if (code !== 0) {
    equal(code, 5);
    match(said, /stopped with \d+ of 18 batches committed; go on .* --resume/);
  }
  equal(existsSync(join(folder, "out/sweep.lock")), false);
  equal(fabricast([...command, "--resume"], folder).code, 0);
}, 60_000);

test("a folder that cannot be written is the machine's fault", () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "sweep.yaml"), SWEEP);
  mkdirSync(join(folder, "out"));
  writeFileSync(join(folder, "out/file"), "");
  const words = ["sweep", "sweep.yaml", "-o", "out/file/deeper"];
  const { code, stderr } = fabricast(words, folder);
  equal(code, 74);
  match(stderr, /cannot write out\/file\/deeper/);
});
