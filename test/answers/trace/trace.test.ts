import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { test } from "vitest";
import { compared } from "../../../src/answers/trace/selfcheck.ts";
import { summaryOf } from "../../../src/answers/trace/summary.ts";
import { timelineOf } from "../../../src/answers/trace/timeline.ts";
import { readTraining } from "../../../src/files/training.ts";
import type { MachineModel } from "../../../src/records/machine.ts";
import type { RecordedTrace } from "../../../src/records/trace-file.ts";
import { NO_PARALLELISM } from "../../../src/records/trace-file.ts";
import { recordTrainingShapes } from "../../../src/training/record-shapes.ts";

const mlp = await readTraining("mlp");
const recorded = recordTrainingShapes(mlp, NO_PARALLELISM);
const together = recordTrainingShapes(mlp, { ...NO_PARALLELISM, dp: 4 });

test("the totals of the reference perceptron are those counted by hand", () => {
  // Forward 2·32·(100·50 + 50·10) flop; backward both weights' gradients as much again and the
  // second layer's input: 2·32·(5,500 + 5,500 + 500).
  const { kinds, total } = summaryOf(recorded);
  const matmul = kinds.find(({ kind }) => kind === "matmul")!;
  deepEqual([matmul.calls, matmul.flop], [5, 2 * 32 * 11_500]);
  equal(
    total.calls,
    kinds.reduce((sum, { calls }) => sum + calls, 0),
  );
  equal(
    total.flop,
    kinds.reduce((sum, { flop }) => sum + flop, 0),
  );
  equal(summaryOf(recorded).measured, null);
});

test("four ranks reduce the gradients of 5,560 parameters, once a step", () => {
  const { collectives, programs } = summaryOf(together);
  deepEqual(collectives, [
    { kind: "all-reduce", group: "data", rankCount: 4, calls: 1, bytes: 4 * 5560 },
  ]);
  deepEqual([programs[0]!.rankCount, programs[0]!.firstRank], [4, 0]);
});

test("what was measured is summed by kind, beside the rest", () => {
  const { ops } = recorded.programs[0]!.trace;
  const measured = {
    ...{ backend: "native", coreCount: 2, stepTimesS: [3, 1, 2] },
    opDurationsS: ops.map(() => 0.5),
  };
  const summary = summaryOf({ ...recorded, measured }).measured!;
  deepEqual(summary.stepTimeS, { p10: 1, p50: 2, p90: 3 });
  equal(summary.kinds.find(({ kind }) => kind === "matmul")!.durationS, 2.5);
});

test("without times the timeline has a microsecond an op, one after the other", () => {
  const nodes = timelineOf(recorded.programs[0]!);
  equal(nodes.length, recorded.programs[0]!.trace.ops.length);
  for (const [i, { nodeId, startS, durationS }] of nodes.entries()) {
    equal(nodeId, i);
    ok(Math.abs(startS - i * 1e-6) < 1e-12);
    equal(durationS, 1e-6);
  }
});

test("the optimizer starts once the reduction has ended, which waits for backward", () => {
  const [program] = together.programs;
  const { ops } = program!.trace;
  const nodes = timelineOf(program!);
  const endS = (node: number) => {
    const found = nodes.find((one) => one.nodeId === node)!;
    return found.startS + found.durationS;
  };
  const update = ops.findIndex(({ phase }) => phase === "optimizer");
  const reduction = nodes.find(({ stream }) => stream === "data")!;
  equal(reduction.startS, endS(update - 1));
  equal(nodes.find(({ nodeId }) => nodeId === update)!.startS, endS(ops.length));
});

test("measured durations move the timeline, of the collectives too", () => {
  const [program] = together.programs;
  const nodes = timelineOf(
    program!,
    program!.trace.ops.map(() => 2),
  );
  equal(nodes.at(-1)!.startS, 2 * (program!.trace.ops.length - 1));
});

const machine: MachineModel = {
  laws: [{ kernel: "optimizer optimizer 14", coefficients: [0, 0, 1e-6], points: [] }],
  ...{
    perOpS: 1e-6,
    perStepS: 0,
    processCount: 1,
    coreCount: 2,
    wholeFactor: 1,
    overheadFactor: 1,
  },
  exchange: { latencyS: 0, perByteS: 0 },
};

test("scrambled durations in the file leave the prediction as it was, to the bit", () => {
  const withTimes = (factor: number): RecordedTrace => ({
    ...recorded,
    measured: {
      ...{ backend: "native", coreCount: 2, stepTimesS: [factor] },
      opDurationsS: recorded.programs[0]!.trace.ops.map((_, i) => ((i * 7919) % 13) * factor),
    },
  });
  const [plain, scrambled] = [withTimes(1), withTimes(1e6)].map((one) => {
    return compared(one, machine, [0.01, 0.02, 0.03]);
  });
  deepEqual(scrambled, plain);
  // 5,560 parameters at 1 µs, and 10 ops at 1 µs.
  ok(Math.abs(plain!.predictedS - 5570e-6) < 1e-9);
  notEqual(compared(recorded, { ...machine, perOpS: 2e-6 }, [0.01]).predictedS, plain!.predictedS);
});

test("the error is relative to the median, the range from the tenth to the ninetieth", () => {
  const times = [5, 1, 3, 2, 4].map((n) => n * 5570e-6);
  const checked = compared(recorded, machine, times);
  deepEqual(Object.keys(checked), [
    ...["measuredS", "measuredRangeS", "predictedS", "relativeError", "processes"],
  ]);
  equal(checked.measuredS, 3 * 5570e-6);
  deepEqual(checked.measuredRangeS, { p10: 5570e-6, p90: 5 * 5570e-6 });
  ok(Math.abs(checked.relativeError - (1 / 3 - 1)) < 1e-9);
  equal(checked.processes, 1);
});
