/**
 * Causal multi-head attention, row by row: token i sees tokens 0 … i.
 *
 *     s[j] = q[i]·k[j] / √d,   p = softmax(s),   out[i] = Σ_j p[j]·v[j]
 *
 * Vaswani et al. 2017, arXiv:1706.03762, section 3.2. Only log Σ exp(s) of each row is kept;
 * backward makes p again from it, as Dao et al. 2022 do (arXiv:2205.14135).
 */
import { assert } from "../../base/assert.ts";
import type { AttentionGradients, AttentionShape, Numbers } from "../arithmetic.ts";

/** Where one token's query, key, value and result of one head start. */
interface Place {
  readonly q: number;
  readonly k: number;
  readonly v: number;
  readonly out: number;
}

function place(shape: AttentionShape, sequence: number, head: number, token: number): Place {
  const width = shape.heads * shape.headSize;
  const row = sequence * shape.tokens + token;
  const q = row * 3 * width + head * shape.headSize;
  return { q, k: q + width, v: q + 2 * width, out: row * width + head * shape.headSize };
}

export function attention(
  qkv: Numbers,
  out: Numbers,
  statistics: Numbers,
  shape: AttentionShape,
): void {
  checkLengths(shape, { qkv, out, statistics });
  const { batch, heads, tokens, headSize: size } = shape;
  const scores = new Float64Array(tokens);
  const result = new Float64Array(size);
  for (let sequence = 0; sequence < batch; sequence++) {
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < tokens; i++) {
        const at = place(shape, sequence, head, i);
        let most = -Infinity;
        for (let j = 0; j <= i; j++) {
          const key = place(shape, sequence, head, j).k;
          scores[j] = dot(qkv, at.q, qkv, key, size) / Math.sqrt(size);
          most = Math.max(most, scores[j]!);
        }
        let sum = 0;
        for (let j = 0; j <= i; j++) sum += Math.exp(scores[j]! - most);
        const log = most + Math.log(sum);
        result.fill(0);
        for (let j = 0; j <= i; j++) {
          const p = Math.exp(scores[j]! - log);
          const value = place(shape, sequence, head, j).v;
          for (let c = 0; c < size; c++) result[c]! += p * qkv[value + c]!;
        }
        out.set(result, at.out);
        statistics[(sequence * heads + head) * tokens + i] = log;
      }
    }
  }
}

/**
 * With D[i] = dout[i]·out[i] (which equals Σ_j p[j]·dp[j]):
 *
 *     dv[j] += p[j]·dout[i],   ds[j] = p[j]·(dout[i]·v[j] − D[i]) / √d,
 *     dq[i] += ds[j]·k[j],     dk[j] += ds[j]·q[i]
 */
export function attentionBackward(arrays: AttentionGradients, shape: AttentionShape): void {
  checkLengths(shape, arrays);
  const { qkv, out, statistics, dout, dqkv } = arrays;
  const { batch, heads, tokens, headSize: size } = shape;
  const sums = new Float64Array(dqkv.length);
  for (let sequence = 0; sequence < batch; sequence++) {
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < tokens; i++) {
        const at = place(shape, sequence, head, i);
        const log = statistics[(sequence * heads + head) * tokens + i]!;
        const d = dot(dout, at.out, out, at.out, size);
        for (let j = 0; j <= i; j++) {
          const seen = place(shape, sequence, head, j);
          const score = dot(qkv, at.q, qkv, seen.k, size) / Math.sqrt(size);
          const p = Math.exp(score - log);
          const ds = (p * (dot(dout, at.out, qkv, seen.v, size) - d)) / Math.sqrt(size);
          for (let c = 0; c < size; c++) {
            sums[seen.v + c]! += p * dout[at.out + c]!;
            sums[at.q + c]! += ds * qkv[seen.k + c]!;
            sums[seen.k + c]! += ds * qkv[at.q + c]!;
          }
        }
      }
    }
  }
  dqkv.set(sums);
}

function dot(a: Numbers, aAt: number, b: Numbers, bAt: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[aAt + i]! * b[bAt + i]!;
  return sum;
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
