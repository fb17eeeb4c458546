import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { selfcheckOf } from "../../src/answers/trace/selfcheck.ts";
import { readTraining } from "../../src/files/training.ts";
import { NO_PARALLELISM } from "../../src/records/trace-file.ts";
import { kernelCalls } from "../../src/tensor/kernel-class.ts";
import { benchProgram, VARIANT_COUNT } from "../../src/training/bench-program.ts";
import { benchMachine } from "../../src/training/machine-bench.ts";
import { recordTrainingShapes } from "../../src/training/record-shapes.ts";
import { recordedShapes } from "../../src/training/recorded-shapes.ts";
import { alone } from "../../src/training/stepper.ts";
import { runTask } from "../../src/training/rank-task-run.ts";
import { backends } from "../tensor/backends.ts";

const small = { batch: 2, steps: 1 };
const trainings = await Promise.all(
  ["mlp", "small-gpt", "bert", "llama", "moe"].map(async (id) => {
    return { ...(await readTraining(id)), ...small };
  }),
);

const keys = (calls: ReturnType<typeof kernelCalls>) =>
  calls.map(({ kernel, shape }) => `${kernel} ${shape.join("x")}`);

for (const training of trainings) {
  test(`${training.id}: no bench has sizes of the step, each kernel has its bench`, () => {
    const calls = kernelCalls(recordedShapes(training));
    const own = new Set(keys(calls));
    for (let variant = 0; variant < VARIANT_COUNT; variant++) {
      const program = benchProgram(calls, variant, backends[0]!);
      deepEqual(
        keys(program.calls as typeof calls).filter((key) => own.has(key)),
        [],
      );
      deepEqual(
        program.calls.map(({ kernel }) => kernel),
        calls.map(({ kernel }) => kernel),
      );
      // Kernels check the lengths of their arrays: benches that fit no kernel would throw.
      if (variant > 1) continue;
      program.run();
      const durationsS = new Float64Array(calls.length);
      let now = 0;
      program.time(durationsS, () => now++);
      ok(durationsS.every((s) => s === 1));
    }
  });
}

test("backward tells how far it is, up to its end", () => {
  const calls = kernelCalls(recordedShapes(trainings[0]!));
  const shares: number[] = [];
  benchProgram(calls, 0, backends[0]!).run((share) => shares.push(share));
  // A loss, three products and an activation.
  deepEqual(shares, [0.2, 0.4, 0.6, 0.8, 1]);
});

test("the reference perceptron's step is predicted from benches made here and now", () => {
  // On a quiet machine within 5 %; a test that shares its cores only asks for the right size.
  const training = trainings[0]!;
  const { trace } = recordTrainingShapes(training, NO_PARALLELISM).programs[0]!;
  const benched = benchMachine(training, trace, { backend: backends[0]! });
  ok(benched.stepTimesS.length >= 20);
  const recorded = recordTrainingShapes(training, NO_PARALLELISM);
  const { relativeError } = selfcheckOf(recorded, benched, 2);
  ok(relativeError > -0.6 && relativeError < 1.5, `off by ${relativeError}`);
});

test("a rank records or benches when it is asked to, and reports as one that trained", () => {
  const report = runTask({ kind: "record" }, trainings[0]!, alone());
  equal(report.outcome!.kind, "record");
  deepEqual([report.losses, report.rank.rank], [[], 0]);
});
