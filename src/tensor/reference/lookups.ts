/** Embedding and the losses: ops with indices or a single result. */
import { assert } from "../../base/assert.ts";
import type { EmbeddingShape, LookupShape, Numbers, RowShape, Tables } from "../arithmetic.ts";
import { logSumExp } from "./rows.ts";

export function embedding(
  ids: Int32Array,
  tables: Tables,
  y: Numbers,
  shape: EmbeddingShape,
): void {
  const { tokens, columns } = shape;
  checkEmbedding(ids, tables, y, shape);
  for (let i = 0; i < ids.length; i++) {
    const row = ids[i]! * columns;
    const position = (i % tokens) * columns;
    for (let c = 0; c < columns; c++) {
      y[i * columns + c] = tables.rows[row + c]! + tables.positions[position + c]!;
    }
  }
}

export function embeddingBackward(
  ids: Int32Array,
  dy: Numbers,
  gradients: Tables,
  shape: EmbeddingShape,
): void {
  const { tokens, columns } = shape;
  checkEmbedding(ids, gradients, dy, shape);
  for (let i = 0; i < ids.length; i++) {
    const row = ids[i]! * columns;
    const position = (i % tokens) * columns;
    for (let c = 0; c < columns; c++) {
      gradients.rows[row + c]! += dy[i * columns + c]!;
      gradients.positions[position + c]! += dy[i * columns + c]!;
    }
  }
}

function checkEmbedding(ids: Int32Array, tables: Tables, y: Numbers, shape: EmbeddingShape) {
  const { batch, tokens, columns, entries } = shape;
  assert(ids.length === batch * tokens, "there is an id for each token");
  assert(y.length === ids.length * columns, "the result fits its shape");
  assert(tables.rows.length === entries * columns, "the token table fits its shape");
  assert(tables.positions.length === tokens * columns, "the position table fits its shape");
  checkIndices(ids, entries);
}

export function lookup(ids: Int32Array, rows: Numbers, y: Numbers, shape: LookupShape): void {
  const { columns, entries, firstIndex } = shape;
  checkLookup(ids, rows, y, shape);
  for (let i = 0; i < ids.length; i++) {
    const row = ids[i]! - firstIndex;
    const isHere = row >= 0 && row < entries;
    for (let c = 0; c < columns; c++) y[i * columns + c] = isHere ? rows[row * columns + c]! : 0;
  }
}

export function lookupBackward(
  ids: Int32Array,
  dy: Numbers,
  gradient: Numbers,
  shape: LookupShape,
): void {
  const { columns, entries, firstIndex } = shape;
  checkLookup(ids, gradient, dy, shape);
  for (let i = 0; i < ids.length; i++) {
    const row = ids[i]! - firstIndex;
    if (row < 0 || row >= entries) continue;
    for (let c = 0; c < columns; c++) gradient[row * columns + c]! += dy[i * columns + c]!;
  }
}

function checkLookup(ids: Int32Array, rows: Numbers, y: Numbers, shape: LookupShape): void {
  const { count, columns, entries } = shape;
  assert(ids.length === count && y.length === count * columns, "there is a row for each id");
  assert(rows.length === entries * columns, "the table fits its shape");
}

export function crossEntropy(
  logits: Numbers,
  targets: Int32Array,
  statistics: Numbers,
  { rows, columns }: RowShape,
): number {
  assert(logits.length === rows * columns, "logits fit their shape");
  assert(targets.length === rows && statistics.length === rows, "one target and statistic a row");
  checkIndices(targets, columns);
  let sum = 0;
  for (let r = 0; r < rows; r++) {
    const log = logSumExp(logits, r * columns, columns);
    statistics[r] = log;
    sum += log - logits[r * columns + targets[r]!]!;
  }
  return sum / rows;
}

/** d(mean loss)/dlogits = (softmax − one at the target) / rows. */
export function crossEntropyBackward(
  logits: Numbers,
  targets: Int32Array,
  statistics: Numbers,
  dlogits: Numbers,
  { rows, columns }: RowShape,
): void {
  assert(logits.length === rows * columns, "logits fit their shape");
  assert(dlogits.length === logits.length, "the gradient fits its shape");
  assert(targets.length === rows && statistics.length === rows, "one target and statistic a row");
  checkIndices(targets, columns);
  for (let r = 0; r < rows; r++) {
    for (let i = r * columns; i < (r + 1) * columns; i++) {
      dlogits[i] = Math.exp(logits[i]! - statistics[r]!) / rows;
    }
    dlogits[r * columns + targets[r]!]! -= 1 / rows;
  }
}

export function meanSquaredError(x: Numbers, target: Numbers): number {
  assert(x.length === target.length, "each element has its target");
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i]! - target[i]!) ** 2;
  return sum / x.length;
}

export function meanSquaredErrorBackward(x: Numbers, target: Numbers, dx: Numbers): void {
  assert(x.length === target.length && dx.length === x.length, "each element has its target");
  for (let i = 0; i < x.length; i++) dx[i] = (2 * (x[i]! - target[i]!)) / x.length;
}

function checkIndices(indices: Int32Array, limit: number): void {
  assert(
    indices.every((index) => index >= 0 && index < limit),
    "an index lies within its table",
  );
}
