import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import type { StepPart } from "../../src/records/result.ts";
import type { Collective } from "../../src/records/schedule.ts";
import { type StepAsked, type StepTimeline, stepTimeline } from "../../src/workload/overlap.ts";
import { ACCELERATOR, SOFTWARE, given, lasting, op, ready, traceOf } from "./small-trace.ts";

/**
 * Forward 4 s, backward 2 + 6 s. The early gradient (5 elements, 10 bytes) is ready after the
 * 2 s, so with 6 s left; the late one (3 elements, 6 bytes) at the end.
 */
const PASSES = [lasting("forward", 4), lasting("backward", 2), lasting("backward", 6)];
const EARLY = ready(1, 5);
const LATE = ready(2, 3);

/** Replicated on two ranks, and an optimizer of no ops, unless a test says otherwise. */
function step(fields: Partial<StepAsked>): StepTimeline {
  return stepTimeline({
    trace: traceOf(PASSES, [EARLY, LATE]),
    accelerator: ACCELERATOR,
    software: SOFTWARE,
    sharding: "replicated",
    rankCount: 2,
    accumulation: 1,
    collectiveS: () => 0,
    ...fields,
  });
}

function partS(timeline: StepTimeline, name: StepPart["name"]): number {
  return timeline.parts.find((part) => part.name === name)?.durationS ?? Number.NaN;
}

test("a collective shorter than the rest of backward costs nothing", () => {
  // Ready 6 s before the end, takes 5: step = 4 + 8.
  const timeline = step({ trace: traceOf(PASSES, [EARLY]), collectiveS: () => 5 });
  equal(timeline.stepTimeS, 12);
  deepEqual([timeline.hiddenCommS, timeline.exposedCommS], [5, 0]);
});

test("a collective longer than the rest of backward shows what is left of it", () => {
  // Ready 6 s before the end, takes 10: 4 s are exposed, step = 4 + 8 + 4.
  const timeline = step({ trace: traceOf(PASSES, [EARLY]), collectiveS: () => 10 });
  equal(timeline.stepTimeS, 16);
  deepEqual([timeline.hiddenCommS, timeline.exposedCommS], [6, 4]);
  equal(partS(timeline, "exposed all-reduce"), 4);
  equal(partS(timeline, "exposed reduce-scatter"), 0);
});

test("the last bucket is ready when backward ends, so it is always exposed", () => {
  // Early: from 2 to 7 of 8 s. Late: from 8 to 11. Exposed 3.
  const timeline = step({ collectiveS: (_, sizeBytes) => sizeBytes / 2 });
  equal(timeline.exposedCommS, 3);
  equal(timeline.hiddenCommS, 5);
});

test("a bucket waits for the one before", () => {
  // Early: 9 s from 2 to 11. Late: 3 s from 11 to 14, though ready at 8. Exposed 14 − 8.
  const timeline = step({ collectiveS: (_, sizeBytes) => (sizeBytes === 10 ? 9 : 3) });
  equal(timeline.exposedCommS, 6);
  const reductions = timeline.spans.filter((span) => span.stream === "communication");
  // The forward pass of 4 s comes first.
  deepEqual(
    reductions.map(({ startS, endS }) => [startS, endS]),
    [
      [6, 15],
      [15, 18],
    ],
  );
});

test("gathers stall the next forward where its parameters are not there yet", () => {
  // In forward order: the late bucket, 3 s, needed at once; the early, 5 s, needed at the
  // mirror of its 6 s of 8: 4 · 6/8 = 3 s. Stalled 3 s; reaches 3 s of compute at 6, waits for
  // 3 + 5 = 8: 2 s more. Reductions take no time here.
  const collectiveS = (collective: Collective, sizeBytes: number) =>
    collective === "all-gather" ? sizeBytes / 2 : 0;
  const timeline = step({ sharding: "zero-1", collectiveS });
  equal(partS(timeline, "exposed all-gather"), 5);
  equal(timeline.hiddenCommS, 3);
  equal(timeline.stepTimeS, 4 + 8 + 5);
  deepEqual(
    timeline.spans.filter(({ name }) => name === "forward").map((s) => [s.startS, s.endS]),
    [
      [3, 6],
      [8, 9],
    ],
  );
});

test("a profile that does not overlap its gathers exposes them whole", () => {
  const collectiveS = (collective: Collective) => (collective === "all-gather" ? 1.5 : 0);
  const software = { ...SOFTWARE, gatherOverlapsForward: false };
  const timeline = step({ sharding: "zero-1", collectiveS, software });
  // Two buckets.
  equal(partS(timeline, "exposed all-gather"), 3);
  equal(timeline.hiddenCommS, 0);
});

test("zero-1 updates a share of the parameters on each rank, a replica all of them", () => {
  // 800 bytes at 1.5 passes and 100 B/s: 12 s; a quarter is 3 s.
  const ops = [...PASSES, op("optimizer", "optimizer", { readBytes: 800 })];
  const trace = traceOf(ops, [EARLY, LATE]);
  const sharded = step({ trace, sharding: "zero-1", rankCount: 4 });
  const replicated = step({ trace, sharding: "replicated", rankCount: 4 });
  equal(partS(sharded, "optimizer"), 3);
  equal(partS(replicated, "optimizer"), 12);
  equal(sharded.stepTimeS, 12 + 3);
  equal(replicated.computeS, 12 + 12);
});

test("an all-reduce and its two halves are the same communication, hidden or exposed", () => {
  // Halves of 2 s a bucket each way against a whole of 4 s: 8 s in all.
  const collectiveS = (collective: Collective) => (collective === "all-reduce" ? 4 : 2);
  const sharded = step({ sharding: "zero-1", collectiveS });
  const replicated = step({ sharding: "replicated", collectiveS });
  equal(sharded.hiddenCommS + sharded.exposedCommS, 8);
  equal(replicated.hiddenCommS + replicated.exposedCommS, 8);
  // Replicated: early 2 to 6, late 8 to 12. Halves: late 8 to 10; gathers 0 to 2 stall 2 s,
  // 2 to 4 before it is needed at 2 + 3.
  equal(replicated.exposedCommS, 4);
  equal(sharded.exposedCommS, 2 + 2);
});

test("hidden communication slows compute, exposed does not", () => {
  // 5 s hidden at a slowdown of 0.1; the 3 s of the last bucket are exposed.
  const software = { ...SOFTWARE, overlapSlowdown: given(0.1) };
  const timeline = step({ software, collectiveS: (_, sizeBytes) => sizeBytes / 2 });
  equal(partS(timeline, "overlap slowdown"), 0.5);
  equal(timeline.stepTimeS, 12 + 0.5 + 3);
  equal(timeline.computeS, 12);
});

test("accumulation repeats the passes, and only the last one communicates", () => {
  // 3 · (4 + 8) s of compute; exposed as with one pass.
  const timeline = step({ accumulation: 3, collectiveS: (_, sizeBytes) => sizeBytes / 2 });
  equal(timeline.computeS, 36);
  equal(timeline.stepTimeS, 39);
  equal(timeline.hiddenCommS, 5);
  equal(partS(timeline, "memory-bound ops"), 36);
});

test("one rank has nobody to talk to", () => {
  const collectiveS = () => {
    throw new Error("asked for a collective");
  };
  const timeline = step({ rankCount: 1, sharding: "zero-1", collectiveS });
  equal(timeline.stepTimeS, 12);
  deepEqual(timeline.calls, []);
  ok(timeline.spans.every(({ stream }) => stream === "compute"));
});

test("a model without parameters sends nothing", () => {
  const timeline = step({ trace: traceOf(PASSES), collectiveS: () => 99 });
  equal(timeline.stepTimeS, 12);
  equal(timeline.exposedCommS, 0);
});

test("calls are counted by size, and each size is asked once", () => {
  const asked: string[] = [];
  const timeline = step({
    trace: traceOf(PASSES, [ready(1, 5), ready(1, 5), LATE]),
    sharding: "zero-1",
    collectiveS: (collective, sizeBytes) => {
      asked.push(`${collective} ${sizeBytes}`);
      return sizeBytes / 100;
    },
  });
  // In forward order, the late bucket of 6 bytes first, then two of 10.
  const sizes = ["reduce-scatter 6", "all-gather 6", "reduce-scatter 10", "all-gather 10"];
  deepEqual(asked, sizes);
  deepEqual(timeline.calls, [
    { collective: "reduce-scatter", sizeBytes: 6, callCount: 1, busyS: 0.06 },
    { collective: "all-gather", sizeBytes: 6, callCount: 1, busyS: 0.06 },
    { collective: "reduce-scatter", sizeBytes: 10, callCount: 2, busyS: 0.2 },
    { collective: "all-gather", sizeBytes: 10, callCount: 2, busyS: 0.2 },
  ]);
});

test("all nine parts are told, in one order, zeros kept", () => {
  deepEqual(
    step({}).parts.map(({ name }) => name),
    [
      "ideal compute",
      "matmul below peak",
      "memory-bound ops",
      "launch",
      "optimizer",
      "overlap slowdown",
      "exposed reduce-scatter",
      "exposed all-reduce",
      "exposed all-gather",
    ],
  );
});

test("a network that answers with no time at all is our bug", () => {
  throws(() => step({ collectiveS: () => Number.NaN }), { name: "InvariantError" });
  throws(() => step({ collectiveS: () => -1 }), { name: "InvariantError" });
});
