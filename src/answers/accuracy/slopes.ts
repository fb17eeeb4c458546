/**
 * Slopes: by how much does the prediction change wrongly from the least to the most of one
 * thing, everything else alike? Errors that cancel on average show here.
 */
import { at } from "../../base/assert.ts";
import { quantile } from "./errors.ts";
import type { Judged } from "./study.ts";

export interface Slope {
  readonly over: string;
  readonly series: number;
  readonly medianErrorShare: number;
  readonly largestErrorShare: number;
  readonly biasShare: number;
}

interface Axis {
  readonly over: string;
  readonly value: (one: Judged) => number;
  /** What must be alike. */
  readonly alike: (one: Judged) => readonly (string | number | boolean)[];
}

const run = ({ step }: Judged) => step.reading.run;

const kernel = (one: Judged) => {
  const { layout } = run(one);
  return [one.step.source, layout.precision, layout.recompute, layout.sharding, layout.isLora];
};

const AXES: readonly Axis[] = [
  {
    over: "scale",
    value: ({ step }) => step.reading.gpus,
    alike: (one) => {
      const { tensorRanks, stages, contextRanks, microBatch, seqTokens } = run(one).layout;
      const degrees = [tensorRanks, stages, contextRanks, microBatch, seqTokens];
      return [...kernel(one), one.step.model, ...degrees];
    },
  },
  {
    over: "sequence",
    value: (one) => run(one).layout.seqTokens,
    alike: (one) => [...kernel(one), one.step.model, one.step.reading.gpus, run(one).layout.stages],
  },
  {
    over: "width",
    value: (one) => run(one).model.hiddenSize,
    alike: (one) => {
      const { seqTokens, tensorRanks, stages } = run(one).layout;
      return [...kernel(one), one.step.reading.gpus, seqTokens, tensorRanks, stages];
    },
  },
  {
    over: "stages",
    value: (one) => run(one).layout.stages,
    alike: (one) => [...kernel(one), one.step.part, one.step.family, run(one).layout.seqTokens],
  },
];

export const slopesOf = (judged: readonly Judged[]): Slope[] =>
  AXES.map((axis) => slopeOf(judged, axis));

function slopeOf(judged: readonly Judged[], { over, value, alike }: Axis): Slope {
  const series = new Map<string, Judged[]>();
  for (const one of judged) {
    const key = JSON.stringify(alike(one));
    series.set(key, [...(series.get(key) ?? []), one]);
  }
  const errors = [...series.values()].flatMap((rows) => {
    const values = [...new Set(rows.map(value))].sort((a, b) => a - b);
    if (values.length < 2) return [];
    const meanAt = (x: number): number => {
      const logs = rows
        .filter((one) => value(one) === x)
        .map((one) => Math.log(1 + one.errorShare));
      return logs.reduce((sum, log) => sum + log, 0) / logs.length;
    };
    return [meanAt(at(values, values.length - 1)) - meanAt(at(values, 0))];
  });
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  return {
    ...{ over, series: errors.length },
    medianErrorShare: quantile(sizes, 0.5),
    largestErrorShare: quantile(sizes, 1),
    biasShare: errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length),
  };
}
