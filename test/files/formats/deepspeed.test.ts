/** DeepSpeed configurations: batch, stage, precision; contradictions and offload refused. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { documentOf } from "../../../src/files/document.ts";
import { runFromDeepSpeed } from "../../../src/files/formats/deepspeed.ts";

const read = (data: unknown) => runFromDeepSpeed(documentOf(data, "ds.json"));

test("batch, micro-batch and accumulation say how many ranks share the data", () => {
  const run = read({
    train_batch_size: 256,
    train_micro_batch_size_per_gpu: 4,
    gradient_accumulation_steps: 8,
    zero_optimization: { stage: 3 },
    bf16: { enabled: true },
    gradient_clipping: 1,
  });
  deepEqual(run.layout, [
    ...["batch=256", "micro=4", "dp=8", "zero=3", "precision=bf16", "software=eager"],
  ]);
  equal(run.rankCount, 8);
  deepEqual(run.unread, ["gradient_clipping"]);
});

test("what is left to the trainer is left open, and said", () => {
  const run = read({ train_batch_size: "auto", bf16: { enabled: "auto" } });
  deepEqual(run.layout, ["zero=0", "software=eager"]);
  equal(run.notes.length, 2);
});

test("contradictions, unknown stages and offload are all named", () => {
  throws(
    () =>
      read({
        train_batch_size: 10,
        train_micro_batch_size_per_gpu: 4,
        zero_optimization: { stage: 4, offload_optimizer: { device: "cpu" } },
      }),
    (error: unknown) => {
      ok(error instanceof InputError);
      deepEqual(
        error.issues.map(({ code }) => code),
        ["not-allowed-value", "not-modeled", "does-not-divide"],
      );
      ok(error.issues[2]?.nextStep.includes("take 8"));
      return true;
    },
  );
});
