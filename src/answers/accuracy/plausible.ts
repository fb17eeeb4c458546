/**
 * Where a row leaves out its micro-batch or how its pipeline interleaves: the other settings
 * that may have run, and how far the step moves over them.
 */
import type { TrainReading } from "./read-train.ts";

const MICRO_BATCHES = [1, 2, 4, 8];

export interface Moved {
  /** Of the step predicted: the least and the most of all settings over it. */
  readonly lowFactor: number;
  readonly highFactor: number;
}

export function movedOver(reading: TrainReading, secondsOf: (one: TrainReading) => number): Moved {
  const base = secondsOf(reading);
  const factors = variants(reading).map((one) => secondsOf(one) / base);
  return { lowFactor: Math.min(1, ...factors), highFactor: Math.max(1, ...factors) };
}

function variants(reading: TrainReading): TrainReading[] {
  const { run, assumed } = reading;
  const { layout, model } = run;
  const isOpen = (name: string): boolean => assumed.some((one) => one.startsWith(name));
  const each = layout.globalBatch / layout.replicas;
  const micros = MICRO_BATCHES.filter((micro) => each % micro === 0);
  const layers = model.layers / layout.stages;
  const chunks = Number.isInteger(layers) ? [1, 2, layers].filter((v) => layers % v === 0) : [1];
  const all = [
    ...(isOpen("micro_batch") ? micros.map((microBatch) => ({ microBatch })) : []),
    ...(isOpen("vp") ? chunks.map((v) => ({ chunks: v })) : []),
  ];
  return all.map((change) => ({ ...reading, run: { ...run, layout: { ...layout, ...change } } }));
}
