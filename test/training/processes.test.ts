/** Real processes: each computes its share, and together they are one. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { test } from "vitest";
import { at } from "../../src/base/assert.ts";
import { PartialError, Refusal } from "../../src/base/errors.ts";
import { readCheckpoint } from "../../src/files/checkpoint.ts";
import { readTraining } from "../../src/files/training.ts";
import { parameterCount } from "../../src/models/model.ts";
import type { Training } from "../../src/records/job.ts";
import { leastBytes, refuseMemory } from "../../src/training/memory.ts";
import { errorMessage, errorOf } from "../../src/training/messages.ts";
import type { Transport } from "../../src/training/messages.ts";
import { bestTransport, trainInProcesses } from "../../src/training/processes.ts";
import { runTraining } from "../../src/training/run.ts";
import { freshFolder } from "../support/cli.ts";
import { layout } from "./layouts.ts";

const PROCESS_COUNT = 4;
const STEPS = 5;
const [FOUR, TWO] = [layout({ data: PROCESS_COUNT }), layout({ data: 2 })];

const trainings: Training[] = [];
for (const id of ["mlp", "gpt", "bert"]) {
  trainings.push({ ...(await readTraining(id)), steps: STEPS });
}
trainings.push({ ...trainings[1]!, id: "gpt-parts", accumulation: 2 });

/** Of the largest: losses may vanish. */
function distance(found: readonly number[], wanted: readonly number[]): number {
  equal(found.length, wanted.length);
  const differences = found.map((loss, i) => Math.abs(loss - wanted[i]!));
  return Math.max(...differences) / Math.max(...wanted.map(Math.abs));
}

/** The best one here first: shared memory, where it can be had. */
const transports = [...new Set<Transport>([bestTransport(), "tcp"])];
const cases = trainings.flatMap((training) =>
  transports.map((transport) => ({ training, transport })),
);

for (const { training, transport } of cases) {
  test(`${training.id}: four processes over ${transport} give the losses of one`, async () => {
    const alone = await runTraining(training);
    const options = { parallel: FOUR, transport };
    const reports = await trainInProcesses(training, options);
    equal(new Set(reports.map(({ rank }) => rank.pid)).size, PROCESS_COUNT);
    const elements = parameterCount(training.model);
    for (const [rank, report] of reports.entries()) {
      ok(distance(report.losses, alone.losses) < 1e-5, report.losses.join(" "));
      equal(report.rank.rank, rank);
      ok(report.rank.pid !== process.pid);
      // Data parallel: all weights, and a quarter of the products and sequences.
      equal(report.rank.parameterBytes, 4 * elements);
      equal(report.rank.matmulFlop, alone.rank.matmulFlop / PROCESS_COUNT);
      equal(report.rank.sequences, (STEPS * training.batch) / PROCESS_COUNT);
      // Gradients: 2(n−1)/n of their bytes a step, where chunks are equal; and the loss: n−1
      // numbers of 8 bytes. Where n does not divide the elements, two chunks are left out of
      // twice all of them, each at most one element from the mean.
      const reduced = ((2 * (PROCESS_COUNT - 1)) / PROCESS_COUNT) * 4 * elements;
      // Where gradients are clipped, rank 3 adds up their squares and tells the others.
      const squares = training.clipNorm === undefined ? 0 : 8 * (rank === 3 ? 3 : 1);
      const gathered = 8 * (PROCESS_COUNT - 1) + squares;
      const slack = elements % PROCESS_COUNT === 0 ? 0 : 2 * 4 * STEPS;
      const sent = report.rank.sentBytes - STEPS * (reduced + gathered);
      ok(Math.abs(sent) <= slack, `rank ${rank} sent ${sent} bytes more than that`);
    }
  });
}

test("without the reduction the losses differ: it is what makes the processes one", async () => {
  const training = trainings[1]!;
  const { losses } = await runTraining(training);
  const options = { parallel: FOUR, without: "data" } as const;
  const [report] = await trainInProcesses(training, options);
  // The first loss precedes any update.
  ok(distance(report!.losses.slice(0, 1), losses.slice(0, 1)) < 1e-5);
  ok(distance(report!.losses, losses) > 1e-3, report!.losses.join(" "));
});

for (const transport of transports) {
  test(`a killed process is named within two seconds, saves are whole, ${transport}`, () =>
    lose(transport, "SIGKILL"));
}

test("a stopped process is named within two seconds, saves are whole", () =>
  lose(at(transports, 0), "SIGSTOP"));

async function lose(transport: Transport, signal: "SIGKILL" | "SIGSTOP"): Promise<void> {
  const training: Training = { ...trainings[1]!, steps: 2000 };
  const checkpoint = join(freshFolder(), "run.safetensors");
  let pids: readonly number[] = [];
  let killedMs = 0;
  const run = trainInProcesses(training, {
    parallel: FOUR,
    transport,
    saving: { checkpoint, everySteps: 2 },
    onStart: (started) => (pids = started),
    onStep: (step) => {
      if (step !== 5) return;
      killedMs = performance.now();
      process.kill(pids[2]!, signal);
    },
    advice: (savedStep) => `saved ${savedStep}`,
  });
  await rejects(run, (error) => {
    ok(error instanceof PartialError);
    const how = signal === "SIGKILL" ? "ended (SIGKILL)" : "stands still";
    ok(error.message.startsWith(`rank 2 (pid ${pids[2]}) ${how} after step`), error.message);
    ok(/; saved [46]$/.test(error.message), error.message);
    return true;
  });
  ok(performance.now() - killedMs < 2000, "noticed within two seconds");
  const { step } = await readCheckpoint(checkpoint);
  ok(step >= 4 && step % 2 === 0, `step ${step}`);
  // Nobody is left behind.
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const pid of pids) {
    const isThere = () => process.kill(pid, 0);
    let found = true;
    try {
      isThere();
    } catch {
      found = false;
    }
    equal(found, false, `process ${pid} is gone`);
  }
}

test("what two processes saved, two go on from, with the losses of one", async () => {
  const checkpoint = join(freshFolder(), "run.safetensors");
  const training = trainings[1]!;
  const whole = await runTraining(training);
  // The first ten steps are warm-up, which does not ask how many follow.
  await trainInProcesses({ ...training, steps: 3 }, { parallel: TWO, saving: { checkpoint } });
  const saving = { resume: checkpoint };
  const [rest] = await trainInProcesses(training, { parallel: TWO, saving });
  equal(rest!.firstStep, 4);
  ok(distance(rest!.losses, whole.losses.slice(3)) < 1e-5);
});

test("a refusal inside a process is that of the command", async () => {
  const training = { ...trainings[0]!, batch: 30 };
  const run = trainInProcesses(training, { parallel: FOUR });
  await rejects(run, (error) => error instanceof Refusal && error.code === "does-not-divide");
  for (const error of [new PartialError("p"), new TypeError("t")]) {
    ok(errorOf(errorMessage(error)).message.includes(error.message));
  }
});

test("a training that this machine cannot hold is refused before it starts", () => {
  const [mlp] = trainings;
  // Weight, gradient and two moments in fp32, in each process; activations beside.
  ok(leastBytes(mlp!, FOUR) >= 4 * 16 * 5560);
  ok(leastBytes(mlp!, FOUR) < 4 * 16 * 5560 + 100_000);
  refuseMemory(mlp!, FOUR, 1e9);
  let refused: unknown;
  try {
    refuseMemory(mlp!, FOUR, 1e5);
  } catch (error) {
    refused = error;
  }
  ok(refused instanceof Refusal);
  deepEqual([refused.code, /100.kB/.test(refused.expected)], ["does-not-fit", true]);
});
