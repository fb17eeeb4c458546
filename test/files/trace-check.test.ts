import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "vitest";
import { readModel } from "../../src/files/model.ts";
import { checkTrace } from "../../src/files/trace-check.ts";
import { readTraining } from "../../src/files/training.ts";
import type { RankProgram, RecordedTrace } from "../../src/records/trace-file.ts";
import { NO_PARALLELISM } from "../../src/records/trace-file.ts";
import { programOf, recordShapes, recordTrainingShapes } from "../../src/training/record-shapes.ts";

const sizes = { batch: 1, tokens: 64, elementBytes: 2 };
const staged = recordShapes(await readModel("llama-3.2-1b"), {
  ...sizes,
  degrees: { ...NO_PARALLELISM, dp: 2, tp: 2, pp: 4 },
});
const mlp = recordTrainingShapes(await readTraining("mlp"), NO_PARALLELISM);

/** The first program, changed. */
function changed(recorded: RecordedTrace, change: (program: RankProgram) => RankProgram) {
  return {
    ...recorded,
    programs: recorded.programs.map((program, i) => (i === 0 ? change(program) : program)),
  };
}

const codes = (recorded: RecordedTrace) =>
  checkTrace(recorded, "a.trace").issues.map(({ code, line }) => `${line} ${code}`);

test("steps of every layout that is walked pass, and their sends are counted", async () => {
  const { issues, sends } = checkTrace(staged, "a.trace");
  deepEqual(issues, []);
  // 4 stages of 4 ranks: each border is crossed once forward and once back.
  equal(sends, 3 * 2 * 4);
  deepEqual(codes(mlp), []);
  const mixture = recordShapes(await readModel("mixtral-8x7b"), {
    ...sizes,
    degrees: { ...NO_PARALLELISM, ep: 4, dp: 2, cp: 2 },
  });
  deepEqual(codes(mixture), []);
});

test("a circle is found and named, op by op", () => {
  const circular = changed(mlp, (program) => ({
    ...program,
    // The second op waits for the fifth, which waits for it through those between.
    dependencies: program.dependencies.map((own, node) => (node === 1 ? [0, 4] : own)),
  }));
  const { issues } = checkTrace(circular, "a.trace");
  deepEqual(codes(circular), ["2 cyclic-trace"]);
  match(issues[0]!.found, /^a circle: .*\(1\).*\(4\)|^a circle: .*\(4\).*\(1\)/);
});

test("a send without its receive is counted, with its size", () => {
  const lonely = changed(staged, ({ trace, ranks }) => {
    const collectives = trace.collectives!.filter(({ kind }) => kind !== "receive");
    return programOf({ ...trace, collectives }, ranks);
  });
  const { issues } = checkTrace(lonely, "a.trace");
  equal(issues[0]!.code, "unmatched-trace");
  // The four ranks of the first stage miss a gradient each.
  match(issues[0]!.found, /^4 more sent messages of \d+ bytes in the pipeline group/);
});

test("a product's flop must follow from its sizes", () => {
  const wrong = changed(mlp, (program) => ({
    ...program,
    trace: {
      ...program.trace,
      ops: program.trace.ops.map((op, i) => (i === 0 ? { ...op, flop: op.flop / 2 } : op)),
    },
  }));
  deepEqual(codes(wrong), ["2 unbalanced-trace"]);
});

test("gradients are those of all parameters", () => {
  const wrong = changed(mlp, (program) => ({
    ...program,
    trace: { ...program.trace, gradients: program.trace.gradients.slice(1) },
  }));
  deepEqual(codes(wrong), ["2 unbalanced-trace"]);
});

test("a group has the ranks that the layout says, and shares out whole bytes", () => {
  const wrong = changed(staged, (program) => ({
    ...program,
    trace: {
      ...program.trace,
      collectives: program.trace.collectives!.map((collective, i) => {
        return i === 0 ? { ...collective, kind: "all-gather", rankCount: 3, bytes: 7 } : collective;
      }),
    },
  }));
  deepEqual(codes(wrong), ["2 unmatched-trace", "2 unbalanced-trace"]);
});
