/**
 * Writes a timeline in the JSON of Chrome's tracing, which Perfetto opens: complete events ("X")
 * on a track for each stream of each rank, times in microseconds (Trace Event Format, "Complete
 * Events" and "Metadata Events").
 */

export interface TimelineEvent {
  readonly rank: number;
  readonly stream: string;
  readonly name: string;
  readonly kind: string;
  readonly startS: number;
  readonly durationS: number;
  /** Shown when the event is chosen. */
  readonly details: Readonly<Record<string, number | string>>;
}

export interface PerfettoFile {
  readonly text: string;
  readonly eventCount: number;
  /** Events that did not go in: the last ones of the timeline. */
  readonly droppedCount: number;
}

export const EVENT_COUNT_MAX = 500_000;
const US_PER_S = 1e6;

export function perfettoFile(
  events: readonly TimelineEvent[],
  about: Readonly<Record<string, string>>,
  countMax = EVENT_COUNT_MAX,
): PerfettoFile {
  const tracks = tracksOf(events);
  const room = Math.max(0, countMax - tracks.length);
  const kept = events.length <= room ? events : firstOf(events, room);
  const droppedCount = events.length - kept.length;
  const rows = [...tracks, ...kept.map(eventRow)];
  const otherData = {
    ...about,
    ...(droppedCount > 0 ? { dropped: `${droppedCount} events` } : {}),
  };
  const head = JSON.stringify({ displayTimeUnit: "ns", otherData }).slice(0, -1);
  const body = rows.map((row) => JSON.stringify(row)).join(",\n");
  return {
    text: `${head},"traceEvents":[\n${body}\n]}\n`,
    eventCount: rows.length,
    droppedCount,
  };
}

/** Those that start first; of equals those that come first. */
function firstOf(events: readonly TimelineEvent[], count: number): TimelineEvent[] {
  return events.toSorted((a, b) => a.startS - b.startS).slice(0, count);
}

/** Streams get numbers in the order in which they first run, in each rank. */
function tracksOf(events: readonly TimelineEvent[]) {
  const rows: unknown[] = [];
  const ranks = new Set<number>();
  const streams = new Set<string>();
  for (const { rank, stream } of events) {
    if (!ranks.has(rank)) {
      ranks.add(rank);
      const args = { name: `rank ${rank}` };
      rows.push({ ph: "M", name: "process_name", pid: rank, tid: 0, args });
    }
    const key = `${rank} ${stream}`;
    if (streams.has(key)) continue;
    streams.add(key);
    const args = { name: stream };
    rows.push({ ph: "M", name: "thread_name", pid: rank, tid: trackOf(stream), args });
  }
  return rows;
}

const STREAMS = ["compute", "data", "tensor", "pipeline", "expert", "context", "embedding"];
const trackOf = (stream: string) => STREAMS.indexOf(stream) + 1;

function eventRow({ rank, stream, name, kind, startS, durationS, details }: TimelineEvent) {
  return {
    ...{ ph: "X", name, cat: kind, pid: rank, tid: trackOf(stream) },
    ...{ ts: startS * US_PER_S, dur: durationS * US_PER_S, args: details },
  };
}
