/** Chunks of sequences: copied, added, and merged as parts of one softmax. */
import { assert, at } from "../../base/assert.ts";
import type { RowShape } from "../arithmetic.ts";
import type { AttentionShape, Numbers } from "../arithmetic.ts";
import type { Communicator } from "../communicator.ts";

/** Which chunks of a sequence a rank has, and of how many. */
export function chunksOf(rank: number, rankCount: number, isCausal: boolean): readonly number[] {
  return isCausal && rankCount > 1 ? [rank, 2 * rankCount - 1 - rank] : [rank];
}

/** The places of a rank's tokens in the whole sequence. */
export function contextPlaces(
  tokens: number,
  { rank, rankCount }: Communicator,
  isCausal: boolean,
): Int32Array {
  const chunks = chunksOf(rank, rankCount, isCausal);
  const own = tokens / rankCount;
  const size = own / chunks.length;
  assert(Number.isInteger(size), "a sequence divides into its chunks");
  return Int32Array.from({ length: own }, (_, i) => {
    return at(chunks, Math.floor(i / size)) * size + (i % size);
  });
}

/** Rows inside a larger array. */
export interface Matrix {
  readonly data: Numbers;
  readonly firstIndex: number;
  readonly rowLength: number;
}

export function copyRows(from: Matrix, to: Matrix, { rows, columns }: RowShape): void {
  for (let r = 0; r < rows; r++) {
    const start = from.firstIndex + r * from.rowLength;
    to.data.set(from.data.subarray(start, start + columns), to.firstIndex + r * to.rowLength);
  }
}

export function addRows(from: Matrix, to: Matrix, { rows, columns }: RowShape): void {
  for (let r = 0; r < rows; r++) {
    const [start, end] = [from.firstIndex + r * from.rowLength, to.firstIndex + r * to.rowLength];
    for (let c = 0; c < columns; c++) to.data[end + c]! += from.data[start + c]!;
  }
}

interface Parts {
  /** [batch, tokens, width] and [batch, heads, tokens], of all chunks of this rank. */
  readonly out: Numbers;
  readonly statistics: Numbers;
  /** Of one chunk. */
  readonly part: Numbers;
  readonly partStatistics: Numbers;
}

/**
 * Two parts of one softmax, each normalized by its own sum, with logarithms l and m of the sums:
 * n = log(eˡ + eᵐ), out = out·e^(l−n) + part·e^(m−n). Dao et al. 2022, arXiv:2205.14135.
 */
export function merge(
  { out, statistics, part, partStatistics }: Parts,
  { tokens, shape }: { readonly tokens: number; readonly shape: AttentionShape },
  chunk: number,
): void {
  const { batch, heads, headSize, tokens: own } = shape;
  const width = heads * headSize;
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let t = 0; t < own; t++) {
        const place = (b * heads + h) * tokens + chunk * own + t;
        const [l, m] = [statistics[place]!, partStatistics[(b * heads + h) * own + t]!];
        const most = Math.max(l, m);
        const n = most + Math.log(Math.exp(l - most) + Math.exp(m - most));
        const [before, added] = [Math.exp(l - n), Math.exp(m - n)];
        const to = (b * tokens + chunk * own + t) * width + h * headSize;
        const from = (b * own + t) * width + h * headSize;
        statistics[place] = n;
        for (let c = 0; c < headSize; c++) {
          // The first part has nothing before it, and what lies there may be no number.
          const old = before === 0 ? 0 : out[to + c]! * before;
          out[to + c] = old + part[from + c]! * added;
        }
      }
    }
  }
}
