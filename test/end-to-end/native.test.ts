/** `native` as people and programs call it. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "vitest";
import type { RunReport } from "../../src/training/report.ts";
import { fabricast } from "../support/cli.ts";

export function trained(words: readonly string[], folder?: string): RunReport {
  const { code, stdout, stderr } = fabricast(["native", "train", ...words, "--json"], folder);
  equal(code, 0, stderr);
  return JSON.parse(stdout) as RunReport;
}

for (const id of ["mlp", "gpt", "bert"]) {
  test(`native train ${id}: the keys of the contract, one loss a step`, () => {
    const report = trained([`scenarios/training/${id}.yaml`, "--steps", "3"]);
    for (const key of ["steps", "losses", "stepTimeS", "tokensPerS", "backend", "pids", "ranks"]) {
      ok(key in report, key);
    }
    equal(report.steps, 3);
    equal(report.losses.length, 3);
    ok(report.losses.every(Number.isFinite));
    ok(report.stepTimeS.p50 > 0 && report.stepTimeS.p90 >= report.stepTimeS.p50);
    deepEqual(report.parallel, { processes: 1, dp: 1, transport: null });
    equal(report.checkpoint, null);
    deepEqual(
      report.ranks.map(({ rank, pid }) => [rank, pid]),
      [[0, report.pids[0]]],
    );
  });
}

test("the seed decides the losses", () => {
  const words = ["mlp", "--steps", "2"];
  deepEqual(trained(words).losses, trained([...words, "--seed", "1"]).losses);
  ok(trained(words).losses[0] !== trained([...words, "--seed", "2"]).losses[0]);
});

test("words go to stdout, progress to stderr", () => {
  const { code, stdout, stderr } = fabricast(["native", "train", "mlp", "--steps", "20"]);
  equal(code, 0);
  match(stdout, /^MLP 100-50-10: 20 steps \((native|typescript)\), loss .* → .*\nstep: median/);
  match(stderr, /^step 1 of 20: loss 1\.\d+$/m);
  match(stderr, /^step 20 of 20: loss/m);
});

test("an unknown training is named with one that exists, an unknown action is wrong usage", () => {
  const missing = fabricast(["native", "train", "gtp"]);
  equal(missing.code, 3);
  match(missing.stderr, /gtp.*did you mean "gpt"/);
  equal(fabricast(["native", "tarin", "gpt"]).code, 2);
  equal(fabricast(["native", "train", "gpt", "--steps", "0"]).code, 3);
});
