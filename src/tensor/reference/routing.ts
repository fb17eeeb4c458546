/** Mixtures of experts: who takes a token, and the sum of what they make of it. */
import { assert } from "../../base/assert.ts";
import type { CombineArrays, CombineGradients, CombineShape } from "../arithmetic.ts";
import type { Numbers, RouteGradients, RouteShape } from "../arithmetic.ts";

/** The softmax over the largest logits only. Jiang et al. 2024, arXiv:2401.04088, section 2.1. */
export function route(
  logits: Numbers,
  experts: Int32Array,
  weights: Numbers,
  { rows, experts: expertCount, picks, isGiven }: RouteShape,
): void {
  assert(logits.length === rows * expertCount, "there is a logit for each row and expert");
  assert(experts.length === rows * picks && weights.length === rows * picks, "picks fit");
  assert(picks <= expertCount, "there are as many experts as are picked");
  for (let r = 0; r < rows; r++) {
    const taken = isGiven ? [...experts.subarray(r * picks, (r + 1) * picks)] : [];
    for (let p = taken.length; p < picks; p++) {
      let best = -1;
      for (let e = 0; e < expertCount; e++) {
        if (taken.includes(e)) continue;
        if (best < 0 || logits[r * expertCount + e]! > logits[r * expertCount + best]!) best = e;
      }
      taken.push(best);
      experts[r * picks + p] = best;
    }
    weightsOf(logits, r * expertCount, taken, weights, r * picks);
  }
}

function weightsOf(
  logits: Numbers,
  from: number,
  taken: readonly number[],
  weights: Numbers,
  to: number,
): void {
  const chosen = taken.map((expert) => logits[from + expert]!);
  const most = Math.max(...chosen);
  const sum = chosen.reduce((total, logit) => total + Math.exp(logit - most), 0);
  for (const [p, logit] of chosen.entries()) weights[to + p] = Math.exp(logit - most) / sum;
}

/** dlogit of a pick = w·(dw − Σ w·dw over the picks); of other experts, zero. */
export function routeBackward(
  { experts, weights, dweights }: RouteGradients,
  dlogits: Numbers,
  { rows, experts: expertCount, picks }: RouteShape,
): void {
  assert(dlogits.length === rows * expertCount, "there is a logit for each row and expert");
  assert(weights.length === rows * picks && dweights.length === weights.length, "picks fit");
  dlogits.fill(0);
  for (let r = 0; r < rows; r++) {
    let mean = 0;
    for (let p = r * picks; p < (r + 1) * picks; p++) mean += weights[p]! * dweights[p]!;
    for (let p = r * picks; p < (r + 1) * picks; p++) {
      dlogits[r * expertCount + experts[p]!] = weights[p]! * (dweights[p]! - mean);
    }
  }
}

export function combine(arrays: CombineArrays, y: Numbers, shape: CombineShape): void {
  const { x, weights, places } = arrays;
  const { rows, picks, columns } = shape;
  checkCombine(arrays, y, shape);
  y.fill(0);
  for (let r = 0; r < rows; r++) {
    for (let p = r * picks; p < (r + 1) * picks; p++) {
      const from = places[p]! * columns;
      for (let c = 0; c < columns; c++) y[r * columns + c]! += weights[p]! * x[from + c]!;
    }
  }
}

export function combineBackward(
  arrays: CombineArrays,
  { dy, dx, dweights }: CombineGradients,
  shape: CombineShape,
): void {
  const { x, weights, places } = arrays;
  const { rows, picks, columns } = shape;
  checkCombine(arrays, dy, shape);
  assert(dx.length === x.length && dweights.length === weights.length, "gradients fit");
  for (let r = 0; r < rows; r++) {
    for (let p = r * picks; p < (r + 1) * picks; p++) {
      const from = places[p]! * columns;
      let sum = 0;
      for (let c = 0; c < columns; c++) {
        dx[from + c] = weights[p]! * dy[r * columns + c]!;
        sum += x[from + c]! * dy[r * columns + c]!;
      }
      dweights[p] = sum;
    }
  }
}

function checkCombine({ x, weights, places }: CombineArrays, y: Numbers, shape: CombineShape) {
  const { rows, picks, columns } = shape;
  const count = rows * picks;
  assert(x.length === count * columns && y.length === rows * columns, "x and y fit their shape");
  assert(weights.length === count && places.length === count, "there is a weight for each pick");
  assert(
    places.every((place) => place >= 0 && place < count),
    "a place is one of those given",
  );
}
