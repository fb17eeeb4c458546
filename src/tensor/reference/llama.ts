/** What Llama-like models have in place of GPT's layer norm, learned positions and GELU. */
import { assert } from "../../base/assert.ts";
import type { Numbers, RmsNormArrays, RmsNormGradients } from "../arithmetic.ts";
import type { RotaryShape, RowShape } from "../arithmetic.ts";
import { NORM_EPSILON } from "../arithmetic.ts";

/** y = scale · x / √(mean of x² + epsilon). Zhang & Sennrich 2019, arXiv:1910.07467, equation 4. */
export function rmsNorm(arrays: RmsNormArrays, { rows, columns }: RowShape): void {
  const { x, scale, y, statistics } = arrays;
  assert(x.length === rows * columns && y.length === x.length, "x and y fit their shape");
  assert(scale.length === columns && statistics.length === rows, "one scale a column");
  for (let r = 0; r < rows; r++) {
    const at = r * columns;
    let squares = 0;
    for (let c = 0; c < columns; c++) squares += x[at + c]! * x[at + c]!;
    const inverse = 1 / Math.sqrt(squares / columns + NORM_EPSILON);
    for (let c = 0; c < columns; c++) y[at + c] = x[at + c]! * inverse * scale[c]!;
    statistics[r] = inverse;
  }
}

/**
 * With n = x·inverse and g = dy·scale, the average over the row:
 *
 *     dx = inverse · (g − n · avg(g·n)),   dscale += dy·n
 */
export function rmsNormBackward(arrays: RmsNormGradients, { rows, columns }: RowShape): void {
  const { x, scale, statistics, dy, dx, dscale } = arrays;
  assert(x.length === rows * columns && dx.length === x.length, "x and dx fit their shape");
  assert(dy.length === x.length && statistics.length === rows, "saved arrays fit");
  assert(scale.length === columns && dscale.length === columns, "gradients fit the columns");
  for (let r = 0; r < rows; r++) {
    const at = r * columns;
    const inverse = statistics[r]!;
    let gn = 0;
    for (let c = 0; c < columns; c++) {
      const n = x[at + c]! * inverse;
      gn += dy[at + c]! * scale[c]! * n;
      dscale[c]! += dy[at + c]! * n;
    }
    for (let c = 0; c < columns; c++) {
      const n = x[at + c]! * inverse;
      dx[at + c] = inverse * (dy[at + c]! * scale[c]! - (n * gn) / columns);
    }
  }
}

/**
 * Column i of a head turns with column i + headSize/2, as published checkpoints of Llama have it:
 * (a, b) becomes (a·cos − b·sin, b·cos + a·sin). Su et al. 2021, arXiv:2104.09864.
 */
export function rotary(qkv: Numbers, turns: Numbers, y: Numbers, shape: RotaryShape): void {
  const { heads, keyValueHeads, headSize, tokens } = shape;
  const { rows, narrow, wide } = checkRotary(qkv, turns, y, shape);
  const group = heads / keyValueHeads;
  for (let r = 0; r < rows; r++) {
    const turn = (r % tokens) * headSize;
    for (let head = 0; head < heads; head++) {
      const keyHead = heads + Math.floor(head / group);
      const from = r * narrow;
      const to = r * wide + head * headSize;
      turnHead(qkv, from + head * headSize, y, to, turns, turn, headSize);
      turnHead(qkv, from + keyHead * headSize, y, to + heads * headSize, turns, turn, headSize);
      const value = from + (keyHead + keyValueHeads) * headSize;
      y.set(qkv.subarray(value, value + headSize), to + 2 * heads * headSize);
    }
  }
}

function turnHead(
  x: Numbers,
  from: number,
  y: Numbers,
  to: number,
  turns: Numbers,
  turn: number,
  headSize: number,
): void {
  const half = headSize / 2;
  for (let i = 0; i < half; i++) {
    const [cos, sin] = [turns[turn + 2 * i]!, turns[turn + 2 * i + 1]!];
    const [a, b] = [x[from + i]!, x[from + half + i]!];
    y[to + i] = a * cos - b * sin;
    y[to + half + i] = b * cos + a * sin;
  }
}

/** Turns gradients back, and adds up those of the heads that share a key or value. */
export function rotaryBackward(
  dy: Numbers,
  turns: Numbers,
  dqkv: Numbers,
  shape: RotaryShape,
): void {
  const { heads, keyValueHeads, headSize, tokens } = shape;
  const { rows, narrow, wide } = checkRotary(dqkv, turns, dy, shape);
  const group = heads / keyValueHeads;
  dqkv.fill(0);
  for (let r = 0; r < rows; r++) {
    const turn = (r % tokens) * headSize;
    for (let head = 0; head < heads; head++) {
      const keyHead = heads + Math.floor(head / group);
      const to = r * narrow;
      const from = r * wide + head * headSize;
      turnBack(dy, from, dqkv, to + head * headSize, turns, turn, headSize);
      turnBack(dy, from + heads * headSize, dqkv, to + keyHead * headSize, turns, turn, headSize);
      const value = to + (keyHead + keyValueHeads) * headSize;
      for (let c = 0; c < headSize; c++) dqkv[value + c]! += dy[from + 2 * heads * headSize + c]!;
    }
  }
}

function turnBack(
  dy: Numbers,
  from: number,
  dx: Numbers,
  to: number,
  turns: Numbers,
  turn: number,
  headSize: number,
): void {
  const half = headSize / 2;
  for (let i = 0; i < half; i++) {
    const [cos, sin] = [turns[turn + 2 * i]!, turns[turn + 2 * i + 1]!];
    const [a, b] = [dy[from + i]!, dy[from + half + i]!];
    dx[to + i]! += a * cos + b * sin;
    dx[to + half + i]! += b * cos - a * sin;
  }
}

function checkRotary(qkv: Numbers, turns: Numbers, y: Numbers, shape: RotaryShape) {
  const { batch, tokens, heads, keyValueHeads, headSize } = shape;
  const rows = batch * tokens;
  const narrow = (heads + 2 * keyValueHeads) * headSize;
  const wide = 3 * heads * headSize;
  assert(qkv.length === rows * narrow, "queries, keys and values fit their shape");
  assert(y.length === rows * wide, "the result has keys and values for each head");
  assert(turns.length === tokens * headSize, "there is a turn for each token and pair");
  assert(heads % keyValueHeads === 0 && headSize % 2 === 0, "heads share keys, columns pair up");
  return { rows, narrow, wide };
}

/** y = g·σ(g)·u for the gate g and what it lets through, u. Shazeer 2020, arXiv:2002.05202. */
export function swiglu(x: Numbers, y: Numbers, { rows, columns }: RowShape): void {
  assert(x.length === 2 * rows * columns && y.length === rows * columns, "x is twice as wide");
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const g = x[2 * r * columns + c]!;
      y[r * columns + c] = (g / (1 + Math.exp(-g))) * x[(2 * r + 1) * columns + c]!;
    }
  }
}

/** With s = σ(g): du = dy·g·s and dg = dy·u·s·(1 + g·(1 − s)). */
export function swigluBackward(
  x: Numbers,
  dy: Numbers,
  dx: Numbers,
  { rows, columns }: RowShape,
): void {
  assert(x.length === 2 * rows * columns && dx.length === x.length, "x is twice as wide");
  assert(dy.length === rows * columns, "dy fits its shape");
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const [gate, up] = [2 * r * columns + c, (2 * r + 1) * columns + c];
      const [g, d] = [x[gate]!, dy[r * columns + c]!];
      const s = 1 / (1 + Math.exp(-g));
      dx[gate] = d * x[up]! * s * (1 + g * (1 - s));
      dx[up] = d * g * s;
    }
  }
}
