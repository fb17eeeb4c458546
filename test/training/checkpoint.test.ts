import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "vitest";
import { present } from "../../src/base/assert.ts";
import { readCheckpoint, writeCheckpoint } from "../../src/files/checkpoint.ts";
import { parseSafetensors, safetensorsBytes } from "../../src/files/formats/safetensors.ts";
import { readTraining } from "../../src/files/training.ts";
import type { Training } from "../../src/records/job.ts";
import { checkpointOf, restoreParameters } from "../../src/training/checkpoint.ts";
import { runTraining } from "../../src/training/run.ts";
import { savingOptions } from "../../src/training/saving.ts";
import { Trainer } from "../../src/training/trainer.ts";
import { freshFolder } from "../support/cli.ts";
import { backends } from "../tensor/backends.ts";

const backend = backends[0]!;
const trainings = [
  { ...(await readTraining("mlp")), steps: 8 },
  { ...(await readTraining("gpt")), steps: 6 },
  { ...(await readTraining("bert")), steps: 6 },
  {
    ...(await readTraining("mlp")),
    ...{ id: "mlp-sgd", steps: 8, optimizer: "sgd", momentum: 0.9 },
  },
] satisfies Training[];

const path = () => join(freshFolder(), "run.safetensors");

/** Losses and end of a run, saved at its end. */
async function run(training: Training, saving: Parameters<typeof savingOptions>[1]) {
  const options = await savingOptions(training, saving);
  let end: Trainer | undefined;
  const report = await runTraining(training, {
    ...options,
    backend,
    onStep: async (trainer, loss) => {
      end = trainer;
      await options.onStep?.(trainer, loss);
    },
  });
  return { ...report, end: end! };
}

for (const training of trainings) {
  test(`${training.id}: a run in two halves is one run, bit for bit`, async () => {
    const file = path();
    const whole = await run(training, {});
    // Saved every third step, then stopped at the end of the file's copy of step 3.
    const half = await stopped(training, 3, file);
    const rest = await run(training, { resume: file });
    equal(rest.firstStep, 4);
    deepEqual([...half, ...rest.losses], whole.losses);
    deepEqual(rest.end.model.parameters.data, whole.end.model.parameters.data);
    deepEqual([...rest.end.optimizer.state], [...whole.end.optimizer.state]);
  });
}

/** Losses of the first steps; the checkpoint of the last of them lies in the file. */
async function stopped(training: Training, step: number, file: string): Promise<number[]> {
  const trainer = new Trainer(training, { backend });
  const losses: number[] = [];
  while (trainer.step < step) {
    losses.push(present(trainer.computeGradients(), "a loss"));
    trainer.update();
  }
  await writeCheckpoint(file, present(checkpointOf(trainer), "a checkpoint"));
  return losses;
}

test("checkpoints are saved when due and at the end, whole files only", async () => {
  const file = path();
  const training = trainings[0]!;
  const options = await savingOptions(training, { checkpoint: file, everySteps: 3 });
  const steps: number[] = [];
  await runTraining(training, {
    ...options,
    backend,
    onStep: async (trainer, loss) => {
      await options.onStep?.(trainer, loss);
      if (trainer.step >= 3) steps.push((await readCheckpoint(file)).step);
    },
  });
  deepEqual(steps, [3, 3, 3, 6, 6, 8]);
  deepEqual(readdirSync(dirname(file)), ["run.safetensors"]);
});

test("pruned weights stay pruned in a run that goes on", async () => {
  const file = path();
  const training = trainings[0]!;
  const trainer = new Trainer(training, { backend });
  present(trainer.computeGradients(), "a loss");
  trainer.update();
  equal(trainer.prune(0.5, "weights"), 2750);
  await writeCheckpoint(file, present(checkpointOf(trainer), "a checkpoint"));
  const { end } = await run(training, { resume: file });
  const zeros = end.model.parameters.data.filter((value) => value === 0).length;
  ok(zeros >= 2750, `${zeros}`);
});

test("a prune step that is over, and a mask of another length, are refused", async () => {
  const file = path();
  const training = trainings[0]!;
  await stopped(training, 3, file);
  const options = await savingOptions(training, { resume: file });
  const prune = { ratio: 0.5, kind: "weights", step: 3 } as const;
  await rejects(
    runTraining(training, { ...options, backend, prune }),
    /after step 3 in a run that goes on after step 3.*\[out-of-range\]/,
  );
  const saved = await readCheckpoint(file);
  const kept = { shape: [2], data: Uint8Array.of(1, 0) };
  await writeCheckpoint(file, {
    ...saved,
    tensors: new Map([...saved.tensors, ["pruning.kept", kept]]),
  });
  await rejects(run(training, { resume: file }), /shape 2 of pruning\.kept.*not-a-checkpoint/);
});

test("a checkpoint keeps the training it is of", async () => {
  const file = path();
  await stopped(trainings[1]!, 1, file);
  const { training, step } = await readCheckpoint(file);
  deepEqual(training, trainings[1]);
  equal(step, 1);
});

test("a checkpoint of another model is refused by name", async () => {
  const file = path();
  await stopped(trainings[0]!, 1, file);
  await rejects(
    run(trainings[1]!, { resume: file }),
    /checkpoint of MLP 100-50-10 .*expected one of Tiny GPT.*\[other-model\]/,
  );
  const model = { ...trainings[0]!.model, widths: [100, 40, 10] } as Training["model"];
  await rejects(run({ ...trainings[0]!, model }, { resume: file }), /other-model/);
});

test("other settings are refused by name, and a run that is over", async () => {
  const file = path();
  const training = trainings[0]!;
  await stopped(training, 2, file);
  const other = { ...training, seed: 2, batch: 16 };
  await rejects(run(other, { resume: file }), /another batch, seed.*\[other-training\]/);
  await rejects(run({ ...training, steps: 2 }, { resume: file }), /step 2.*\[nothing-left\]/);
});

test("safetensors without the training, or without a tensor, are no checkpoints", async () => {
  const file = path();
  await stopped(trainings[0]!, 1, file);
  const { tensors, metadata } = parseSafetensors(readFileSync(file), file);
  writeFileSync(file, safetensorsBytes({ tensors, metadata: new Map() }));
  await rejects(readCheckpoint(file), /without the training.*\[not-a-checkpoint\]/);
  writeFileSync(
    file,
    safetensorsBytes({ tensors, metadata: new Map([...metadata, ["step", "x"]]) }),
  );
  await rejects(readCheckpoint(file), /not-a-checkpoint/);
  const fewer = new Map([...tensors].filter(([name]) => name !== "layers.1.bias"));
  writeFileSync(file, safetensorsBytes({ tensors: fewer, metadata }));
  const checkpoint = await readCheckpoint(file);
  const { parameters } = new Trainer(trainings[0]!, { backend }).model;
  throws(
    () => restoreParameters(parameters, checkpoint, file),
    /no tensor layers\.1\.bias.*\[not-a-checkpoint\]/,
  );
  const broken = new Map([...metadata, ["training", `{"id": 3}`]]);
  writeFileSync(file, safetensorsBytes({ tensors, metadata: broken }));
  await rejects(readCheckpoint(file), /missing-key/);
});
