/** Several processes as a user starts and loses them. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { test } from "vitest";
import { at, present } from "../../src/base/assert.ts";
import { seeded } from "../../src/base/random.ts";
import { readCheckpoint } from "../../src/files/checkpoint.ts";
import { bestTransport } from "../../src/training/processes.ts";
import type { RunReport } from "../../src/training/report.ts";
import { fabricast, freshFolder, ROOT } from "../support/cli.ts";
import { slowTest } from "../support/slow.ts";

test("native train --processes 4 --dp 4: the pids, and the losses of one process", () => {
  const words = ["native", "train", "gpt", "--steps", "4", "--json"];
  const alone = JSON.parse(fabricast(words).stdout) as RunReport;
  const { code, stdout, stderr } = fabricast([...words, "--processes", "4", "--dp", "4"]);
  equal(code, 0, stderr);
  const report = JSON.parse(stdout) as RunReport;
  const { overlap, ...parallel } = report.parallel;
  deepEqual(parallel, {
    ...{ processes: 4, dp: 4, tp: 1, pp: 1, ep: 1, cp: 1, zero: 0, schedule: "1f1b" },
    ...{ stagesPerRank: 1, microBatches: 1, sequenceParallel: false },
    ...{ transport: bestTransport(), status: "executed" },
  });
  ok(overlap.exchangeS > 0 && overlap.waitedS <= overlap.exchangeS);
  equal(new Set(report.pids).size, 4);
  for (const [rank, pid] of report.pids.entries())
    ok(stderr.includes(`rank ${rank}: pid ${pid}\n`));
  for (const [i, loss] of report.losses.entries()) {
    ok(Math.abs(loss - alone.losses[i]!) < 1e-5 * alone.losses[i]!, `step ${i + 1}`);
  }
});

test("degrees that do not multiply to the processes, or do not divide, are refused", () => {
  const refused = (words: string) => {
    const { code, stderr } = fabricast(["native", "train", ...words.split(" ")]);
    equal(code, 3, words);
    return stderr;
  };
  match(refused("gpt --processes 4 --dp 2"), /product is 2, for 4 processes.*take --dp 4/);
  match(refused("gpt --processes 4 --tp 3"), /degrees of 3 .* 4 processes.*--processes 6/);
  match(refused("gpt --processes 3"), /batch of 8 for 3 processes.*\[does-not-divide\]/);
  match(refused("gpt --tp 3"), /3 tensor-parallel ranks for the 4 heads.*\[does-not-divide\]/);
  match(refused("mlp --pp 2"), /2 stages for mlp.*\[cannot-be-split\]/);
  match(refused("gpt --pp 2 --stage-layers 1,2"), /2 stages of 3 layers.*2 stages of 2 layers/);
  match(refused("gpt --pp 2 --stage-layers 1;2"), /--stage-layers.*separated by commas/);
  match(
    refused("gpt --pp 2 --schedule interleaved --micro-batches 1"),
    /1 micro-batches for 2 ranks with interleaved stages.*--micro-batches 2/,
  );
});

test("experts are shared out among data-parallel ranks, or on an axis of their own", () => {
  const degrees = (words: string) => {
    const head = ["native", "train", "moe", "--steps", "1", "--json", ...words.split(" ")];
    const { code, stdout, stderr } = fabricast(head);
    equal(code, 0, stderr);
    const { dp, ep, processes } = (JSON.parse(stdout) as RunReport).parallel;
    return { dp, ep, processes };
  };
  deepEqual(degrees("--processes 4 --dp 4 --ep 2"), { dp: 2, ep: 2, processes: 4 });
  deepEqual(degrees("--processes 4 --ep 2"), { dp: 2, ep: 2, processes: 4 });
});

test("a killed process ends the run with exit 5, and the command printed goes on", async () => {
  const checkpoint = join(freshFolder(), "run.safetensors");
  const layout = ["--processes", "4", "--dp", "4"];
  const words = ["native", "train", "mlp", ...layout, "--steps", "600"];
  const saving = ["--checkpoint", checkpoint, "--checkpoint-every", "5"];
  const child = spawn(process.execPath, [join(ROOT, "dist/fabricast.js"), ...words, ...saving]);
  let stderr = "";
  let killed: { pid: string; ms: number } | undefined;
  child.stderr.on("data", (text: Buffer) => {
    stderr += text.toString();
    const pid = /^rank 1: pid (\d+)$/m.exec(stderr)?.[1];
    if (killed !== undefined || pid === undefined || !/^step 60 of 600/m.test(stderr)) return;
    killed = { pid, ms: performance.now() };
    process.kill(Number(pid), "SIGKILL");
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  const { pid, ms } = present(killed, "a killed process");
  ok(performance.now() - ms < 2000, "noticed within two seconds");
  equal(code, 5, stderr);
  match(stderr, new RegExp(`rank 1 \\(pid ${pid}\\) ended \\(SIGKILL\\) after step \\d+`));
  const command = present(/go on with: npx fabricast (.*)$/m.exec(stderr)?.[1], "a command");
  const rest = fabricast([...command.split(" "), "--json"]);
  equal(rest.code, 0, rest.stderr);
  const report = JSON.parse(rest.stdout) as RunReport;
  ok(report.firstStep > 5 && (report.firstStep - 1) % 5 === 0, `from step ${report.firstStep}`);
  equal(report.firstStep - 1 + report.losses.length, 600);
});

test("when the command itself is killed, its processes end", async () => {
  const words = ["native", "train", "gpt", "--processes", "4", "--steps", "4000"];
  const child = spawn(process.execPath, [join(ROOT, "dist/fabricast.js"), ...words]);
  let stderr = "";
  await new Promise<void>((resolve) => {
    child.stderr.on("data", (text: Buffer) => {
      stderr += text.toString();
      if (stderr.includes("step 1 of")) resolve();
    });
  });
  const pids = [...stderr.matchAll(/^rank \d: pid (\d+)$/gm)].map(([, pid]) => Number(pid));
  equal(pids.length, 4);
  child.kill("SIGKILL");
  let left = pids;
  for (let i = 0; i < 100 && left.length > 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    left = left.filter(isThere);
  }
  deepEqual(left, []);
});

/** Signal 0 only asks. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Any process, the command among them, at moments drawn from a seed. */
async function killAtRandom(momentCount: number): Promise<void> {
  const random = seeded(7);
  const layouts = ["--dp 4", "--tp 2 --pp 2", "--dp 4 --zero 3", "--dp 2 --tp 2 --transport tcp"];
  const checkpoint = join(freshFolder(), "run.safetensors");
  let last = 0;
  for (let moment = 0; moment < momentCount; moment++) {
    const layout = at(layouts, moment % layouts.length).split(" ");
    const resume = last === 0 ? [] : ["--resume", checkpoint];
    const saving = ["--checkpoint", checkpoint, "--checkpoint-every", "1", ...resume];
    const words = ["native", "train", "bert", "--steps", "100000", ...layout, ...saving];
    const child = spawn(process.execPath, [join(ROOT, "dist/fabricast.js"), ...words]);
    const pids = await startedPids(child.stderr, 4);
    const savedBefore = await savedStep(checkpoint, last + 1);
    await new Promise((resolve) => setTimeout(resolve, random() * 300));
    const victim = at([...pids, present(child.pid, "a command")], Math.floor(random() * 5));
    process.kill(victim, "SIGKILL");
    const code = await new Promise((resolve) => child.on("close", resolve));
    equal(code, victim === child.pid ? null : 5);
    for (let i = 0; pids.some(isThere); i++) {
      ok(i < 400, "nobody is left behind");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { step } = await readCheckpoint(checkpoint);
    ok(step >= savedBefore, `step ${step} of ${savedBefore} at moment ${moment}`);
    last = step;
  }
}

function startedPids(stderr: Readable, count: number): Promise<number[]> {
  let text = "";
  return new Promise((resolve) => {
    stderr.on("data", (part: Buffer) => {
      text += part.toString();
      const pids = [...text.matchAll(/^rank \d: pid (\d+)$/gm)].map(([, pid]) => Number(pid));
      if (pids.length === count) resolve(pids);
    });
  });
}

/** Waits until a step from `least` on is saved. */
async function savedStep(path: string, least: number): Promise<number> {
  // Two minutes, for machines that share their cores with much else.
  for (let i = 0; i < 2400; i++) {
    if (existsSync(path)) {
      const { step } = await readCheckpoint(path);
      if (step >= least) return step;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no step ${least} is saved`);
}

test("kill −9 of any process at a few random moments loses nothing saved", () => {
  return killAtRandom(3);
}, 180_000);

slowTest("kill −9 of any process at 30 random moments loses nothing saved", () => killAtRandom(30));
