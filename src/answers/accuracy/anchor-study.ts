/**
 * How well the smallest scales of a published series predict its larger ones: at most two named
 * constants are moved to the smallest third of the scales, as `calibrate --from steps` does.
 */
import { at } from "../../base/assert.ts";
import { CONSTANTS } from "../../workload/dense/constants.ts";
import { fitted } from "../calibrate-steps.ts";
import type { ErrorSummary } from "./errors.ts";
import { relativeError, summaryOf } from "./errors.ts";
import type { ValidationStep } from "./validation.ts";
import { predictedS } from "./validation.ts";

export interface Anchored {
  /** What the runs of a series share. */
  readonly of: string;
  readonly series: number;
  /** Of the larger scales: as they are predicted anyway, and anchored to the smaller ones. */
  readonly plain: ErrorSummary;
  readonly anchored: ErrorSummary;
}

type Word = string | number | boolean;

const KINDS: readonly (readonly [string, (step: ValidationStep) => readonly Word[]])[] = [
  [
    "one model in one layout but for its replicas",
    ({ source, model, part, reading }) => {
      const { layout } = reading.run;
      const { precision, recompute, sharding, seqTokens, isLora, tensorRanks, microBatch } = layout;
      const words = [precision, recompute, sharding, seqTokens, isLora, tensorRanks, microBatch];
      return [source, model, part, ...words];
    },
  ],
  [
    "one table, part and precision, whatever the model",
    ({ source, kind, part, reading: { run } }) => {
      return [source, kind, part, run.layout.precision, run.layout.isLora];
    },
  ],
];

export const anchorStudy = (steps: readonly ValidationStep[]): Anchored[] =>
  KINDS.map(([of, alike]) => {
    const groups = new Map<string, ValidationStep[]>();
    for (const step of steps) {
      if (step.excluded !== "") continue;
      const key = JSON.stringify(alike(step));
      groups.set(key, [...(groups.get(key) ?? []), step]);
    }
    const series = [...groups.values()].flatMap(largerOf);
    return {
      ...{ of, series: series.length },
      plain: summaryOf(series.flatMap(({ plain }) => plain)),
      anchored: summaryOf(series.flatMap(({ anchored }) => anchored)),
    };
  });

/** Errors of the larger scales of one series; none where it has a single scale. */
function largerOf(steps: readonly ValidationStep[]) {
  const scales = [...new Set(steps.map(({ reading }) => reading.gpus))].sort((a, b) => a - b);
  if (scales.length < 2) return [];
  const last = at(scales, Math.max(1, Math.floor(scales.length / 3)) - 1);
  const constants = fitted(steps.filter(({ reading }) => reading.gpus <= last));
  const larger = steps.filter(({ reading }) => reading.gpus > last);
  const errors = (of: typeof constants) =>
    larger.map((step) => relativeError(predictedS(step, of), step.measuredS));
  return [{ plain: errors(CONSTANTS), anchored: errors(constants) }];
}
