/**
 * What the processes of a training can be asked to do instead of training: record a step, or
 * bench the machine while all of them use it.
 */
import { at, present } from "../base/assert.ts";
import type { Training } from "../records/job.ts";
import type { Benched } from "../records/machine.ts";
import type { RecordedTrace } from "../records/trace-file.ts";
import type { Trace } from "../records/trace.ts";
import type { Transport } from "./messages.ts";
import type { Parallel } from "./parallel.ts";
import { trainInProcesses } from "./processes.ts";
import type { RankRecord } from "./record.ts";
import { degreesOf } from "./record-shapes.ts";
import { recordedTrace } from "./record.ts";

export type RankTask =
  { readonly kind: "record" } | { readonly kind: "bench"; readonly trace: Trace };

export type TaskOutcome =
  | { readonly kind: "record"; readonly record: RankRecord }
  | { readonly kind: "bench"; readonly benched: Benched };

export interface TaskOptions {
  readonly parallel: Parallel;
  readonly transport?: Transport;
}

export async function recordInProcesses(
  training: Training,
  options: TaskOptions,
): Promise<RecordedTrace> {
  const outcomes = await outcomesOf(training, { kind: "record" }, options);
  const records = outcomes.flatMap((outcome) => {
    return outcome.kind === "record" ? [outcome.record] : [];
  });
  const degrees = degreesOf(options.parallel.degrees);
  return recordedTrace(training, [at(records, 0), ...records.slice(1)], degrees);
}

/** As the first rank saw it; all did the same at the same time. */
export async function benchInProcesses(
  training: Training,
  trace: Trace,
  options: TaskOptions,
): Promise<Benched> {
  const [first] = await outcomesOf(training, { kind: "bench", trace }, options);
  const benched = first?.kind === "bench" ? first.benched : undefined;
  return present(benched, "what the first rank measured");
}

async function outcomesOf(
  training: Training,
  task: RankTask,
  options: TaskOptions,
): Promise<TaskOutcome[]> {
  const reports = await trainInProcesses(training, { ...options, task });
  return reports.map(({ outcome }) => present(outcome, "the outcome of a task"));
}
