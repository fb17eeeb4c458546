/**
 * Lines of MLPerf's training log (mlcommons/logging): `:::MLLOG {"time_ms", "event_type", "key",
 * "value", "metadata"}`. The time of a step follows from blocks: from block_start to block_stop
 * so many samples were trained.
 */
import { refuse, shown } from "../issue.ts";
import { isGroup } from "../walk.ts";

export const MLLOG_WORD = /^.*:::MLLOG\s*\{/m;

interface Event {
  readonly line: number;
  readonly timeMs: number;
  readonly key: string;
  readonly value: unknown;
  readonly samples: number | undefined;
}

export function mlperfRow(text: string, file: string): Record<string, string> {
  const events = text.split(/\r?\n/).flatMap((line, i) => eventOf(line, file, i + 1));
  const valueOf = (key: string): string => {
    const value = events.find((event) => event.key === key)?.value;
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const batch = Number(valueOf("global_batch_size"));
  const { trainedMs, sampleCount } = blocksOf(events, file);
  const stepS = batch > 0 && sampleCount > 0 ? (trainedMs / 1000) * (batch / sampleCount) : 0;
  const [begin, end] = ["run_start", "run_stop"].map((key) => events.find((e) => e.key === key));
  const wholeS = begin && end ? (end.timeMs - begin.timeMs) / 1000 : undefined;
  return {
    model: valueOf("submission_benchmark"),
    gpu: valueOf("submission_platform"),
    seq_len: valueOf("max_sequence_length"),
    global_batch_seqs: valueOf("global_batch_size"),
    framework: "MLPerf training",
    step_time_s: stepS > 0 ? String(stepS) : "",
    notes: wholeS === undefined ? "" : `run of ${wholeS} s`,
  };
}

function eventOf(line: string, file: string, number: number): Event[] {
  const begin = line.indexOf(":::MLLOG");
  if (begin === -1) return [];
  const data = parsed(line.slice(begin + ":::MLLOG".length));
  const timeMs = isGroup(data) ? data["time_ms"] : undefined;
  const key = isGroup(data) ? data["key"] : undefined;
  if (!isGroup(data) || typeof timeMs !== "number" || typeof key !== "string") {
    return torn(file, number, shown(line.slice(begin, begin + 60)));
  }
  const metadata = isGroup(data["metadata"]) ? data["metadata"] : {};
  const count = metadata["samples_count"];
  const samples = typeof count === "number" && count >= 0 ? count : undefined;
  return [{ line: number, timeMs, key, value: data["value"], samples }];
}

function blocksOf(events: readonly Event[], file: string) {
  let trainedMs = 0;
  let sampleCount = 0;
  let open: Event | undefined;
  for (const event of events) {
    if (event.key === "block_start") open = event;
    if (event.key !== "block_stop" || open === undefined) continue;
    const [from, to] = [open.samples, event.samples];
    if (from !== undefined && to !== undefined) {
      if (to < from || event.timeMs < open.timeMs) {
        torn(file, event.line, `a block that ends before it begins, at ${to} samples`);
      }
      trainedMs += event.timeMs - open.timeMs;
      sampleCount += to - from;
    }
    open = undefined;
  }
  return { trainedMs, sampleCount };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said by the caller, with its line
  }
}

function torn(file: string, line: number, found: string): never {
  return refuse(
    { file, line, column: 1, pointer: "" },
    {
      code: "not-a-log",
      found,
      expected: 'lines such as :::MLLOG {"time_ms": 1, "key": "block_stop", …}, in their order',
      nextStep: "leave the torn line out",
    },
  );
}
