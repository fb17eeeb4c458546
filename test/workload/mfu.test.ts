import { equal, throws } from "node:assert/strict";
import { test } from "vitest";
import { modelFlop, modelFlopUtilization } from "../../src/workload/mfu.ts";
import { ACCELERATOR, op, traceOf } from "./small-trace.ts";

const TRACE = traceOf([
  op("forward", "matmul", { flop: 1000 }),
  op("forward", "norm", { flop: 77 }),
  op("forward", "attention", { flop: 500, shape: [1, 1, 100, 1] }),
  op("backward", "matmul", { flop: 2000 }),
  op("optimizer", "optimizer", { flop: 99 }),
  op("optimizer", "matmul", { flop: 55 }),
]);

test("only matmul and attention of forward and backward count", () => {
  equal(modelFlop(TRACE), 3500);
});

test("utilization is model flop over peak flop of the whole step", () => {
  // 4 micro-batches of 3,500 flop in 28 s at a peak of 1,000 flop/s: 14,000 / 28,000.
  const asked = { trace: TRACE, accumulation: 4, accelerator: ACCELERATOR };
  equal(modelFlopUtilization({ ...asked, stepTimeS: 28 }), 0.5);
});

test("more than the peak is our bug", () => {
  const asked = { trace: TRACE, accumulation: 4, accelerator: ACCELERATOR };
  throws(() => modelFlopUtilization({ ...asked, stepTimeS: 13.9 }), { name: "InvariantError" });
});
