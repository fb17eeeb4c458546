import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { EventQueue } from "../../../src/network/engine/queue.ts";

function drain(queue: EventQueue): number[] {
  const streams: number[] = [];
  while (queue.length > 0) streams.push(queue.pop());
  return streams;
}

test("events come by tick, and within a tick by stream", () => {
  const queue = new EventQueue(5);
  for (const [stream, tick] of [
    [3, 7],
    [1, 7],
    [4, 2],
    [0, 9],
    [2, 7],
  ] as const) {
    queue.set(stream, tick);
  }
  equal(queue.nextTick, 2);
  deepEqual(drain(queue), [4, 1, 2, 3, 0]);
});

test("a stream has one event, which moves both ways", () => {
  const queue = new EventQueue(3);
  for (const stream of [0, 1, 2]) queue.set(stream, 10 + stream);
  queue.set(2, 1);
  queue.set(0, 20);
  equal(queue.length, 3);
  deepEqual(drain(queue), [2, 1, 0]);
});

test("half ticks, the past and an empty queue are bugs of ours", () => {
  const queue = new EventQueue(1);
  throws(() => queue.set(0, 0.5), /whole ticks/);
  throws(() => queue.set(0, -1), /whole ticks/);
  throws(() => queue.set(0, 2 ** 53), /whole ticks/);
  throws(() => queue.pop(), /an event is pending/);
  throws(() => queue.nextTick, /an event is pending/);
});

test("whatever is set, moved and taken, the order is that of sorting", () => {
  const event = fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 12 }));
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), (events) => {
      const queue = new EventQueue(31);
      const pending = new Map<number, number>();
      const taken: number[] = [];
      const expected: number[] = [];
      const earliest = (): number =>
        [...pending].sort(([s, a], [t, b]) => a - b || s - t)[0]?.[0] ?? -1;
      for (const [stream, tick] of events) {
        queue.set(stream, tick);
        pending.set(stream, tick);
        if (tick % 3 !== 0) continue;
        expected.push(earliest());
        pending.delete(earliest());
        taken.push(queue.pop());
      }
      deepEqual(taken, expected);
    }),
    { seed: 11, numRuns: 300 },
  );
});

test("a whole tick is taken at once, by stream number, few of many and many of few", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 60 }), (ticks) => {
      const queue = new EventQueue(ticks.length);
      const one = new EventQueue(ticks.length);
      for (const [stream, tick] of ticks.entries()) {
        queue.set(stream, tick);
        one.set(stream, tick);
      }
      const taken: number[] = [];
      const due = new Int32Array(ticks.length);
      while (queue.length > 0) taken.push(...due.subarray(0, queue.takeTick(due)));
      const popped: number[] = [];
      while (one.length > 0) popped.push(one.pop());
      deepEqual(taken, popped);
    }),
    { seed: 61, numRuns: 300 },
  );
});
