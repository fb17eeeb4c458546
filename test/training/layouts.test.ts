/** Four processes, divided in any way, compute what one computes. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { test } from "vitest";
import { at, present } from "../../src/base/assert.ts";
import { Refusal } from "../../src/base/errors.ts";
import { readTraining } from "../../src/files/training.ts";
import type { Training } from "../../src/records/job.ts";
import type { Degrees } from "../../src/training/mesh.ts";
import { ONE_RANK } from "../../src/training/mesh.ts";
import type { Parallel } from "../../src/training/parallel.ts";
import { ONE_PROCESS } from "../../src/training/parallel.ts";
import { trainInProcesses } from "../../src/training/processes.ts";
import type { ProcessReport } from "../../src/training/report.ts";
import { runTraining } from "../../src/training/run.ts";
import { placesOf } from "../../src/training/whole.ts";
import { freshFolder } from "../support/cli.ts";
import { slowTest } from "../support/slow.ts";

const STEPS = 5;

type More = Partial<Omit<Parallel, "degrees">>;

function layout(degrees: Partial<Degrees>, more: More = {}): Parallel {
  return { ...ONE_PROCESS, ...more, degrees: { ...ONE_RANK, ...degrees } };
}

const alone = new Map<string, Promise<{ training: Training; report: ProcessReport }>>();

function one(id: string) {
  const known = alone.get(id) ?? start(id);
  alone.set(id, known);
  return known;
}

async function start(id: string) {
  const training = { ...(await readTraining(id)), steps: STEPS };
  return { training, report: await runTraining(training, { probes: true }) };
}

/** Of each parameter's gradients, relative to the largest of it, over all steps. */
function gradientError({ model }: Training, found: ProcessReport, wanted: ProcessReport): number {
  const { list, starts } = placesOf(model);
  let worst = 0;
  for (let step = 0; step < STEPS; step++) {
    const [own, whole] = [at(found.gradients ?? [], step), at(wanted.gradients ?? [], step)];
    equal(own.length, whole.length);
    for (const { name, elementCount } of list) {
      const start = present(starts.get(name), name);
      let [largest, difference] = [0, 0];
      for (let i = start; i < start + elementCount; i++) {
        largest = Math.max(largest, Math.abs(whole[i]!));
        difference = Math.max(difference, Math.abs(whole[i]! - own[i]!));
      }
      if (difference / largest > 1e-5) console.log(step, name, difference / largest, largest);
      if (largest > 0) worst = Math.max(worst, difference / largest);
    }
  }
  return worst;
}

async function same(id: string, parallel: Parallel): Promise<readonly ProcessReport[]> {
  const { training, report } = await one(id);
  const reports = await trainInProcesses(training, { parallel, probes: true });
  for (const { losses } of reports) {
    for (const [i, loss] of report.losses.entries()) {
      const error = Math.abs(losses[i]! - loss) / loss;
      ok(error < 1e-5, `step ${i + 1}: ${losses[i]} is not ${loss}`);
    }
  }
  const error = gradientError(training, at(reports, 0), report);
  ok(error < 1e-5, `gradients differ by ${error}`);
  return reports;
}

type Case = readonly [id: string, degrees: Partial<Degrees>, more?: More];

const QUICK: readonly Case[] = [
  ["gpt", { data: 2, tensor: 2 }, { sequenceParallel: true }],
  ["gpt", { pipeline: 4 }],
  ["gpt", { data: 4 }, { zero: 3 }],
  ["bert", { tensor: 2, pipeline: 2 }],
  ["llama", { context: 2, data: 2 }, { zero: 2 }],
  ["moe", { expert: 4 }, { zero: 1 }],
];

const SLOW: readonly Case[] = [
  ...["gpt", "bert", "llama", "moe"].flatMap((id): Case[] => [
    [id, { data: 4 }],
    [id, { data: 2, tensor: 2 }],
    [id, { data: 2, pipeline: 2 }],
    [id, { tensor: 2, pipeline: 2 }],
    [id, { tensor: 2, pipeline: 2 }, { sequenceParallel: true }],
    [id, { pipeline: 4 }],
    [id, { data: 4 }, { zero: 1 }],
    [id, { data: 4 }, { zero: 2 }],
    [id, { data: 4 }, { zero: 3 }],
    [id, { tensor: 2, data: 2 }, { zero: 3, sequenceParallel: true }],
    [id, { pipeline: 2, data: 2 }, { zero: 2 }],
    [id, { pipeline: 2 }, { schedule: "interleaved", stagesPerRank: 2 }],
    [id, { pipeline: 2, tensor: 2 }, { schedule: "interleaved", stagesPerRank: 2 }],
    [id, { data: 2 }, { microBatches: 2 }],
  ]),
  ["gpt", { tensor: 4 }],
  ["bert", { tensor: 4 }],
  ["gpt", { context: 4 }],
  ["gpt", { context: 2, pipeline: 2 }],
  ["gpt", { context: 2, tensor: 2 }, { sequenceParallel: true }],
  ["gpt", { pipeline: 2 }, { layers: [2, 0] }],
  ["llama", { context: 4 }],
  ["moe", { expert: 2, data: 2 }],
  ["moe", { expert: 2, tensor: 2 }],
  ["moe", { expert: 2, pipeline: 2 }],
  ["moe", { expert: 2, context: 2 }],
  ["moe", { expert: 2, data: 2 }, { zero: 3 }],
  ["moe-skewed", { expert: 4 }],
];

function words([id, degrees, more = {}]: Case): string {
  const parts = Object.entries({ ...degrees, ...more }).map(([key, value]) => `${key} ${value}`);
  return `${id}, ${parts.join(", ")}: losses and gradients are those of one process`;
}

for (const each of QUICK) {
  test(words(each), async () => {
    await same(each[0], layout(each[1], each[2]));
  });
}

for (const each of SLOW) {
  slowTest(words(each), async () => {
    await same(each[0], layout(each[1], each[2]));
  });
}
