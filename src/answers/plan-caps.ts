/**
 * Caps that exclude everything: which of them conflict, and the least by which one of them has
 * to give. A point is a family at a size; money and power of a point are those of the priced
 * size, scaled by its accelerators, so the figures are told as "about".
 */
import { duration, fixed, usd } from "../base/format.ts";
import { InfeasibleError } from "../base/errors.ts";
import type { Caps, PlanQuestion } from "../records/plan.ts";

export interface CapPoint {
  readonly cluster: string;
  readonly acceleratorCount: number;
  readonly p90S: number;
  readonly highUsd?: number;
  /** Of the dearest calendar year. */
  readonly yearHighUsd?: number;
  readonly wallW?: number;
  readonly rackCount?: number;
}

type CapName = "deadline" | "budget" | "budget of a year" | "power" | "accelerators" | "racks";

interface Limit {
  readonly name: CapName;
  /** In words: "20 M USD". */
  readonly words: (amount: number) => string;
  readonly limit: number;
  readonly of: (point: CapPoint) => number;
}

/** Unknown power or price cannot keep a cap. */
export function limitsOf({ withinS, caps }: Pick<PlanQuestion, "withinS" | "caps">): Limit[] {
  const { budgetUsd, yearBudgetUsd, powerW, acceleratorCount, rackCount } = caps;
  const limits: (Limit | undefined)[] = [
    { name: "deadline", words: duration, limit: withinS, of: ({ p90S }) => p90S },
    limit("budget", budgetUsd, usd, ({ highUsd = Infinity }) => highUsd),
    limit("budget of a year", yearBudgetUsd, usd, ({ yearHighUsd = Infinity }) => yearHighUsd),
    limit("power", powerW, megawatts, ({ wallW = Infinity }) => wallW),
    limit("accelerators", acceleratorCount, fixed, (point) => point.acceleratorCount),
    limit("racks", rackCount, fixed, (point) => point.rackCount ?? Infinity),
  ];
  return limits.flatMap((one) => (one === undefined ? [] : [one]));
}

const megawatts = (watts: number): string => `${fixed(watts / 1e6, 2)} MW`;

function limit(
  name: CapName,
  value: number | undefined,
  words: (amount: number) => string,
  of: (point: CapPoint) => number,
): Limit | undefined {
  return value === undefined ? undefined : { name, words, limit: value, of };
}

/** The caps that a point breaks, in words. */
export function brokenCaps(
  question: { readonly withinS: number; readonly caps: Caps },
  point: CapPoint,
): string[] {
  return limitsOf(question)
    .filter((one) => one.of(point) > one.limit)
    .map((one) => {
      const amount = one.of(point);
      const found = Number.isFinite(amount) ? one.words(amount) : "an unknown amount";
      return `${one.name}: ${found}, cap ${one.words(one.limit)}`;
    });
}

/** Exit 4: no point keeps all caps. */
export function infeasible(question: PlanQuestion, points: readonly CapPoint[]): InfeasibleError {
  const limits = limitsOf(question);
  const conflict = smallestConflict(limits, points);
  const words = conflict.map((one) => `${one.name} ${one.words(one.limit)}`).join(" and ");
  const relaxed = limits.flatMap((one) => relaxation(one, limits, points));
  const [first, ...others] = relaxed.sort((a, b) => a.factor - b.factor);
  const least =
    first === undefined
      ? jointly(limits, points)
      : `smallest relaxation: ${first.text}` +
        (others.length === 0 ? "" : `; or ${others.map(({ text }) => text).join("; or ")}`);
  return new InfeasibleError(
    `no cluster of the catalog keeps every cap: in conflict are ${words}; ${least} [infeasible]`,
  );
}

/** Where several caps have to give: the point that asks the least of the one that gives most. */
function jointly(limits: readonly Limit[], points: readonly CapPoint[]): string {
  const excess = (point: CapPoint): number =>
    Math.max(...limits.map((one) => one.of(point) / one.limit));
  const [best] = [...points].sort((a, b) => excess(a) - excess(b));
  if (best === undefined || !Number.isFinite(excess(best)))
    return "no option of any size is priced";
  const broken = limits.filter((one) => one.of(best) > one.limit);
  const words = broken.map((one) => `${one.name} about ${one.words(one.of(best))}`).join(" and ");
  return `smallest relaxation: ${words} together (${best.cluster})`;
}

/** The fewest caps that no point keeps together. */
function smallestConflict(limits: readonly Limit[], points: readonly CapPoint[]): Limit[] {
  const subsets = Array.from({ length: 2 ** limits.length - 1 }, (_, mask) =>
    limits.filter((_limit, i) => ((mask + 1) >> i) % 2 === 1),
  ).sort((a, b) => a.length - b.length);
  const kept = (subset: readonly Limit[]): boolean =>
    points.some((point) => subset.every((one) => one.of(point) <= one.limit));
  return subsets.find((subset) => !kept(subset)) ?? [...limits];
}

/** What one cap alone has to become, all others kept. */
function relaxation(
  one: Limit,
  limits: readonly Limit[],
  points: readonly CapPoint[],
): { readonly factor: number; readonly text: string }[] {
  const others = limits.filter((other) => other !== one);
  const open = points.filter((point) => others.every((other) => other.of(point) <= other.limit));
  const [best] = [...open].sort((a, b) => one.of(a) - one.of(b));
  if (best === undefined || !Number.isFinite(one.of(best))) return [];
  const amount = one.of(best);
  const factor = amount / one.limit;
  return [
    { factor, text: `${one.name} about ${one.words(amount)} (${best.cluster}), others as given` },
  ];
}
