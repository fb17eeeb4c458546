/** Layer norm and softmax: ops on the rows of a matrix. */
import { assert } from "../../base/assert.ts";
import type { LayerNormArrays, LayerNormGradients, Numbers, RowShape } from "../arithmetic.ts";
import { NORM_EPSILON } from "../arithmetic.ts";

/** y = scale · (x − mean) / √(variance + epsilon) + shift. Ba et al. 2016, arXiv:1607.06450 */
export function layerNorm(arrays: LayerNormArrays, { rows, columns }: RowShape): void {
  const { x, scale, shift, y, statistics } = arrays;
  assert(x.length === rows * columns && y.length === x.length, "x and y fit their shape");
  assert(scale.length === columns && shift.length === columns, "parameters fit the columns");
  assert(statistics.length === 2 * rows, "there are two statistics a row");
  for (let r = 0; r < rows; r++) {
    const at = r * columns;
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += x[at + c]!;
    const mean = sum / columns;
    let squares = 0;
    for (let c = 0; c < columns; c++) squares += (x[at + c]! - mean) ** 2;
    const inverse = 1 / Math.sqrt(squares / columns + NORM_EPSILON);
    for (let c = 0; c < columns; c++) {
      y[at + c] = (x[at + c]! - mean) * inverse * scale[c]! + shift[c]!;
    }
    statistics[2 * r] = mean;
    statistics[2 * r + 1] = inverse;
  }
}

/**
 * With n = (x − mean)·inverse and g = dy·scale, averages over the row:
 *
 *     dx = inverse · (g − avg(g) − n · avg(g·n)),   dscale += dy·n,   dshift += dy
 */
export function layerNormBackward(arrays: LayerNormGradients, { rows, columns }: RowShape): void {
  const { x, scale, statistics, dy, dx, dscale, dshift } = arrays;
  assert(x.length === rows * columns && dx.length === x.length, "x and dx fit their shape");
  assert(dy.length === x.length, "dy fits its shape");
  assert(scale.length === columns && statistics.length === 2 * rows, "saved arrays fit");
  assert(dscale.length === columns && dshift.length === columns, "gradients fit the columns");
  for (let r = 0; r < rows; r++) {
    const at = r * columns;
    const mean = statistics[2 * r]!;
    const inverse = statistics[2 * r + 1]!;
    let g = 0;
    let gn = 0;
    for (let c = 0; c < columns; c++) {
      const n = (x[at + c]! - mean) * inverse;
      const d = dy[at + c]!;
      g += d * scale[c]!;
      gn += d * scale[c]! * n;
      dscale[c]! += d * n;
      dshift[c]! += d;
    }
    for (let c = 0; c < columns; c++) {
      const n = (x[at + c]! - mean) * inverse;
      dx[at + c] = inverse * (dy[at + c]! * scale[c]! - g / columns - (n * gn) / columns);
    }
  }
}

/** y = exp(x − max) / Σ exp(x − max), row by row. */
export function softmax(x: Numbers, y: Numbers, { rows, columns }: RowShape): void {
  assert(x.length === rows * columns && y.length === x.length, "x and y fit their shape");
  for (let r = 0; r < rows; r++) {
    const log = logSumExp(x, r * columns, columns);
    for (let i = r * columns; i < (r + 1) * columns; i++) y[i] = Math.exp(x[i]! - log);
  }
}

/** dx = y · (dy − Σ y·dy), row by row. */
export function softmaxBackward(
  y: Numbers,
  dy: Numbers,
  dx: Numbers,
  { rows, columns }: RowShape,
): void {
  assert(y.length === rows * columns && dy.length === y.length, "y and dy fit their shape");
  assert(dx.length === y.length, "dx fits its shape");
  for (let r = 0; r < rows; r++) {
    let dot = 0;
    for (let i = r * columns; i < (r + 1) * columns; i++) dot += y[i]! * dy[i]!;
    for (let i = r * columns; i < (r + 1) * columns; i++) dx[i] = y[i]! * (dy[i]! - dot);
  }
}

/** log Σ exp(x[i]) over a row, with the maximum taken out so that nothing overflows. */
export function logSumExp(x: Numbers, at: number, count: number): number {
  let most = x[at]!;
  for (let i = at; i < at + count; i++) most = Math.max(most, x[i]!);
  let sum = 0;
  for (let i = at; i < at + count; i++) sum += Math.exp(x[i]! - most);
  return most + Math.log(sum);
}
