/**
 * Anchors the law of serving to runs of one's own: at most two of its constants are moved.
 *
 *   least Σ log(predicted/measured)² + pull · Σ log(factor)²
 *
 * The first is the one that moves these runs most: products, reading, or launches. A second is
 * moved only where it lowers the error on runs left out, one at a time. A constant that makes
 * up a share e of a time moves by e / (n e² + pull) of the summed residuals: n runs of one
 * service are followed to n e² / (n e² + pull).
 */
import { Refusal } from "../base/errors.ts";
import { at } from "../base/assert.ts";
import type { ServingOverlay } from "../records/serving.ts";
import type { ServingConstants } from "../serving/engine-law.ts";
import { SERVING } from "../serving/engine-law.ts";
import type { Row } from "./accuracy/row.ts";
import type { ServingRun } from "./accuracy/serving-study.ts";
import { judge, predictedS, servingRuns } from "./accuracy/serving-study.ts";

type Name = keyof ServingConstants;

/** What an engine may do better or worse than others, on any part. */
const MOVABLE: readonly Name[] = ["productShare", "memoryShare", "layerS", "loneLayerS"];
const PULL = 0.05;
/** A second constant must lower the error left out by this much of it. */
const WORTH = 0.9;
/** Beyond this a run was not of what its row says. */
const FACTOR_MOST = 4;
const FOLDS_MOST = 8;
const STRIDES = [0.1, 0.03, 0.01, 0.003];

/** Runs as rows of an inference table; what they measured is read here, and only here. */
export function calibrateServing(rows: readonly Row[]): ServingOverlay {
  const runs = servingRuns(rows).filter(({ excluded }) => excluded === "");
  if (runs.length === 0) throw nothingMeasured(rows.length);
  const ids = new Set(runs.map(({ reading }) => reading));
  const names = chosenNames(runs);
  const error = ids.size < 2 ? undefined : leftOutBy(runs, names);
  const counts = runs.map(({ reading }) => reading.gpus).sort((a, b) => a - b);
  const constants = fitOf(runs, names);
  const moved = names.map((name) => [name, constants[name] / SERVING[name]] as const);
  return {
    kind: "fabricast serving calibration",
    constants: Object.fromEntries(moved.filter(([, factor]) => factor !== 1)),
    runs: ids.size,
    parts: [...new Set(runs.map(({ part }) => part))],
    acceleratorCountMin: at(counts, 0),
    acceleratorCountMax: at(counts, counts.length - 1),
    ...(error === undefined ? {} : { leftOutErrorShare: error }),
  };
}

function nothingMeasured(count: number): Refusal {
  return new Refusal({
    code: "missing-key",
    pointer: "/output_tokens_per_s",
    found: `${count} rows, none with a measured figure that its own row does not contradict`,
    expected: "output_tokens_per_s, ttft_ms or tpot_ms in one row at least",
    nextStep: "add what was measured",
  });
}

/** The constant that moves these runs most, or that and the one that helps most beside it. */
function chosenNames(runs: readonly ServingRun[]): readonly Name[] {
  const effects = MOVABLE.map((name) => [name, effectOf(runs, name)] as const);
  const [first] = at(
    effects.toSorted((a, b) => b[1] - a[1]),
    0,
  );
  if (new Set(runs.map(({ reading }) => reading)).size < 3) return [first];
  let least = WORTH * leftOutBy(runs, [first]);
  let names: readonly Name[] = [first];
  for (const [second, effect] of effects) {
    if (second === first || effect < 0.01 * runs.length) continue;
    const error = leftOutBy(runs, [first, second]);
    if (error >= least) continue;
    least = error;
    names = [first, second];
  }
  return names;
}

/** By how much a tenth more of it moves these runs, in tenths. */
function effectOf(runs: readonly ServingRun[], name: Name): number {
  const moved = { ...SERVING, [name]: SERVING[name] * 1.1 };
  const one = (run: ServingRun) =>
    Math.abs(Math.log(predictedS(run, moved) / predictedS(run, SERVING)) / Math.log(1.1));
  return runs.reduce((sum, run) => sum + one(run), 0);
}

/** Mean error of runs left out, one at a time or, of many, an eighth at a time. */
function leftOutBy(runs: readonly ServingRun[], names: readonly Name[]): number {
  const readings = [...new Set(runs.map(({ reading }) => reading))];
  const folds = Math.min(readings.length, FOLDS_MOST);
  let sum = 0;
  for (let fold = 0; fold < folds; fold++) {
    const isOut = ({ reading }: ServingRun): boolean => readings.indexOf(reading) % folds === fold;
    const constants = fitOf(
      runs.filter((run) => !isOut(run)),
      names,
    );
    for (const run of runs.filter(isOut)) sum += Math.abs(judge(run, constants).errorShare);
  }
  return sum / runs.length;
}

function fitOf(runs: readonly ServingRun[], names: readonly Name[]): ServingConstants {
  const loss = (constants: ServingConstants): number => {
    let sum = 0;
    for (const run of runs) sum += Math.log(predictedS(run, constants) / run.measuredS) ** 2;
    for (const name of names) sum += PULL * Math.log(constants[name] / SERVING[name]) ** 2;
    return sum;
  };
  let best = SERVING;
  let least = loss(best);
  for (const stride of STRIDES) {
    for (let isBetter = true; isBetter;) {
      isBetter = false;
      for (const name of names) {
        for (const factor of [1 + stride, 1 / (1 + stride)]) {
          const next = { ...best, [name]: best[name] * factor };
          if (!isPossible(name, next[name])) continue;
          const found = loss(next);
          if (found >= least - 1e-12) continue;
          [best, least, isBetter] = [next, found, true];
        }
      }
    }
  }
  return best;
}

/** No share above one, and nothing far from what engines do. */
function isPossible(name: Name, value: number): boolean {
  const factor = value / SERVING[name];
  const isShare = name === "productShare" || name === "memoryShare";
  return factor <= FACTOR_MOST && factor >= 1 / FACTOR_MOST && (!isShare || value <= 1);
}

export interface ServingAnchor {
  readonly constants: ServingConstants;
  /** "to your 3 runs on 8 h100-sxm", with how far the answer goes beyond. */
  words(part: string, accelerators: number): string;
}

export function servingAnchorFrom(overlay: ServingOverlay): ServingAnchor {
  const { runs, parts, acceleratorCountMin: least, acceleratorCountMax: most } = overlay;
  const moved = Object.entries(SERVING).map(([name, value]: [string, number]) => [
    name,
    value * (overlay.constants[name] ?? 1),
  ]);
  return {
    constants: { ...SERVING, ...Object.fromEntries(moved) },
    words: (part, accelerators) => {
      const counted = runs === 1 ? "1 run" : `${runs} runs`;
      const sizes = least === most ? String(least) : `${least}-${most}`;
      const beyond = Math.round((accelerators / most) * 10) / 10;
      const far = beyond > 1 ? `, extrapolated ×${beyond}` : "";
      const other = parts.includes(part) ? "" : `, carried over to ${part}`;
      return `anchored to your ${counted} on ${sizes} ${parts.join(" and ")}${far}${other}`;
    },
  };
}
