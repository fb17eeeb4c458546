import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { exactSum } from "../../src/base/sum.ts";
import type { Trace } from "../../src/records/trace.ts";
import { type StepAsked, stepTimeline } from "../../src/workload/overlap.ts";
import { ACCELERATOR, SOFTWARE, given, lasting, op, ready, traceOf } from "./small-trace.ts";

/** Evenly spread, where fc.double draws mostly from the tiny numbers next to zero. */
const upTo = (most: number) => fc.nat(1_000_000).map((millionth) => (millionth / 1e6) * most);
const seconds = upTo(10);

/** A few forward ops, backward ops each of which may finish a gradient, and an update. */
const traces: fc.Arbitrary<Trace> = fc
  .record({
    forwardS: fc.array(seconds, { maxLength: 6 }),
    backward: fc.array(fc.tuple(seconds, fc.nat(50)), { minLength: 1, maxLength: 12 }),
    flop: fc.nat(5000),
    updateBytes: fc.nat(5000),
  })
  .map(({ forwardS, backward, flop, updateBytes }) => {
    const ops = [
      op("forward", "matmul", { flop }),
      ...forwardS.map((s) => lasting("forward", s)),
      ...backward.map(([s]) => lasting("backward", s)),
      op("optimizer", "optimizer", { readBytes: updateBytes }),
    ];
    const gradients = backward.flatMap(([, elements], i) =>
      elements === 0 ? [] : [ready(1 + forwardS.length + i, elements)],
    );
    return traceOf(ops, gradients);
  });

/** Any step; a collective takes a start and a time a byte. */
const steps: fc.Arbitrary<StepAsked & { readonly startS: number; readonly byteS: number }> = fc
  .record({
    trace: traces,
    sharding: fc.constantFrom("zero-1", "replicated"),
    rankCount: fc.integer({ min: 1, max: 9 }),
    accumulation: fc.integer({ min: 1, max: 5 }),
    startS: upTo(2),
    byteS: upTo(0.5),
    slowdown: upTo(1),
    launchS: upTo(1),
    bucketBytes: fc.integer({ min: 1, max: 300 }),
    gatherOverlapsForward: fc.boolean(),
  })
  .map(({ slowdown, launchS, bucketBytes, gatherOverlapsForward, startS, byteS, ...rest }) => ({
    ...rest,
    accelerator: ACCELERATOR,
    software: {
      ...SOFTWARE,
      overlapSlowdown: given(slowdown),
      launchS: given(launchS),
      bucketBytes: given(bucketBytes),
      gatherOverlapsForward,
    },
    startS,
    byteS,
    collectiveS: (_: string, sizeBytes: number) => startS + byteS * sizeBytes,
  }));

test("the parts of any step sum to it exactly, and none is negative", () => {
  fc.assert(
    fc.property(steps, (asked) => {
      const { parts, stepTimeS } = stepTimeline(asked);
      equal(exactSum(parts.map(({ durationS }) => durationS)), stepTimeS);
      ok(parts.every(({ durationS }) => durationS >= 0));
    }),
    { seed: 5, numRuns: 300 },
  );
});

test("any step is compute, exposed communication and the slowdown of what is hidden", () => {
  fc.assert(
    fc.property(steps, (asked) => {
      const timeline = stepTimeline(asked);
      const { stepTimeS, computeS, exposedCommS, hiddenCommS, calls } = timeline;
      const slowdownS = asked.software.overlapSlowdown.value * hiddenCommS;
      const wholeS = computeS + exposedCommS + slowdownS;
      ok(Math.abs(stepTimeS - wholeS) <= 1e-12 * stepTimeS);
      const busyS = exactSum(calls.map((call) => call.busyS));
      ok(Math.abs(busyS - exposedCommS - hiddenCommS) <= 1e-12 * busyS);
    }),
    { seed: 6, numRuns: 300 },
  );
});

test("every byte of the gradients is reduced once, and gathered once where it is sharded", () => {
  fc.assert(
    fc.property(steps, (asked) => {
      const carried = (collective: string) =>
        stepTimeline(asked)
          .calls.filter((call) => call.collective === collective)
          .reduce((sum, call) => sum + call.callCount * call.sizeBytes, 0);
      const bytes = asked.rankCount === 1 ? 0 : 2 * asked.trace.parameterCount;
      const isSharded = asked.sharding === "zero-1";
      deepEqual(
        ["all-reduce", "reduce-scatter", "all-gather"].map(carried),
        isSharded ? [0, bytes, bytes] : [bytes, 0, 0],
      );
    }),
    { seed: 7, numRuns: 200 },
  );
});

test("a faster network never slows a step", () => {
  const faster = upTo(1);
  fc.assert(
    fc.property(steps, faster, (asked, share) => {
      const slowS = stepTimeline(asked).stepTimeS;
      const collectiveS = (_: string, sizeBytes: number) =>
        share * (asked.startS + asked.byteS * sizeBytes);
      const fastS = stepTimeline({ ...asked, collectiveS }).stepTimeS;
      ok(fastS <= slowS * (1 + 1e-12), `${fastS} > ${slowS}`);
    }),
    { seed: 8, numRuns: 300 },
  );
});

test("a faster memory, and gathers behind the forward pass, never slow a step", () => {
  fc.assert(
    fc.property(steps, (asked) => {
      const plain = { ...asked, software: { ...asked.software, overlapSlowdown: given(0) } };
      const slowS = stepTimeline(plain).stepTimeS;
      const accelerator = { ...ACCELERATOR, memoryBytesPerS: given(130) };
      const quickS = stepTimeline({ ...plain, accelerator }).stepTimeS;
      ok(quickS <= slowS * (1 + 1e-12), `${quickS} > ${slowS}`);
      const open = { ...plain.software, gatherOverlapsForward: false };
      const openS = stepTimeline({ ...plain, software: open }).stepTimeS;
      ok(slowS <= openS * (1 + 1e-12) || !plain.software.gatherOverlapsForward);
    }),
    { seed: 9, numRuns: 300 },
  );
});

test("spans of one stream follow one another", () => {
  fc.assert(
    fc.property(steps, (asked) => {
      const { spans, stepTimeS } = stepTimeline(asked);
      for (const stream of ["compute", "communication"]) {
        const own = spans.filter((span) => span.stream === stream);
        own.forEach((span, i) => {
          const before = own[i - 1];
          ok(span.endS >= span.startS);
          ok(before === undefined || span.startS >= before.endS - 1e-9 * stepTimeS);
        });
      }
    }),
    { seed: 10, numRuns: 200 },
  );
});
