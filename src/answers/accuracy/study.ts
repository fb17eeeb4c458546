/**
 * Errors of the step-time model, fitted and left out: for each group, the fitted constants
 * are fitted again without it, and judged on it alone.
 */
import { present } from "../../base/assert.ts";
import type { DenseConstants } from "../../workload/dense/constants.ts";
import { CONSTANTS } from "../../workload/dense/constants.ts";
import type { ErrorSummary } from "./errors.ts";
import { rankedPairs, relativeError, summaryOf } from "./errors.ts";
import { fitConstants } from "./fit.ts";
import type { ValidationStep } from "./validation.ts";
import { predictedS } from "./validation.ts";

/** Constants that published runs decide; the others come from kernels or are set by hand. */
export const FITTED: readonly (keyof DenseConstants)[] = [
  ...(["matmulShare", "fp4Share", "bytePassesFactor", "unfusedPassesFactor"] as const),
  ...([
    "castPassesFactor",
    "lossPassesFactor",
    "plainFactor",
    "eagerFactor",
    "earlyFactor",
  ] as const),
  ...(["gatherVisibleShare", "tensorVisibleShare", "broadcastVisibleShare"] as const),
  ...([
    "olderAttentionShare",
    "recomputeShare",
    "wholeRecomputeShare",
    "contextAttentionFactor",
  ] as const),
];

/** The same of runs with experts, beside those that dense runs decide. */
export const FITTED_TO_EXPERTS: readonly (keyof DenseConstants)[] = [
  ...(["expertFactor", "earlyExpertFactor", "expertWireVisibleShare"] as const),
  ...(["biasedExpertShare", "expertHostS", "armExpertHostS", "expertFloorS"] as const),
];

/** Where the fit starts when rows are left out: neutral values, not those already fitted. */
const NEUTRAL: Partial<DenseConstants> = {
  ...{ matmulShare: 0.85, fp4Share: 0.8, bytePassesFactor: 1.3, unfusedPassesFactor: 2 },
  ...{
    castPassesFactor: 2,
    lossPassesFactor: 1.3,
    plainFactor: 1.05,
    eagerFactor: 1.1,
    earlyFactor: 1,
  },
  ...{ gatherVisibleShare: 0.5, tensorVisibleShare: 0.5, broadcastVisibleShare: 0.5 },
  ...{
    olderAttentionShare: 0.55,
    recomputeShare: 0.8,
    wholeRecomputeShare: 1,
    contextAttentionFactor: 1.1,
  },
};

export interface Judged {
  readonly step: ValidationStep;
  readonly predictedS: number;
  readonly errorShare: number;
}

export interface Left {
  readonly by: string;
  readonly groups: readonly { readonly name: string; readonly summary: ErrorSummary }[];
  readonly summary: ErrorSummary;
}

export interface Study {
  readonly all: readonly Judged[];
  readonly dense: readonly Judged[];
  readonly left: readonly Left[];
  /** The same of runs with experts. */
  readonly leftExperts: readonly Left[];
  readonly pairs: Pairs;
}

export interface Pairs {
  readonly pairs: number;
  readonly rightPairs: number;
}

const SPLITS: Readonly<Record<string, (step: ValidationStep) => string>> = {
  source: (step: ValidationStep) => step.source,
  family: (step: ValidationStep) => step.family,
  scale: (step: ValidationStep) => step.scale,
  part: (step: ValidationStep) => step.part,
};

/** `by` names the splits that are left out; all of them unless told otherwise. */
export function studyOf(
  steps: readonly ValidationStep[],
  by: readonly string[] = Object.keys(SPLITS),
): Study {
  const judge = (step: ValidationStep, constants: DenseConstants): Judged => {
    const seconds = predictedS(step, constants);
    return { step, predictedS: seconds, errorShare: relativeError(seconds, step.measuredS) };
  };
  const all = steps.map((step) => judge(step, CONSTANTS));
  const dense = all.filter(({ step }) => step.kind === "dense" && step.excluded === "");
  const voting = dense.map(({ step }) => step);
  const start = { ...CONSTANTS, ...NEUTRAL };
  const left = by.map((name) => leftOut(name, { steps: voting, judge, start, names: FITTED }));
  const experts = steps.filter(({ kind, excluded }) => kind === "experts" && excluded === "");
  const about = { steps: experts, judge, start: CONSTANTS, names: FITTED_TO_EXPERTS };
  const leftExperts = by.map((name) => leftOut(name, about));
  return { all, dense, left, leftExperts, pairs: pairsOf(dense) };
}

interface Refit {
  readonly steps: readonly ValidationStep[];
  readonly judge: (step: ValidationStep, constants: DenseConstants) => Judged;
  readonly start: DenseConstants;
  readonly names: readonly (keyof DenseConstants)[];
}

function leftOut(by: string, { steps, judge, start, names: fitted }: Refit): Left {
  const nameOf = present(SPLITS[by], by);
  const names = [...new Set(steps.map(nameOf))];
  const groups = names.map((name) => {
    const kept = steps.filter((step) => nameOf(step) !== name);
    const constants = fitConstants(kept.map(measured), start, fitted);
    const errors = steps
      .filter((step) => nameOf(step) === name)
      .map((step) => judge(step, constants).errorShare);
    return { name, errors };
  });
  return {
    by,
    groups: groups.map(({ name, errors }) => ({ name, summary: summaryOf(errors) })),
    summary: summaryOf(groups.flatMap(({ errors }) => errors)),
  };
}

function measured({ reading, measuredS, source }: ValidationStep) {
  return { run: reading.run, measuredS, source };
}

/** Pairs of one source, model and sequence: which configuration is faster per token? */
function pairsOf(judged: readonly Judged[]): Pairs {
  const rows = judged.map(({ step, predictedS: seconds }) => {
    const { layout } = step.reading.run;
    const tokens = (layout.globalBatch * layout.seqTokens) / step.reading.gpus;
    return {
      group: `${step.model} ${layout.seqTokens}`,
      predictedS: seconds / tokens,
      measuredS: step.measuredS / tokens,
    };
  });
  return rankedPairs(rows, 0.05);
}

/** Rows by the size of their error, the worst first. */
export function worstOf(judged: readonly Judged[], count: number): readonly Judged[] {
  const size = ({ errorShare }: Judged) => Math.abs(errorShare);
  return [...judged].sort((a, b) => size(b) - size(a)).slice(0, count);
}
