/** `native` as people and programs call it. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import type { RunReport } from "../../src/training/report.ts";
import { fabricast, freshFolder, ROOT } from "../support/cli.ts";
import { shownCommands } from "../support/shown-commands.ts";

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
    deepEqual(report.parallel, {
      ...{ processes: 1, dp: 1, tp: 1, pp: 1, ep: 1, cp: 1, zero: 0, schedule: "1f1b" },
      ...{ stagesPerRank: 1, microBatches: 1, sequenceParallel: false, transport: null },
      ...{ overlap: { exchangeS: 0, waitedS: 0 }, status: "executed" },
    });
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

test("train, save and run: text, masks and rows from a checkpoint", () => {
  const folder = freshFolder();
  const save = (id: string, words: readonly string[] = []) => {
    const checkpoint = join(folder, `${id}.safetensors`);
    const report = trained([id, "--steps", "20", "--checkpoint", checkpoint, ...words]);
    equal(report.checkpoint, checkpoint);
    return checkpoint;
  };
  const infer = (checkpoint: string, words: readonly string[]): unknown => {
    const { code, stdout, stderr } = fabricast(["native", "infer", checkpoint, ...words, "--json"]);
    equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  const text = infer(save("gpt"), ["--prompt", "Four score", "--bytes", "5"]) as { text: string };
  equal(new TextEncoder().encode(text.text).length, 5);
  const masked = infer(save("bert"), ["--prompt", "fa[MASK]hers"]) as { masks: unknown[][] };
  deepEqual(
    masked.masks.map((candidates) => candidates.length),
    [5],
  );
  const input = join(folder, "rows.csv");
  writeFileSync(input, `${Array.from({ length: 100 }, (_, i) => i / 100).join(",")}\n`);
  const mlp = save("mlp", ["--prune", "0.5", "--at-step", "10"]);
  const values = infer(mlp, ["--input", input]) as { kind: string; values: number[][] };
  equal(values.kind, "values");
  deepEqual(
    values.values.map((row) => row.length),
    [10],
  );
  const other = fabricast(["native", "train", "gpt", "--resume", mlp]);
  equal(other.code, 3);
  match(other.stderr, /MLP 100-50-10.*\[other-model\]/);
  equal(fabricast(["native", "infer", mlp, "--prompt", "x"]).code, 2);
  const foreign = fabricast(["native", "infer", input, "--prompt", "x"]);
  equal(foreign.code, 3);
  match(foreign.stderr, /\[bad-safetensors\]/);
});

test("a run of ten steps is five and five more", () => {
  const checkpoint = join(freshFolder(), "half.safetensors");
  const whole = trained(["mlp", "--steps", "10"]);
  const first = trained(["mlp", "--steps", "5", "--checkpoint", checkpoint]);
  const second = trained(["mlp", "--steps", "10", "--resume", checkpoint]);
  deepEqual([...first.losses, ...second.losses], whole.losses);
  equal(second.firstStep, 6);
});

test("pruning needs a share and a step that exist", () => {
  equal(fabricast(["native", "train", "mlp", "--prune", "0.5"]).code, 2);
  const wrong = fabricast(["native", "train", "mlp", "--prune", "2", "--at-step", "9999"]);
  equal(wrong.code, 3);
  match(wrong.stderr, /--prune: found "2".*\n.*--at-step: found 9999/);
});

test("the commands in docs/native-training.md work as printed", () => {
  const folder = freshFolder();
  symlinkSync(join(ROOT, "scenarios"), join(folder, "scenarios"));
  const commands = shownCommands(readFileSync(join(ROOT, "docs/native-training.md"), "utf8"));
  ok(commands.length >= 9);
  for (const { words, exitCode, line } of commands) {
    const { code, stderr } = fabricast(words, folder);
    equal(code, exitCode, `${line}: ${stderr}`);
  }
});
