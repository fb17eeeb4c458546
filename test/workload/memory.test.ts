import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { Refusal } from "../../src/base/errors.ts";
import type { Trace } from "../../src/records/trace.ts";
import {
  fits,
  microBatchThatFits,
  refuseUnlessFits,
  stepMemory,
} from "../../src/workload/memory.ts";
import { traceOf } from "./small-trace.ts";

/** 1,000 parameters of two bytes, 600 bytes of activations. */
const TRACE: Trace = { ...traceOf([]), parameterCount: 1000, activationBytes: 600 };

test("a replicated optimizer keeps 12 bytes a parameter on every rank", () => {
  // 2,000 weights + 2,000 gradients + 12,000 optimizer + 600 activations.
  const memory = stepMemory(TRACE, { sharding: "replicated", rankCount: 8, capacityBytes: 2e4 });
  deepEqual(memory, {
    weightBytes: 2000,
    gradientBytes: 2000,
    optimizerBytes: 12000,
    activationBytes: 600,
    totalBytes: 16600,
    capacityBytes: 20000,
  });
});

test("zero-1 shards the optimizer, and the largest shard decides", () => {
  const asked = { sharding: "zero-1", capacityBytes: 2e4 } as const;
  // 1,000/8 = 125 parameters; 1,000/3 = 333.3, so one rank keeps 334.
  equal(stepMemory(TRACE, { ...asked, rankCount: 8 }).optimizerBytes, 1500);
  equal(stepMemory(TRACE, { ...asked, rankCount: 3 }).optimizerBytes, 334 * 12);
});

test("fp32 training needs no master copy", () => {
  const fp32 = { ...TRACE, elementBytes: 4 };
  const memory = stepMemory(fp32, { sharding: "replicated", rankCount: 1, capacityBytes: 2e4 });
  equal(memory.weightBytes, 4000);
  equal(memory.optimizerBytes, 8000);
});

test("a memory that is exactly full fits, one byte less does not", () => {
  const asked = { sharding: "replicated", rankCount: 1 } as const;
  ok(fits(stepMemory(TRACE, { ...asked, capacityBytes: 16600 })));
  ok(!fits(stepMemory(TRACE, { ...asked, capacityBytes: 16599 })));
});

test("the micro-batch that fits is named in the refusal", () => {
  // States 16,000; 600 bytes at a micro-batch of 6 are 100 a sequence; 350 bytes hold 3.
  const asked = { sharding: "replicated", rankCount: 1, capacityBytes: 16350 } as const;
  const memory = stepMemory(TRACE, asked);
  equal(microBatchThatFits(memory, 6), 3);
  throws(
    () => refuseUnlessFits(memory, { microBatch: 6, sharding: "replicated" }),
    (error) =>
      error instanceof Refusal &&
      error.code === "does-not-fit" &&
      error.pointer === "/job/microBatch" &&
      error.nextStep === "set the micro-batch to 3",
  );
});

test("states that alone do not fit ask for shards first, then for accelerators", () => {
  const memory = stepMemory(TRACE, { sharding: "replicated", rankCount: 1, capacityBytes: 9999 });
  equal(microBatchThatFits(memory, 6), 0);
  const refusal = (sharding: "replicated" | "zero-1", text: string) =>
    throws(
      () => refuseUnlessFits(memory, { microBatch: 6, sharding }),
      (error) => error instanceof Refusal && error.nextStep.includes(text),
    );
  refusal("replicated", "zero-1");
  refusal("zero-1", "more accelerators");
});

test("a point that fits is not refused", () => {
  const asked = { sharding: "zero-1", rankCount: 8, capacityBytes: 2e4 } as const;
  refuseUnlessFits(stepMemory(TRACE, asked), { microBatch: 1, sharding: "zero-1" });
});
