/** Ops on single elements, and the optimizer. */
import { assert } from "../../base/assert.ts";
import type { AdamStep, Moments, MomentumStep, Numbers } from "../arithmetic.ts";

export function add(a: Numbers, b: Numbers, y: Numbers): void {
  sameLength(a, b, y);
  for (let i = 0; i < y.length; i++) y[i] = a[i]! + b[i]!;
}

export function relu(x: Numbers, y: Numbers): void {
  sameLength(x, y);
  for (let i = 0; i < y.length; i++) y[i] = x[i]! > 0 ? x[i]! : 0;
}

export function reluBackward(y: Numbers, dy: Numbers, dx: Numbers): void {
  sameLength(y, dy, dx);
  for (let i = 0; i < y.length; i++) dx[i] = y[i]! > 0 ? dy[i]! : 0;
}

const GELU_SCALE = Math.sqrt(2 / Math.PI);
const GELU_CUBIC = 0.044715;

/** y = x/2 · (1 + tanh u), u = √(2/π)·(x + 0.044715 x³). Hendrycks & Gimpel, arXiv:1606.08415 */
export function gelu(x: Numbers, y: Numbers): void {
  sameLength(x, y);
  for (let i = 0; i < y.length; i++) {
    const v = x[i]!;
    y[i] = 0.5 * v * (1 + Math.tanh(GELU_SCALE * (v + GELU_CUBIC * v * v * v)));
  }
}

/** dy/dx = (1 + tanh u)/2 + x/2 · (1 − tanh² u) · √(2/π)·(1 + 3·0.044715 x²) */
export function geluBackward(x: Numbers, dy: Numbers, dx: Numbers): void {
  sameLength(x, dy, dx);
  for (let i = 0; i < x.length; i++) {
    const v = x[i]!;
    const t = Math.tanh(GELU_SCALE * (v + GELU_CUBIC * v * v * v));
    const slope = GELU_SCALE * (1 + 3 * GELU_CUBIC * v * v);
    dx[i] = dy[i]! * (0.5 * (1 + t) + 0.5 * v * (1 - t * t) * slope);
  }
}

export function scale(x: Numbers, factor: number): void {
  for (let i = 0; i < x.length; i++) x[i]! *= factor;
}

export function sumOfSquares(x: Numbers): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!;
  return sum;
}

export function momentum(p: Numbers, g: Numbers, velocity: Numbers, step: MomentumStep): void {
  sameLength(p, g, velocity);
  for (let i = 0; i < p.length; i++) {
    velocity[i] = step.momentum * velocity[i]! + g[i]!;
    p[i]! -= step.learningRate * velocity[i]!;
  }
}

/** Kingma & Ba 2015, arXiv:1412.6980, algorithm 1, with the learning rate's correction apart. */
export function adam(p: Numbers, g: Numbers, moments: Moments, step: AdamStep): void {
  const { first, second } = moments;
  const { beta1, beta2, epsilon } = step;
  sameLength(p, g, first, second);
  const rate = step.learningRate / (1 - beta1 ** step.step);
  const correction = 1 / (1 - beta2 ** step.step);
  for (let i = 0; i < p.length; i++) {
    const gradient = g[i]!;
    const m = beta1 * first[i]! + (1 - beta1) * gradient;
    const v = beta2 * second[i]! + (1 - beta2) * gradient * gradient;
    first[i] = m;
    second[i] = v;
    p[i]! -= (rate * m) / (Math.sqrt(v * correction) + epsilon);
  }
}

function sameLength(...arrays: readonly Numbers[]): void {
  const length = arrays[0]?.length;
  assert(
    arrays.every((array) => array.length === length),
    "arrays of one element-wise op are equally long",
  );
}
