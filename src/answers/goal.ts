/**
 * How far one input can be pushed until a condition fails. The ends are tried, then points
 * between them; only if the condition holds on one side and fails on the other is the crossing
 * bisected. Where it fails and holds again, that is told, and the last value before the first
 * failure is the answer.
 */
import { assert, at } from "../base/assert.ts";

export interface GoalRequest {
  /** From the value that is surely fine to the one that is pushed to. */
  readonly fromValue: number;
  readonly toValue: number;
  /** Only whole numbers make sense. */
  readonly isWhole: boolean;
  /** The metric at a value, and what limits it there. */
  readonly evaluate: (value: number) => Promise<GoalPoint>;
  readonly holds: (metric: number) => boolean;
  readonly tries: number;
}

export interface GoalPoint {
  readonly metric: number;
  readonly limit: string;
}

export interface Tried extends GoalPoint {
  /** Of the input, in the unit it was given in. */
  readonly input: number;
  readonly isHeld: boolean;
}

export interface GoalAnswer {
  /** The last value that holds; undefined: not even the first does. */
  readonly best?: Tried;
  /** The first value that fails; undefined: none does. */
  readonly failed?: Tried;
  readonly isMonotone: boolean;
  readonly tried: readonly Tried[];
}

export async function pushed(request: GoalRequest): Promise<GoalAnswer> {
  const { fromValue, toValue, tries } = request;
  const tried: Tried[] = [];
  const attempt = async (input: number): Promise<Tried> => {
    const known = tried.find((one) => one.input === input);
    if (known !== undefined) return known;
    const point = await request.evaluate(input);
    const made = { ...point, input, isHeld: request.holds(point.metric) };
    tried.push(made);
    return made;
  };
  const grid = gridOf(request, Math.max(3, Math.ceil(tries / 2)));
  const points: Tried[] = [];
  for (const value of grid) points.push(await attempt(value));
  const miss = points.findIndex(({ isHeld }) => !isHeld);
  const isMonotone = miss === -1 || points.slice(miss).every(({ isHeld }) => !isHeld);
  const order = (a: Tried, b: Tried): number =>
    (a.input - b.input) * (toValue < fromValue ? -1 : 1);
  if (miss === -1) return { best: at(points, points.length - 1), isMonotone, tried };
  if (miss === 0) return { failed: at(points, 0), isMonotone, tried };
  let [best, failed] = [at(points, miss - 1), at(points, miss)];
  while (tried.length < tries) {
    const middle = between(best.input, failed.input, request.isWhole);
    if (middle === undefined) break;
    const point = await attempt(middle);
    if (point.isHeld) best = point;
    else failed = point;
  }
  return { best, failed, isMonotone, tried: tried.sort(order) };
}

/** Evenly in ratio where both ends are positive, as rates and ratios are. */
function gridOf({ fromValue, toValue, isWhole }: GoalRequest, count: number): number[] {
  assert(fromValue !== toValue, "there is something to push");
  const values = Array.from({ length: count }, (_, i) => {
    const share = i / (count - 1);
    const isRatio = fromValue > 0 && toValue > 0;
    const value = isRatio
      ? fromValue * (toValue / fromValue) ** share
      : fromValue + share * (toValue - fromValue);
    if (i === count - 1) return toValue;
    return isWhole ? Math.round(value) : value;
  });
  return [...new Set(values)];
}

/** Undefined where nothing lies between, or the gap is a thousandth. */
function between(a: number, b: number, isWhole: boolean): number | undefined {
  if (isWhole) {
    const middle = Math.trunc((a + b) / 2);
    return middle === a || middle === b ? undefined : middle;
  }
  if (Math.abs(a / b - 1) < 1e-3) return undefined;
  return a > 0 && b > 0 ? Math.sqrt(a * b) : (a + b) / 2;
}
