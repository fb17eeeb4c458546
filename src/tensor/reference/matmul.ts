/** Matrix multiplication in plain loops, adding up in double precision. */
import { assert } from "../../base/assert.ts";
import type { MatmulShape, Numbers, RowShape } from "../arithmetic.ts";

export function matmul(
  a: Numbers,
  b: Numbers,
  c: Numbers,
  bias: Numbers | undefined,
  shape: MatmulShape,
): void {
  const { batch, m, n, k } = shape;
  assert(a.length === batch * m * k, "A is as long as its shape says");
  assert(b.length === batch * k * n, "B is as long as its shape says");
  assert(c.length === batch * m * n, "C is as long as its shape says");
  assert(bias === undefined || bias.length === n, "a bias has one number for each column");
  const row = new Float64Array(n);
  for (let i = 0; i < batch; i++) {
    const left = a.subarray(i * m * k, (i + 1) * m * k);
    const right = b.subarray(i * k * n, (i + 1) * k * n);
    const rows = shape.transposesB ? transposed(right, n, k) : right;
    for (let r = 0; r < m; r++) {
      multiplyRow(left, rows, row, r, shape);
      finishRow(row, c, (i * m + r) * n, bias, shape.accumulates);
    }
  }
}

/** row = (row r of op(A)) · B, four rows of B at a time to halve the traffic. */
function multiplyRow(a: Numbers, b: Numbers, row: Float64Array, r: number, shape: MatmulShape) {
  const { m, n, k } = shape;
  const stride = shape.transposesA ? m : 1;
  const first = shape.transposesA ? r : r * k;
  row.fill(0);
  let p = 0;
  for (; p + 4 <= k; p += 4) {
    const at = first + p * stride;
    const x0 = a[at]!;
    const x1 = a[at + stride]!;
    const x2 = a[at + 2 * stride]!;
    const x3 = a[at + 3 * stride]!;
    for (let j = 0, q = p * n; j < n; j++, q++) {
      row[j]! += x0 * b[q]! + x1 * b[q + n]! + x2 * b[q + 2 * n]! + x3 * b[q + 3 * n]!;
    }
  }
  for (; p < k; p++) {
    const x = a[first + p * stride]!;
    for (let j = 0, q = p * n; j < n; j++, q++) row[j]! += x * b[q]!;
  }
}

function finishRow(
  row: Float64Array,
  c: Numbers,
  at: number,
  bias: Numbers | undefined,
  accumulates: boolean,
) {
  const n = row.length;
  if (accumulates) {
    for (let j = 0; j < n; j++) c[at + j]! += row[j]!;
  } else if (bias !== undefined) {
    for (let j = 0; j < n; j++) c[at + j] = row[j]! + bias[j]!;
  } else {
    c.set(row, at);
  }
}

function transposed(matrix: Numbers, rows: number, columns: number): Numbers {
  const result = matrix.slice();
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) result[c * rows + r] = matrix[r * columns + c]!;
  }
  return result;
}

export function columnSums(x: Numbers, sums: Numbers, { rows, columns }: RowShape): void {
  assert(x.length === rows * columns, "x is as long as its shape says");
  assert(sums.length === columns, "there is a sum for each column");
  const total = Float64Array.from(sums);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) total[c]! += x[r * columns + c]!;
  }
  sums.set(total);
}
