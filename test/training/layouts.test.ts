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

function one(id: string, descends = false) {
  const key = `${id} ${descends}`;
  const known = alone.get(key) ?? start(id, descends);
  alone.set(key, known);
  return known;
}

/**
 * Adam's first update is the sign of the gradient, also of rounding noise; from then on two orders
 * of summation part. Where that shows, in a Llama and where attention is summed in parts of the
 * context (1.2e-5 under Adam), plain descent is compared instead.
 */
async function start(id: string, descends: boolean) {
  const { weightDecay: _, ...read } = await readTraining(id);
  const isSmooth = descends || read.model.family === "llama";
  const descent: Training = { ...read, optimizer: "sgd", momentum: 0.9, learningRate: 0.1 };
  const training = { ...(isSmooth ? descent : await readTraining(id)), steps: STEPS };
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
      if (largest > 0) worst = Math.max(worst, difference / largest);
    }
  }
  return worst;
}

async function same(id: string, parallel: Parallel): Promise<readonly ProcessReport[]> {
  const { training, report } = await one(id, parallel.degrees.context > 1);
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
    [id, { pipeline: 2, data: 2 }, { zero: 3 }],
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

/** The sizes of gpt.yaml: tokens of a batch, width, layers, vocabulary, context. */
const [ROWS, H, L, V, C] = [8 * 64, 128, 2, 256, 64] as const;

/**
 * Bytes of a rank's parameters under t tensor-parallel ranks: of a layer's 12h² + 13h numbers the
 * matrices and the biases of what is split by outputs, 3h + 4h, are divided; the table too.
 */
function parameterBytes(t: number): number {
  return 4 * ((V * H) / t + C * H + L * ((12 * H * H + 7 * H) / t + 6 * H) + 2 * H);
}

/** Every rank's loss to all others, and the sum of squares to rank 3, which tells them the sum. */
const sharedBytes = (rank: number) => 8 * 3 + 8 * (rank === 3 ? 3 : 1);

interface Wanted {
  readonly bytes: number;
  readonly flopShare: number;
  readonly sequences: number;
  readonly sentBytes: number;
}

async function closedForm(parallel: Parallel, wanted: (rank: number) => Wanted): Promise<void> {
  const { training, report } = await one("gpt");
  for (const { rank } of await trainInProcesses(training, { parallel })) {
    const { bytes, flopShare, sequences, sentBytes } = wanted(rank.rank);
    deepEqual(
      [rank.parameterBytes, rank.matmulFlop, rank.sequences, rank.sentBytes],
      [
        bytes,
        report.rank.matmulFlop * flopShare,
        STEPS * sequences,
        STEPS * (sentBytes + sharedBytes(rank.rank)),
      ],
      `rank ${rank.rank}`,
    );
  }
}

test("by closed form: two data-parallel pairs of tensor-parallel ranks", () =>
  closedForm(layout({ data: 2, tensor: 2 }), () => {
    // Sums of rows × width: 2 forward and 2 backward in each layer, 1 in the embedding and 1
    // where the logits' gradient leaves; and 3 numbers a row in the cross-entropy.
    const tensor = (4 * ROWS * ((4 * L + 2) * H + 3)) / 2;
    // 2 · (n − 1) / n is 1 for both groups of two.
    const sentBytes = tensor + parameterBytes(2);
    return { bytes: parameterBytes(2), flopShare: 1 / 4, sequences: 4, sentBytes };
  }));

test("by closed form: four stages, of which the ends share the table of tokens", () =>
  closedForm(layout({ pipeline: 4 }), (rank) => {
    const hidden = 4 * ROWS * H;
    const layer = 4 * (12 * H * H + 13 * H);
    const [table, positions, norm] = [4 * V * H, 4 * C * H, 4 * 2 * H];
    const isEnd = rank === 0 || rank === 3;
    const bytes = isEnd ? table + (rank === 0 ? positions : norm) : layer;
    // Products: forward, and twice as much backward. In a layer 24h² a row, in the head 2Vh.
    const [inLayer, inHead] = [24 * H * H, 2 * V * H];
    const whole = L * inLayer + inHead;
    const own = rank === 0 ? 0 : rank === 3 ? inHead : inLayer;
    // Activations forward, gradients back; an end sends one way, and 2 · 1/2 of the table.
    const sentBytes = isEnd ? hidden + table : 2 * hidden;
    return { bytes, flopShare: own / whole, sequences: 8, sentBytes };
  }));

for (const zero of [1, 2] as const) {
  test(`by closed form: ZeRO ${zero} sends as much as plain data parallelism`, () =>
    closedForm(layout({ data: 4 }, { zero }), () => {
      // All buckets divide by four: 3/4 to scatter gradients, 3/4 to gather parameters.
      const sentBytes = 1.5 * parameterBytes(1);
      return { bytes: parameterBytes(1), flopShare: 1 / 4, sequences: 2, sentBytes };
    }));
}

test("ZeRO shares out optimizer state, gradients and parameters stage by stage", async () => {
  const { training } = await one("gpt");
  const whole = parameterBytes(1);
  const found = [];
  for (const zero of [0, 1, 2, 3] as const) {
    const parallel = layout({ data: 4 }, { zero });
    const [first] = await trainInProcesses(training, { parallel });
    found.push(present(first, "a report").rank);
  }
  const [plain, state, gradients, parameters] = found.map((rank) => rank);
  equal(plain!.optimizerBytes, 2 * whole);
  for (const rank of found.slice(1)) equal(rank.optimizerBytes, (2 * whole) / 4);
  deepEqual(
    found.map((rank) => rank.parameterBytes),
    [whole, whole, whole, whole / 4],
  );
  // Whole gradients and the own part's sums; then no more than a few buckets of 2^16 numbers,
  // the table of tokens and the sums.
  equal(state!.gradientBytes, 1.25 * whole);
  ok(gradients!.gradientBytes < 0.85 * whole, `${gradients!.gradientBytes}`);
  // Gathered forward and backward at most once each, and a table at both ends of each.
  const gathered = parameters!.sentBytes / STEPS / (0.75 * whole);
  ok(gathered > 2 && gathered < 3.5, `${gathered}`);
});

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
  await refused("bert", layout({ context: 2 }), "cannot-be-split", /sees all tokens/);
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
