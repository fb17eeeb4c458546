import { deepEqual, equal } from "node:assert/strict";
import { test } from "vitest";
import type { TimelineEvent } from "../../../src/files/formats/perfetto.ts";
import { EVENT_COUNT_MAX, perfettoFile } from "../../../src/files/formats/perfetto.ts";

const event = (i: number, stream = "compute"): TimelineEvent => ({
  ...{ rank: 3, stream, name: `op "${i}"`, kind: "matmul", startS: i * 1e-6, durationS: 5e-7 },
  details: { flop: 10 },
});

interface Parsed {
  readonly displayTimeUnit: string;
  readonly otherData: Readonly<Record<string, string>>;
  readonly traceEvents: readonly Readonly<Record<string, unknown>>[];
}

const parsed = (text: string) => JSON.parse(text) as Parsed;

test("an op is a complete event in microseconds, on the track of its stream", () => {
  const { text } = perfettoFile([event(2)], { model: "m" });
  const { traceEvents, otherData, displayTimeUnit } = parsed(text);
  equal(displayTimeUnit, "ns");
  deepEqual(otherData, { model: "m" });
  deepEqual(traceEvents, [
    { ph: "M", name: "process_name", pid: 3, tid: 0, args: { name: "rank 3" } },
    { ph: "M", name: "thread_name", pid: 3, tid: 1, args: { name: "compute" } },
    {
      ...{ ph: "X", name: 'op "2"', cat: "matmul", pid: 3, tid: 1, ts: 2, dur: 0.5 },
      args: { flop: 10 },
    },
  ]);
});

test("beyond the limit the last events stay out, and the file says how many", () => {
  const events = [9, 1, 8, 2].map((i) => event(i));
  const file = perfettoFile(events, {}, 4);
  // Two rows name the tracks, so two events fit: those that start first.
  deepEqual([file.eventCount, file.droppedCount], [4, 2]);
  const { traceEvents, otherData } = parsed(file.text);
  deepEqual(
    traceEvents.slice(2).map(({ ts }) => ts),
    [1, 2],
  );
  deepEqual(otherData, { dropped: "2 events" });
});

test("half a million events are the limit by itself", () => {
  equal(EVENT_COUNT_MAX, 500_000);
});
