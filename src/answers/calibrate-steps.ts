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
  return overlayOf(steps, fitted(steps), leftOut(steps));
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
  const first = layerFactor(steps);
  const one = fitOf(steps, [first]);
  if (steps.length < 3) return one;
  let least = WORTH * (leftOutBy(steps, [first]) ?? 0);
  let best = one;
  for (const second of SECOND) {
    const error = leftOutBy(steps, [first, second]);
    if (error === undefined || error >= least) continue;
    least = error;
    best = fitOf(steps, [first, second]);
  }
  return best;
}

/** What multiplies the layers of most of these runs. */
function layerFactor(steps: readonly ValidationStep[]): Name {
  const eager = steps.filter(({ reading }) => reading.run.software.isEager).length;
  return 2 * eager > steps.length ? "eagerFactor" : "plainFactor";
}

function leftOut(steps: readonly ValidationStep[]): number | undefined {
  if (steps.length < 2) return undefined;
  return meanError(steps, (rest) => fitted(rest));
}

function leftOutBy(steps: readonly ValidationStep[], names: readonly Name[]): number | undefined {
  return steps.length < 2 ? undefined : meanError(steps, (rest) => fitOf(rest, names));
}

function meanError(
  steps: readonly ValidationStep[],
  fit: (rest: readonly ValidationStep[]) => DenseConstants,
): number {
  const errors = steps.map((step, i) => {
    const rest = steps.filter((_, j) => j !== i);
    return Math.abs(predictedS(step, fit(rest)) / step.measuredS - 1);
  });
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

const STRIDES = [0.08, 0.04, 0.02, 0.01, 0.005, 0.0025];

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
