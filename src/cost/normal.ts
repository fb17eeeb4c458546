/**
 * The normal distribution: its share below a point, and the point below which a share lies.
 * Sources: Abramowitz & Stegun 1964, 7.1.26 (error below 1.5e-7); Acklam 2003 (below 1.2e-9).
 */
import { assert, at } from "../base/assert.ts";

export function normalShare(deviations: number): number {
  const x = Math.abs(deviations) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * poly * Math.exp(-x * x);
  return deviations > 0 ? 1 - tail : tail;
}

const CENTRAL = [
  [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269],
  [-30.66479806614716, 2.506628277459239],
].flat();
const CENTRAL_BELOW = [
  [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972],
  [-13.28068155288572, 1],
].flat();
const TAIL = [
  [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734],
  [4.374664141464968, 2.938163982698783],
].flat();
const TAIL_BELOW = [
  [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416],
  [1],
].flat();

const polynomial = (factors: readonly number[], x: number): number =>
  factors.reduce((sum, factor) => sum * x + factor, 0);

/** Standard deviations from the mean below which a share lies. */
export function normalDeviations(share: number): number {
  assert(share > 0 && share < 1, "a quantile lies inside the distribution");
  if (share > 0.5) return -normalDeviations(1 - share);
  if (share < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(share));
    return polynomial(TAIL, q) / polynomial(TAIL_BELOW, q);
  }
  const q = share - 0.5;
  return (q * polynomial(CENTRAL, q * q)) / polynomial(CENTRAL_BELOW, q * q);
}

/** Middles of so many classes of equal weight: what an integral over chance is summed over. */
export function equalClasses(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => normalDeviations((i + 0.5) / count));
}

/** The value below which a share of the mixture of normals (all of equal weight) lies. */
export function mixtureQuantile(
  parts: readonly { readonly mean: number; readonly deviation: number }[],
  share: number,
): number {
  const spread = parts.map(({ mean, deviation }) => [mean - 9 * deviation, mean + 9 * deviation]);
  let low = Math.min(...spread.map((ends) => at(ends, 0)));
  let high = Math.max(...spread.map((ends) => at(ends, 1)));
  for (let i = 0; i < 60 && high - low > 1e-12 * Math.abs(high); i++) {
    const middle = (low + high) / 2;
    let below = 0;
    for (const { mean, deviation } of parts) {
      below += deviation === 0 ? Number(mean <= middle) : normalShare((middle - mean) / deviation);
    }
    if (below / parts.length < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
