/** A step as a trace for Perfetto: JSON of trace events, compressed. */
import { gzipSync } from "node:zlib";
import { writeBytes } from "./write.ts";

/** One slice: times in microseconds, as the format has them. */
export interface TraceSlice {
  readonly row: string;
  readonly name: string;
  readonly group: string;
  readonly startS: number;
  readonly durationS: number;
}

const US = 1e6;

export async function writeTimeline(path: string, slices: readonly TraceSlice[]): Promise<void> {
  await writeBytes(path, timelineBytes(slices));
}

export function timelineBytes(slices: readonly TraceSlice[]): Uint8Array {
  const rows = [...new Set(slices.map(({ row }) => row))];
  const tid = (row: string): number => rows.indexOf(row) + 1;
  const names = rows.map((row) => ({
    ...{ name: "thread_name", ph: "M", pid: 1, tid: tid(row), args: { name: row } },
  }));
  const events = slices.map(({ row, name, group, startS, durationS }) => ({
    ...{ name, cat: group, ph: "X", pid: 1, tid: tid(row), ts: startS * US, dur: durationS * US },
  }));
  const head = { name: "process_name", ph: "M", pid: 1, args: { name: "one step" } };
  const text = JSON.stringify({
    traceEvents: [head, ...names, ...events],
    displayTimeUnit: "ms",
  });
  // The time of packing is left out, so that the same step gives the same bytes.
  return gzipSync(text, { level: 9 });
}
