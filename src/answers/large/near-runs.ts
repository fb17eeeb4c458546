/** The published runs nearest to a question, and in what the question goes beyond all of them. */
import { at } from "../../base/assert.ts";
import type { NearRun } from "../../records/large-step.ts";
import { activeCount, parameterCount } from "../../workload/dense/parameters.ts";
import type { DenseModel } from "../../workload/dense/types.ts";
import { relativeError } from "../accuracy/errors.ts";
import type { ValidationStep } from "../accuracy/validation.ts";
import { predictedS } from "../accuracy/validation.ts";
import { CONSTANTS } from "../../workload/dense/constants.ts";
import type { LargeRun } from "./setting.ts";

const NEAREST = 3;

const sizeOf = (model: DenseModel): number => parameterCount(model, { layers: model.layers });

/** Apart by size, active size, ranks, sequence; and by part, precision and kind of model. */
function distance(run: LargeRun, rankCount: number, step: ValidationStep): number {
  const other = step.reading.run;
  const apart = (a: number, b: number): number => Math.abs(Math.log2(a / b));
  const hasExperts = (model: DenseModel): boolean => model.experts !== undefined;
  const kind = hasExperts(run.model) === hasExperts(other.model) ? 0 : 8;
  const isSamePart = run.part.id === other.part.id;
  const part = isSamePart ? 0 : run.part.family === other.part.family ? 1.5 : 4;
  return (
    apart(sizeOf(run.model), sizeOf(other.model)) +
    apart(activeCount(run.model), activeCount(other.model)) +
    0.25 * apart(rankCount, step.reading.gpus) +
    0.5 * apart(run.layout.seqTokens, other.layout.seqTokens) +
    (run.layout.precision === other.layout.precision ? 0 : 1.5) +
    (other.layout.isLora ? 4 : 0) +
    (kind + part)
  );
}

export function nearRuns(
  run: LargeRun,
  rankCount: number,
  steps: readonly ValidationStep[],
): NearRun[] {
  const ranked = steps
    .map((step) => ({ step, apart: distance(run, rankCount, step) }))
    .sort((a, b) => a.apart - b.apart);
  return ranked.slice(0, NEAREST).map(({ step }) => {
    const seconds = predictedS(step, CONSTANTS);
    return {
      ...{ id: step.id, source: step.source, model: step.model, part: step.part },
      rankCount: step.reading.gpus,
      measuredS: step.measuredS,
      predictedS: seconds,
      errorShare: relativeError(seconds, step.measuredS),
    };
  });
}

/** What lies outside everything measured of this kind; empty inside. */
export function extrapolations(
  run: LargeRun,
  rankCount: number,
  steps: readonly ValidationStep[],
): string[] {
  const { model, layout, part } = run;
  const hasExperts = model.experts !== undefined;
  const kind = steps.filter(({ reading }) => {
    return (reading.run.model.experts !== undefined) === hasExperts;
  });
  const said: string[] = [];
  const within = (what: string, value: number, of: (step: ValidationStep) => number): void => {
    const all = kind.map(of).sort((a, b) => a - b);
    if (all.length === 0) return;
    const [least, most] = [at(all, 0), at(all, all.length - 1)];
    const ratio = value > most ? value / most : least / value;
    if (value > most || value < least) {
      const side = value > most ? "above the most" : "below the least";
      const factor = Math.round(ratio * 10) / 10;
      said.push(`${what} ${side} that was measured, by a factor of ${factor}`);
    }
  };
  within("accelerators", rankCount, ({ reading }) => reading.gpus);
  within("parameters", sizeOf(model), ({ reading }) => sizeOf(reading.run.model));
  within("tokens in a sequence", layout.seqTokens, ({ reading }) => reading.run.layout.seqTokens);
  within("pipeline stages", layout.stages, ({ reading }) => reading.run.layout.stages);
  within("context ranks", layout.contextRanks, ({ reading }) => reading.run.layout.contextRanks);
  const onPart = kind.filter(({ reading }) => reading.run.part.id === part.id);
  if (onPart.length === 0) said.push(`no measured run of this kind on ${part.id}`);
  else if (!onPart.some(({ reading }) => reading.run.layout.precision === layout.precision)) {
    said.push(`no measured run of this kind in ${layout.precision} on ${part.id}`);
  }
  return said;
}
