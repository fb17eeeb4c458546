import { equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { test } from "vitest";
import { readCheckpoint, writeCheckpoint } from "../../src/files/checkpoint.ts";
import { readTraining } from "../../src/files/training.ts";
import type { Training } from "../../src/records/job.ts";
import { createNativeDevice } from "../../src/tensor/device.ts";
import { Tape } from "../../src/tensor/tape.ts";
import { checkpointOf } from "../../src/training/checkpoint.ts";
import { continueText } from "../../src/training/infer.ts";
import { recordedShapes } from "../../src/training/recorded-shapes.ts";
import { Trainer } from "../../src/training/trainer.ts";
import { freshFolder } from "../support/cli.ts";
import { backends } from "../tensor/backends.ts";

const backend = backends[0]!;

async function trained(id: string, steps: number) {
  const training: Training = { ...(await readTraining(id)), steps };
  const trainer = new Trainer(training, { backend });
  const losses: (number | undefined)[] = [];
  let tape: Tape | undefined;
  while (trainer.step < steps) {
    losses.push(trainer.computeGradients());
    tape = trainer.update();
  }
  return { trainer, losses, tape: tape! };
}

for (const id of ["llama", "moe", "moe-skewed"]) {
  test(`${id} learns, is saved, and continues a text as the model in memory does`, async () => {
    const { trainer, losses } = await trained(id, 30);
    // 256 bytes at random cost log 256 = 5.545; the frequencies of letters alone give about 3.
    ok(Math.abs(losses[0]! - Math.log(256)) < 0.1, `it starts at ${losses[0]}`);
    ok(losses.at(-1)! < 3, `and ends at ${losses.at(-1)}`);
    const path = join(freshFolder(), `${id}.safetensors`);
    await writeCheckpoint(path, checkpointOf(trainer)!);
    const prompt = "Four score and seven";
    const found = continueText({ checkpoint: await readCheckpoint(path), path }, prompt, 8);
    ok(found.kind === "text");
    const tokens = [...new TextEncoder().encode(prompt)];
    for (let i = 0; i < 8; i++) {
      const inputs = { shape: [1, tokens.length], data: Int32Array.from(tokens) };
      const tape = new Tape(createNativeDevice({ backend }));
      const logits = trainer.model.output(tape, { kind: "tokens", inputs }).data;
      const row = [...logits.subarray(-256)];
      tokens.push(row.indexOf(Math.max(...row)));
    }
    equal(prompt + found.text, new TextDecoder().decode(Uint8Array.from(tokens)));
  });

  test(`${id} records the ops that are walked without numbers`, async () => {
    const { trainer, tape } = await trained(id, 1);
    const { model } = trainer;
    const head = { model: model.spec.id, sampleCount: 8, tokensPerSample: 64 };
    const trace = tape.trace({ ...head, parameterCount: model.parameters.elementCount });
    const walked = recordedShapes(trainer.training);
    equal(JSON.stringify(walked), JSON.stringify({ ...trace, device: "shape-only" }));
  });
}
