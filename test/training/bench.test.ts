import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { selfcheckOf } from "../../src/answers/trace/selfcheck.ts";
import { readTraining } from "../../src/files/training.ts";
import { NO_PARALLELISM } from "../../src/records/trace-file.ts";
import type { Communicator, Groups } from "../../src/tensor/communicator.ts";
import { silentGroup } from "../../src/tensor/communicator.ts";
import { kernelCalls } from "../../src/tensor/kernel-class.ts";
import { benchProgram, VARIANT_COUNT } from "../../src/training/bench-program.ts";
import { InnerExchanges } from "../../src/training/inner-exchanges.ts";
import { benchMachine } from "../../src/training/machine-bench.ts";
import { ONE_RANK } from "../../src/training/mesh.ts";
import { silentGroups } from "../../src/training/parallel.ts";
import { recordTrainingShapes } from "../../src/training/record-shapes.ts";
import { recordedShapes } from "../../src/training/recorded-shapes.ts";
import { teamOfOne } from "../../src/training/team.ts";
import { alone } from "../../src/training/stepper.ts";
import { runTask } from "../../src/training/rank-task-run.ts";
import { backends } from "../tensor/backends.ts";

const small = { batch: 2, steps: 1 };
const trainings = await Promise.all(
  ["mlp", "small-gpt", "bert", "llama", "moe", "moe-balance"].map(async (id) => {
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
  const counts: number[] = [];
  benchProgram(calls, 0, backends[0]!).run({
    onOps: (count) => counts.push(count),
    onBackward: (share) => shares.push(share),
  });
  // A loss, three products and an activation.
  deepEqual(shares, [0.2, 0.4, 0.6, 0.8, 1]);
  // Every op but none for what clears the gradients, which comes first.
  deepEqual(
    counts,
    calls.map((_, i) => i),
  );
});

test("exchanges of layers are benched where the step has them, and never at its sizes", () => {
  const degrees = { ...ONE_RANK, tensor: 2, data: 2 };
  const shapes = recordTrainingShapes(trainings[1]!, { ...NO_PARALLELISM, tp: 2, dp: 2 });
  const { trace } = shapes.programs[0]!;
  const inner = (trace.collectives ?? []).filter(({ group }) => group === "tensor");
  ok(inner.length > 10);
  const made: number[] = [];
  const tensor: Communicator = {
    ...silentGroup("tensor", 0, 2),
    allReduce: ({ length }) => made.push(4 * length),
  };
  const groups: Groups = { ...silentGroups(degrees, 0), tensor };
  const team = { ...teamOfOne(), groups };
  for (const ratio of [0.8, 1.25]) {
    const exchanges = new InnerExchanges(team, trace, ratio);
    made.length = 0;
    for (let count = 0; count <= trace.ops.length; count++) exchanges.run(count);
    equal(made.length, inner.length);
    for (const [i, { bytes }] of inner.entries()) {
      ok(made[i] !== bytes && made[i]! >= ratio * bytes && made[i]! < ratio * bytes + 8);
    }
    equal(
      exchanges.bytes,
      made.reduce((sum, bytes) => sum + bytes, 0),
    );
  }
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
