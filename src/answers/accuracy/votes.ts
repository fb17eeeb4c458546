/**
 * Which rows do not vote, and why: rules on what a row says and on its measured repeats, never
 * on how well it is predicted.
 */
import { rankMemory } from "../../workload/dense/memory.ts";
import { quantile } from "./errors.ts";
import type { TrainReading } from "./read-train.ts";
import type { Row } from "./row.ts";
import { cell } from "./row.ts";

/** Why a row's own words take its vote; empty where they do not. */
export function silencedBy(row: Row, { run, assumed }: TrainReading): string {
  const names = (pattern: RegExp): boolean => assumed.some((name) => pattern.test(name));
  if (names(/^tp /)) return "parallelism not published";
  if (names(/^seq_len|^global_batch/)) return "sequence or batch not published";
  if (/token.?drop/i.test(cell(row, "model"))) return "drops tokens: other work";
  const isTpu = run.part.family === "tpu";
  if (!isTpu && rankMemory(run).statesBytes > run.part.memoryBytes) {
    return "its state alone exceeds the memory: not the configuration that ran";
  }
  return "";
}

interface Repeated {
  readonly source: string;
  readonly model: string;
  readonly reading: TrainReading;
  readonly measuredS: number;
  readonly excluded: string;
}

/** A run this much slower than the median of its repeats shows a fault of its software. */
const SLOWER = 1.5;
const REPEATS = 3;

/** The same work on as many of the same part, whatever layout and release. */
function workOf({ model, reading }: Repeated): string {
  const { layout, part } = reading.run;
  const { globalBatch, seqTokens, precision, isLora } = layout;
  return JSON.stringify([
    ...[model, part.id, reading.gpus, globalBatch, seqTokens, precision, isLora],
  ]);
}

export function withoutFaults<T extends Repeated>(steps: readonly T[]): T[] {
  const groups = new Map<string, number[]>();
  for (const step of steps) {
    if (step.excluded !== "") continue;
    groups.set(workOf(step), [...(groups.get(workOf(step)) ?? []), step.measuredS]);
  }
  return steps.map((step) => {
    const times = groups.get(workOf(step)) ?? [];
    if (step.excluded !== "" || times.length < REPEATS) return step;
    const median = quantile(
      [...times].sort((a, b) => a - b),
      0.5,
    );
    if (step.measuredS < SLOWER * median) return step;
    const factor = Math.round((10 * step.measuredS) / median) / 10;
    return { ...step, excluded: `${factor} times as slow as the median of its repeats` };
  });
}
