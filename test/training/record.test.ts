import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { readModel } from "../../src/files/model.ts";
import { readTraining } from "../../src/files/training.ts";
import { dependenciesOf, NO_PARALLELISM, streamOf } from "../../src/records/trace-file.ts";
import type { Trace } from "../../src/records/trace.ts";
import { recordTraining } from "../../src/training/record.ts";
import { recordShapes, recordTrainingShapes } from "../../src/training/record-shapes.ts";
import { withReduction } from "../../src/training/record-shapes.ts";
import { backends } from "../tensor/backends.ts";

const mlp = await readTraining("mlp");
const gpt = { ...(await readTraining("small-gpt")), batch: 2, accumulation: 2 };

for (const training of [mlp, gpt]) {
  test(`${training.id}: the recorded program is the one that shapes alone give`, () => {
    // A second at each reading: as few later steps as there may be.
    let now = 0;
    const { programs } = recordTraining(training, { backend: backends[0]!, clock: () => now++ });
    const walked = recordTrainingShapes(training, NO_PARALLELISM).programs;
    equal(programs[0]!.trace.device, "native");
    const trace = { ...programs[0]!.trace, device: "shape-only" };
    deepEqual([{ ...programs[0]!, trace }], walked);
  });
}

test("one step is recorded, an op from a reading of the clock to the next", () => {
  // The clock moves a second at each reading: each op takes one, and so does each later step,
  // unless an op of it were timed as well.
  let now = 0;
  const recorded = recordTraining(mlp, { backend: backends[0]!, clock: () => now++ });
  const { opDurationsS, stepTimesS } = recorded.measured!;
  deepEqual(
    opDurationsS,
    recorded.programs[0]!.trace.ops.map(() => 1),
  );
  deepEqual(stepTimesS, Array<number>(20).fill(1));
});

test("short steps are timed more often, up to 400", () => {
  const clock = () => 0;
  equal(recordTraining(mlp, { backend: backends[0]!, clock }).measured!.stepTimesS.length, 400);
});

test("ranks of all stages together are all ranks, each once", async () => {
  const degrees = { ...NO_PARALLELISM, dp: 4, tp: 2, pp: 8 };
  const model = await readModel("llama-3.2-1b");
  const { programs } = recordShapes(model, { batch: 1, tokens: 64, elementBytes: 2, degrees });
  const ranks = programs.flatMap((program) => program.ranks).sort((a, b) => a - b);
  deepEqual(
    ranks,
    Array.from({ length: 64 }, (_, rank) => rank),
  );
  // The first and the last stage differ from those between.
  ok(programs.length >= 3);
});

test("experts' gradients are summed over data, all others over all that hold them", () => {
  const head = { shape: [1], flop: 0, readBytes: 0, writtenBytes: 0, name: "x" } as const;
  const trace: Trace = {
    ...{ model: "m", elementBytes: 4, sampleCount: 1, tokensPerSample: 1 },
    device: "shape-only",
    ...{ parameterCount: 30, activationBytes: 0 },
    ops: [
      { ...head, kind: "matmul", phase: "backward" },
      { ...head, kind: "optimizer", phase: "optimizer" },
    ],
    gradients: [
      { parameter: "layers.0.experts.0.up.weight", elementCount: 20, op: 0 },
      { parameter: "norm.scale", elementCount: 10, op: 0 },
    ],
  };
  const { collectives = [] } = withReduction(trace, { ...NO_PARALLELISM, dp: 3, ep: 2 });
  deepEqual(
    collectives.map(({ rankCount, bytes, op }) => [rankCount, bytes, op]),
    [
      [6, 40, 1],
      [3, 80, 1],
    ],
  );
  equal(withReduction(trace, NO_PARALLELISM), trace);
});

test("an op waits for what it uses: a receive, and sums before the update, but no send", () => {
  const part = { group: "pipeline", name: "x", rankCount: 2, bytes: 8 } as const;
  const none = { name: "x", shape: [1], flop: 0, readBytes: 0, writtenBytes: 0 };
  const op = { ...none, kind: "matmul" } as const;
  const trace: Trace = {
    ...{ model: "m", elementBytes: 4, sampleCount: 1, tokensPerSample: 1 },
    device: "shape-only",
    ...{ parameterCount: 0, activationBytes: 0, gradients: [] },
    ops: [
      { ...op, phase: "forward" },
      { ...op, phase: "backward" },
      { ...op, phase: "optimizer" },
    ],
    collectives: [
      { ...part, kind: "send", phase: "forward", op: 1 },
      { ...part, kind: "receive", phase: "forward", op: 1 },
      { ...part, kind: "all-reduce", group: "data", phase: "backward", op: 1 },
    ],
  };
  // Ops are 0 to 2; 3 is the send, 4 the receive, 5 the sum of gradients that backward began.
  deepEqual(dependenciesOf(trace), [[], [0, 4], [1, 5], [0], [0, 3], [0]]);
  deepEqual(
    [streamOf(trace, 0), streamOf(trace, 3), streamOf(trace, 5)],
    [...["compute", "pipeline", "data"]],
  );
});
