/**
 * Multi-head attention, row by row. Causal: token i sees tokens 0 … i; else it sees all.
 *
 *     s[j] = q[i]·k[j] / √d,   p = softmax(s),   out[i] = Σ_j p[j]·v[j]
 *
 * Vaswani et al. 2017, arXiv:1706.03762, section 3.2. Only log Σ exp(s) of each row is kept;
 * backward makes p again from it, as Dao et al. 2022 do (arXiv:2205.14135).
 */
import { assert } from "../../base/assert.ts";
import type { AttentionGradients, AttentionShape, Numbers } from "../arithmetic.ts";

export function attention(
  qkv: Numbers,
  out: Numbers,
  statistics: Numbers,
  shape: AttentionShape,
): void {
  checkLengths(shape, { qkv, out, statistics });
  for (let sequence = 0; sequence < shape.batch; sequence++) {
    for (let head = 0; head < shape.heads; head++) {
      const places = headPlaces(shape, sequence, head);
      const [q, k, v] = places.qkv.map((place) => gather(qkv, place));
      const result = new Float64Array(shape.tokens * shape.headSize);
      statistics.set(attendHead(q!, k!, v!, result, shape), places.statistics);
      scatter(result, out, places.out);
    }
  }
}

/** Fills `result`; returns log Σ exp of each row of scores. */
function attendHead(
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  result: Float64Array,
  shape: AttentionShape,
): Float64Array {
  const { tokens, headSize: size } = shape;
  const logs = new Float64Array(tokens);
  const scores = new Float64Array(tokens);
  for (let i = 0; i < tokens; i++) {
    const seen = seenBy(i, shape);
    let most = -Infinity;
    for (let j = 0; j < seen; j++) {
      scores[j] = dot(q, i, k, j, size) / Math.sqrt(size);
      most = Math.max(most, scores[j]!);
    }
    let sum = 0;
    for (let j = 0; j < seen; j++) sum += Math.exp(scores[j]! - most);
    const log = most + Math.log(sum);
    for (let j = 0; j < seen; j++) addRow(result, i, Math.exp(scores[j]! - log), v, j, size);
    logs[i] = log;
  }
  return logs;
}

function seenBy(token: number, { tokens, isCausal }: AttentionShape): number {
  return isCausal ? token + 1 : tokens;
}

export function attentionBackward(arrays: AttentionGradients, shape: AttentionShape): void {
  checkLengths(shape, arrays);
  const { qkv, out, statistics, dout, dqkv } = arrays;
  for (let sequence = 0; sequence < shape.batch; sequence++) {
    for (let head = 0; head < shape.heads; head++) {
      const places = headPlaces(shape, sequence, head);
      const [q, k, v] = places.qkv.map((place) => gather(qkv, place));
      const start = places.statistics;
      const gradients = headGradients({
        shape,
        q: q!,
        k: k!,
        v: v!,
        out: gather(out, places.out),
        dout: gather(dout, places.out),
        logs: Float64Array.from(statistics.subarray(start, start + shape.tokens)),
      });
      for (const [i, gradient] of gradients.entries()) scatter(gradient, dqkv, places.qkv[i]!);
    }
  }
}

interface SavedHead {
  readonly shape: AttentionShape;
  readonly q: Float64Array;
  readonly k: Float64Array;
  readonly v: Float64Array;
  readonly out: Float64Array;
  readonly dout: Float64Array;
  readonly logs: Float64Array;
}

/**
 * With D[i] = dout[i]·out[i] (which equals Σ_j p[j]·dp[j]):
 *
 *     dv[j] += p[j]·dout[i],   ds[j] = p[j]·(dout[i]·v[j] − D[i]) / √d,
 *     dq[i] += ds[j]·k[j],     dk[j] += ds[j]·q[i]
 */
function headGradients({ shape, q, k, v, out, dout, logs }: SavedHead): readonly Float64Array[] {
  const { tokens, headSize: size } = shape;
  const [dq, dk, dv] = [q.slice().fill(0), k.slice().fill(0), v.slice().fill(0)];
  for (let i = 0; i < tokens; i++) {
    const seen = seenBy(i, shape);
    const d = dot(dout, i, out, i, size);
    for (let j = 0; j < seen; j++) {
      const p = Math.exp(dot(q, i, k, j, size) / Math.sqrt(size) - logs[i]!);
      const ds = (p * (dot(dout, i, v, j, size) - d)) / Math.sqrt(size);
      addRow(dv, j, p, dout, i, size);
      addRow(dq, i, ds, k, j, size);
      addRow(dk, j, ds, q, i, size);
    }
  }
  return [dq, dk, dv];
}

/** Rows of one head inside a larger matrix. */
interface Place {
  readonly start: number;
  readonly stride: number;
  readonly rows: number;
  readonly columns: number;
}

function headPlaces({ heads, tokens, headSize }: AttentionShape, sequence: number, head: number) {
  const width = heads * headSize;
  const part = (stride: number, column: number): Place => {
    const start = sequence * tokens * stride + column + head * headSize;
    return { start, stride, rows: tokens, columns: headSize };
  };
  return {
    qkv: [0, 1, 2].map((index) => part(3 * width, index * width)),
    out: part(width, 0),
    statistics: (sequence * heads + head) * tokens,
  };
}

function gather(from: Numbers, { start, stride, rows, columns }: Place): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const at = start + r * stride;
    result.set(from.subarray(at, at + columns), r * columns);
  }
  return result;
}

function scatter(from: Float64Array, to: Numbers, { start, stride, rows, columns }: Place): void {
  for (let r = 0; r < rows; r++) {
    to.set(from.subarray(r * columns, (r + 1) * columns), start + r * stride);
  }
}

/** Row i of a times row j of b. */
function dot(a: Float64Array, i: number, b: Float64Array, j: number, size: number): number {
  let sum = 0;
  for (let c = 0; c < size; c++) sum += a[i * size + c]! * b[j * size + c]!;
  return sum;
}

/** Row i of a += factor · row j of b. */
function addRow(
  a: Float64Array,
  i: number,
  factor: number,
  b: Float64Array,
  j: number,
  size: number,
): void {
  for (let c = 0; c < size; c++) a[i * size + c]! += factor * b[j * size + c]!;
}

function checkLengths(
  shape: AttentionShape,
  arrays: Pick<AttentionGradients, "qkv" | "out" | "statistics"> & Partial<AttentionGradients>,
) {
  const rows = shape.batch * shape.tokens * shape.heads;
  const count = rows * shape.headSize;
  const { qkv, out, statistics, dout = out, dqkv = qkv } = arrays;
  assert(qkv.length === 3 * count && dqkv.length === 3 * count, "queries, keys, values fit");
  assert(out.length === count && dout.length === count, "the result fits its shape");
  assert(statistics.length === rows, "there is a statistic for each row of each head");
}
