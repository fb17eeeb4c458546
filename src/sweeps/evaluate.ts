/** A batch of points to columns: what a worker computes and the store takes. */
import { assert, present } from "../base/assert.ts";
import { compileExpression } from "../base/expression.ts";
import type { Compiled, Expression } from "../base/expression.ts";
import { evaluateInputs, INPUTS, METRICS, pointContext } from "../answers/sweep-point.ts";
import type { Axis, AxisValue, Sweep } from "../records/sweep.ts";
import { BATCH, placesOf, pointCount, valueAt } from "./points.ts";

export interface BatchColumns {
  readonly batch: number;
  readonly keys: Int32Array;
  /** Places in STATES. */
  readonly states: Uint8Array;
  /** One array a metric, then one a derived value; NaN where there is none. */
  readonly numbers: readonly Float64Array[];
}

/** Names that formulas may use, in the order of their values: numeric axes, then metrics. */
export function formulaNames({ axes }: Pick<Sweep, "axes">): readonly string[] {
  return [...axes.filter(isNumeric).map(({ name }) => name), ...METRICS];
}

export const isWhole = ({ values }: Axis): boolean =>
  values.every((value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31);

export const isNumeric = ({ values }: Axis): boolean => typeof values[0] === "number";

interface Formulas {
  /** Filters of axes alone spare the evaluation. */
  readonly before: readonly Compiled[];
  readonly after: readonly Compiled[];
  readonly derived: readonly Compiled[];
}

/** What a batch is evaluated with, made once. */
interface Bench {
  readonly sweep: Sweep;
  readonly formulas: Formulas;
  readonly inputs: Record<string, AxisValue>;
  readonly places: number[];
  readonly metrics: Float64Array;
  /** Numeric axes, then metrics. */
  readonly values: Float64Array;
  readonly evaluate: () => number;
}

export function batchEvaluator(sweep: Sweep): (batch: number) => BatchColumns {
  const context = pointContext(sweep);
  const metrics = new Float64Array(METRICS.length);
  const inputs: Record<string, AxisValue> = { ...INPUTS };
  const bench: Bench = {
    ...{ sweep, inputs, metrics, places: [], formulas: compileAll(sweep) },
    values: new Float64Array(formulaNames(sweep).length),
    evaluate: () => evaluateInputs(context, inputs, metrics),
  };
  return (batch) => evaluateBatchOf(bench, batch);
}

function evaluateBatchOf(bench: Bench, batch: number): BatchColumns {
  const { sweep, formulas, metrics } = bench;
  const first = batch * BATCH;
  const size = Math.min(BATCH, pointCount(sweep.axes) - first);
  const keys = new Int32Array(size);
  const states = new Uint8Array(size);
  const width = METRICS.length + formulas.derived.length;
  const numbers = Array.from({ length: width }, () => new Float64Array(size));
  let kept = 0;
  for (let key = first; key < first + size; key++) {
    const state = pointState(bench, key);
    if (state === undefined) continue;
    keys[kept] = key;
    states[kept] = state;
    for (let m = 0; m < width; m++) {
      const derived = formulas.derived[m - METRICS.length];
      const value = derived === undefined ? metrics[m] : derived(bench.values);
      present(numbers[m], "a column")[kept] = value ?? Number.NaN;
    }
    kept++;
  }
  return {
    batch,
    keys: keys.slice(0, kept),
    states: states.slice(0, kept),
    numbers: numbers.map((column) => column.slice(0, kept)),
  };
}

/** Undefined where a filter leaves the point out. */
function pointState(bench: Bench, key: number): number | undefined {
  const { inputs, values, formulas, metrics, places } = bench;
  const { axes } = bench.sweep;
  placesOf(key, axes, places);
  let numeric = 0;
  for (let i = 0; i < axes.length; i++) {
    const axis = present(axes[i], "an axis");
    const value = valueAt(axis, places[i] ?? 0);
    inputs[axis.name] = value;
    if (typeof value === "number") values[numeric++] = value;
  }
  if (formulas.before.some((keeps) => keeps(values) === 0)) return undefined;
  const state = bench.evaluate();
  values.set(metrics, numeric);
  // A point without a step has no metrics: it fails every condition on them.
  return formulas.after.some((keeps) => keeps(values) === 0) ? undefined : state;
}

/** Formulas were checked when the file was read. */
function compileAll(sweep: Sweep): Formulas {
  const names = formulaNames(sweep);
  const axisCount = names.length - METRICS.length;
  const compiled = (text: string): Expression => {
    const expression = compileExpression(text, names);
    assert("value" in expression, "a formula was checked");
    return expression;
  };
  const filters = sweep.where.map(compiled);
  const isEarly = ({ usedIds }: Expression): boolean => [...usedIds].every((id) => id < axisCount);
  return {
    before: filters.filter(isEarly).map(({ value }) => value),
    after: filters.filter((filter) => !isEarly(filter)).map(({ value }) => value),
    derived: sweep.derive.map(({ formula }) => compiled(formula).value),
  };
}
