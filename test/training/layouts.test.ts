/** Four processes, divided in any way, compute what one computes. */
import { equal, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { test } from "vitest";
import { at, present } from "../../src/base/assert.ts";
import { Refusal } from "../../src/base/errors.ts";
import type { Training } from "../../src/records/job.ts";
import type { Degrees } from "../../src/training/mesh.ts";
import type { Parallel } from "../../src/training/parallel.ts";
import { trainInProcesses } from "../../src/training/processes.ts";
import { runTraining } from "../../src/training/run.ts";
import { freshFolder } from "../support/cli.ts";
import { slowTest } from "../support/slow.ts";
import type { More } from "./layouts.ts";
import { layout, one, same } from "./layouts.ts";

type Case = readonly [id: string, degrees: Partial<Degrees>, more?: More];

const QUICK: readonly Case[] = [
  ["gpt", { data: 2, tensor: 2 }, { sequenceParallel: true }],
  ["gpt", { pipeline: 4 }],
  ["gpt", { data: 4 }, { zero: 3 }],
  ["bert", { tensor: 2, pipeline: 2 }],
  ["bert", { context: 2, tensor: 2 }, { sequenceParallel: true }],
  ["llama", { context: 2, data: 2 }, { zero: 2 }],
  ["moe", { expert: 4 }, { zero: 1 }],
  ["moe-balance", { context: 2, pipeline: 2 }],
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
    [id, { pipeline: 2, data: 2 }, { zero: 3 }],
    [id, { pipeline: 2 }, { schedule: "interleaved", stagesPerRank: 2 }],
    [id, { pipeline: 2, tensor: 2 }, { schedule: "interleaved", stagesPerRank: 2 }],
    [id, { data: 2 }, { microBatches: 2 }],
  ]),
  ["gpt", { tensor: 4 }],
  ["bert", { tensor: 4 }],
  ["gpt", { context: 4 }],
  ["bert", { context: 4 }],
  ["bert", { context: 2, pipeline: 2 }],
  ["bert", { context: 2, data: 2 }, { zero: 3 }],
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
  ["moe-balance", { expert: 4 }],
  ["moe-balance", { tensor: 2, data: 2 }, { sequenceParallel: true }],
  ["moe-balance", { expert: 2, pipeline: 2 }],
  ["moe-balance", { pipeline: 2 }, { schedule: "interleaved", stagesPerRank: 2 }],
  ["moe-balance", { data: 2 }, { microBatches: 2 }],
];

function words([id, degrees, more = {}]: Case): string {
  const parts = Object.entries({ ...degrees, ...more }).map(
    ([key, value]) => `${key} ${String(value)}`,
  );
  return `${id}, ${parts.join(", ")}: losses and gradients are those of one process`;
}

for (const each of QUICK) {
  test(`now: ${words(each)}`, async () => {
    await same(each[0], layout(each[1], each[2]));
  });
}

for (const each of SLOW) {
  slowTest(words(each), async () => {
    await same(each[0], layout(each[1], each[2]));
  });
}

test("without the tensor-parallel reduction the losses differ", async () => {
  const { training, report } = await one("bert");
  const parallel = layout({ tensor: 2, data: 2 });
  const [first] = await trainInProcesses(training, { parallel, without: "tensor" });
  ok(Math.abs(present(first, "a report").losses[0]! / report.losses[0]! - 1) > 1e-3);
});

test("what a layout of four saved goes on under any other, with the losses of one", async () => {
  const { training } = await one("gpt");
  const whole = await runTraining({ ...training, steps: 8 });
  const layouts = [
    layout({ tensor: 2, pipeline: 2 }, { sequenceParallel: true }),
    layout({ data: 4 }, { zero: 3 }),
    layout({ data: 2 }),
  ];
  let [resume, step]: [string | undefined, number] = [undefined, 0];
  for (const parallel of layouts) {
    const checkpoint = join(freshFolder(), "run.safetensors");
    const options = { parallel, saving: { resume, checkpoint } };
    const [first] = await trainInProcesses({ ...training, steps: step + 2 }, options);
    const { firstStep, losses } = present(first, "a report");
    equal(firstStep, step + 1);
    for (const loss of losses) {
      ok(Math.abs(loss / at(whole.losses, step) - 1) < 1e-5, `step ${step + 1}: ${loss}`);
      step += 1;
    }
    resume = checkpoint;
  }
});

test("a layout that a model has no room for is refused by name", async () => {
  const refused = async (id: string, parallel: Parallel, code: string, message: RegExp) => {
    const { training } = await one(id);
    await rejects(trainInProcesses(training, { parallel }), (error) => {
      ok(error instanceof Refusal && message.test(error.message), String(error));
      equal(error.code, code);
      return true;
    });
  };
  await refused("gpt", layout({ tensor: 3 }), "does-not-divide", /3 tensor.*4 heads/);
  await refused("bert", layout({ expert: 2 }), "cannot-be-split", /has no experts/);
  await refused("gpt", layout({ pipeline: 5 }), "does-not-divide", /5 stages for 2 layers/);
});

test("a loss that is no number is refused by one rank, which names the first op", async () => {
  const { training } = await one("gpt");
  const { clipNorm: _, ...wild }: Training = { ...training, optimizer: "sgd", learningRate: 1e30 };
  const { weightDecay: __, ...plain } = wild;
  const run = trainInProcesses(plain, { parallel: layout({ tensor: 2, pipeline: 2 }) });
  await rejects(run, (error) => {
    ok(error instanceof Refusal, String(error));
    equal(error.code, "training-diverged");
    // Weights of 1e29 after the first update: their products overflow in the first layer.
    ok(/in step 2 of gpt, first in layers\.0\..* on rank [01],/.test(error.message), error.message);
    return true;
  });
});
