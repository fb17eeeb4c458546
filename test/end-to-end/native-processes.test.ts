/** Several processes as a user starts and loses them. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { test } from "vitest";
import { present } from "../../src/base/assert.ts";
import { bestTransport } from "../../src/training/processes.ts";
import type { RunReport } from "../../src/training/report.ts";
import { fabricast, freshFolder, ROOT } from "../support/cli.ts";

test("native train --processes 4 --dp 4: the pids, and the losses of one process", () => {
  const words = ["native", "train", "gpt", "--steps", "4", "--json"];
  const alone = JSON.parse(fabricast(words).stdout) as RunReport;
  const { code, stdout, stderr } = fabricast([...words, "--processes", "4", "--dp", "4"]);
  equal(code, 0, stderr);
  const report = JSON.parse(stdout) as RunReport;
  deepEqual(report.parallel, { processes: 4, dp: 4, transport: bestTransport() });
  equal(new Set(report.pids).size, 4);
  for (const [rank, pid] of report.pids.entries())
    ok(stderr.includes(`rank ${rank}: pid ${pid}\n`));
  for (const [i, loss] of report.losses.entries()) {
    ok(Math.abs(loss - alone.losses[i]!) < 1e-5 * alone.losses[i]!, `step ${i + 1}`);
  }
});

test("a layout that is not there is refused with the one that is", () => {
  const { code, stderr } = fabricast(["native", "train", "gpt", "--processes", "4", "--dp", "2"]);
  equal(code, 3);
  match(stderr, /2 data-parallel ranks in 4 processes.*take --dp 4/);
  const uneven = fabricast(["native", "train", "gpt", "--processes", "3"]);
  equal(uneven.code, 3);
  match(uneven.stderr, /batch of 8 for 3 processes.*\[does-not-divide\]/);
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
