import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "vitest";
import { stepCompute } from "../../../src/workload/compute/step-compute.ts";
import { ACCELERATOR, SOFTWARE, given, lasting, op, traceOf } from "../small-trace.ts";

const STEP = { accelerator: ACCELERATOR, software: SOFTWARE, optimizerShardCount: 1 };

test("each phase sums its own ops, part by part", () => {
  // Matmul of 400 flop: 0.4 s ideal, 1 s at 400 flop/s. Norms 2 s and 3 s of bytes.
  const matmul = { flop: 400 };
  const trace = traceOf([
    op("forward", "matmul", matmul),
    lasting("forward", 2),
    op("backward", "matmul", matmul),
    op("backward", "matmul", matmul),
    lasting("backward", 3),
  ]);
  const { forward, backward, optimizer, opS } = stepCompute({ trace, ...STEP });
  deepEqual(forward, { idealS: 0.4, matmulLossS: 0.6, memoryS: 2, launchS: 0, totalS: 3 });
  deepEqual(backward, { idealS: 0.8, matmulLossS: 1.2, memoryS: 3, launchS: 0, totalS: 5 });
  equal(optimizer.totalS, 0);
  deepEqual([...opS], [1, 2, 1, 1, 3]);
});

test("sums are exact: ten ops of 0.1 s take one second", () => {
  // Added one by one, ten times 0.1 gives 0.9999999999999999.
  const ops = Array.from({ length: 10 }, () => lasting("forward", 0.1));
  equal(stepCompute({ trace: traceOf(ops), ...STEP }).forward.memoryS, 1);
});

test("shards divide the optimizer's bytes, not its launches", () => {
  // 600 bytes at 1.5 passes and 100 B/s: 9 s, a third of it 3 s; the launch of 0.5 s stays.
  const trace = traceOf([op("optimizer", "optimizer", { readBytes: 400, writtenBytes: 200 })]);
  const software = { ...SOFTWARE, launchS: given(0.5) };
  const whole = stepCompute({ trace, ...STEP, software });
  const third = stepCompute({ trace, ...STEP, software, optimizerShardCount: 3 });
  equal(whole.optimizer.totalS, 9.5);
  equal(third.optimizer.totalS, 3.5);
});

test("a trace that goes backward before forward is our bug", () => {
  const trace = traceOf([lasting("backward", 1), lasting("forward", 1)]);
  throws(() => stepCompute({ trace, ...STEP }), { name: "InvariantError" });
});
