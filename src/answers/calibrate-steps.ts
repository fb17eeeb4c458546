/**
 * Anchors the step-time law to runs of one's own: at most two of its constants are moved.
 *
 *   least Σ log(measured/predicted)² + pull · Σ log(factor)²
 *
 * One constant is what the software adds to every layer. A second, of the wires or floors, is
 * moved only where it lowers the error on runs left out, one at a time. With pull 1.5 a mean
 * residual r moves the step by n/(n + 1.5) · r: published runs are predicted better by this
 * than by trusting a single run in full. Families of experts differ more: pull 0.2.
 */
import { at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { StepOverlay } from "../records/large-step.ts";
import type { DenseConstants } from "../workload/dense/constants.ts";
import { CONSTANTS } from "../workload/dense/constants.ts";
import type { Row } from "./accuracy/row.ts";
import { validationSteps } from "./accuracy/validation.ts";
import type { ValidationStep } from "./accuracy/validation.ts";
import { predictedS } from "./accuracy/validation.ts";
import type { Anchor } from "./large/setting.ts";

type Name = keyof DenseConstants;

const PULL = 1.5;
const EXPERT_PULL = 0.2;
/** A second constant must lower the error left out by this much of it. */
const WORTH = 0.9;
const SECOND: readonly Name[] = [
  ...(["gatherVisibleShare", "tensorVisibleShare", "broadcastVisibleShare"] as const),
  ...(["nicShare", "contentionShare", "expertWireVisibleShare", "recomputeShare"] as const),
];

/** Runs as rows of a training table; their measured step is read here, and only here. */
export function calibrateSteps(rows: readonly Row[]): StepOverlay {
  const steps = validationSteps([{ name: "yours", rows }]);
  if (steps.length === 0) throw nothingMeasured(rows.length);
  const names = chosenNames(steps);
  const error = steps.length < 2 ? undefined : leftOutBy(steps, names);
  return overlayOf(steps, fitOf(steps, names), error);
}

function nothingMeasured(rows: number): Refusal {
  return new Refusal({
    code: "missing-key",
    pointer: "/step_time_s",
    found: `${rows} rows, none with a measured step`,
    expected: "step_time_s, or tokens_per_s_per_gpu with global_batch_seqs, in one row at least",
    nextStep: "add what was measured",
  });
}

function overlayOf(
  steps: readonly ValidationStep[],
  constants: DenseConstants,
  leftOutErrorShare: number | undefined,
): StepOverlay {
  const ranks = steps.map(({ reading }) => reading.gpus).sort((a, b) => a - b);
  const moved = Object.entries(constants).flatMap(([name, value]: [string, number]) => {
    const factor = value / CONSTANTS[name as Name];
    return factor === 1 ? [] : [[name, factor] as const];
  });
  return {
    kind: "fabricast step calibration",
    constants: Object.fromEntries(moved),
    runs: steps.length,
    rankCountMin: at(ranks, 0),
    rankCountMax: at(ranks, ranks.length - 1),
    ...(leftOutErrorShare === undefined ? {} : { leftOutErrorShare }),
  };
}

/** One constant, or the two that do best on runs left out. */
export function fitted(steps: readonly ValidationStep[]): DenseConstants {
  return fitOf(steps, chosenNames(steps));
}

function chosenNames(steps: readonly ValidationStep[]): readonly Name[] {
  const first = layerFactor(steps);
  if (steps.length < 3) return [first];
  let least = WORTH * leftOutBy(steps, [first]);
  let names: readonly Name[] = [first];
  for (const second of SECOND) {
    if (predictsAlike(steps, second)) continue;
    const error = leftOutBy(steps, [first, second]);
    if (error >= least) continue;
    least = error;
    names = [first, second];
  }
  return names;
}

/** Whether a constant moves none of these runs: then there is nothing to learn about it. */
function predictsAlike(steps: readonly ValidationStep[], name: Name): boolean {
  const moved = { ...CONSTANTS, [name]: CONSTANTS[name] * 1.1 };
  return steps.every((step) => {
    return Math.abs(predictedS(step, moved) / predictedS(step, CONSTANTS) - 1) < 0.001;
  });
}

/** What multiplies the layers of most of these runs. */
function layerFactor(steps: readonly ValidationStep[]): Name {
  const eager = steps.filter(({ reading }) => reading.run.software.isEager).length;
  return 2 * eager > steps.length ? "eagerFactor" : "plainFactor";
}

/** Mean error of runs left out, one at a time or, of many, an eighth at a time. */
function leftOutBy(steps: readonly ValidationStep[], names: readonly Name[]): number {
  const folds = Math.min(steps.length, FOLDS_MOST);
  let sum = 0;
  for (let fold = 0; fold < folds; fold++) {
    const constants = fitOf(
      steps.filter((_, i) => i % folds !== fold),
      names,
    );
    for (const [i, step] of steps.entries()) {
      if (i % folds !== fold) continue;
      sum += Math.abs(predictedS(step, constants) / step.measuredS - 1);
    }
  }
  return sum / steps.length;
}

const FOLDS_MOST = 8;
const STRIDES = [0.08, 0.03, 0.01, 0.003];

function fitOf(steps: readonly ValidationStep[], names: readonly Name[]): DenseConstants {
  const hasExperts = steps.some(({ kind }) => kind === "experts");
  const pull = hasExperts ? EXPERT_PULL : PULL;
  const loss = (constants: DenseConstants): number => {
    let sum = 0;
    for (const step of steps) sum += Math.log(predictedS(step, constants) / step.measuredS) ** 2;
    for (const name of names) sum += pull * Math.log(constants[name] / CONSTANTS[name]) ** 2;
    return sum;
  };
  let best: DenseConstants = CONSTANTS;
  let least = loss(best);
  for (const stride of STRIDES) {
    for (let isBetter = true; isBetter;) {
      isBetter = false;
      for (const name of names) {
        for (const factor of [1 + stride, 1 / (1 + stride)]) {
          const next = { ...best, [name]: best[name] * factor };
          const found = loss(next);
          if (found >= least - 1e-12) continue;
          [best, least, isBetter] = [next, found, true];
        }
      }
    }
  }
  return best;
}

/** The overlay as it enters an answer at so many accelerators. */
export function anchorFrom(overlay: StepOverlay, rankCount: number): Anchor {
  const { runs, rankCountMin: from, rankCountMax: to } = overlay;
  const beyond = Math.round((rankCount / to) * 10) / 10;
  const counted = runs === 1 ? "1 run" : `${runs} runs`;
  const far = beyond > 1 ? `, extrapolated ×${beyond}` : "";
  const moved = Object.entries(CONSTANTS).map(([name, value]: [string, number]) => [
    name,
    value * (overlay.constants[name] ?? 1),
  ]);
  return {
    overlay: { constants: { ...CONSTANTS, ...Object.fromEntries(moved) } },
    words: `to your ${counted} at ${from === to ? to : `${from}-${to}`}${far}`,
  };
}
