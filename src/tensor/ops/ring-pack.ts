/**
 * Chunks that meet in a ring of attention, laid side by side as its kernel reads them, and their
 * gradients put back.
 */
import { assert, at } from "../../base/assert.ts";
import type { AttentionShape, Numbers } from "../arithmetic.ts";
import type { Communicator } from "../communicator.ts";
import type { Tensor } from "../tensor.ts";
import type { HeadColumns, Matrix } from "./ring-chunks.ts";
import { addRows, chunksOf, copyRows, headColumns } from "./ring-chunks.ts";

export interface RingKind {
  readonly heads: number;
  readonly isCausal: boolean;
  readonly context: Communicator;
  /** Heads of different keys and values; all where nothing is said. */
  readonly keyValueHeads?: number;
}

/** One ring: sizes, and who passes what to whom. */
export interface Ring {
  readonly name: string;
  readonly kind: RingKind;
  readonly batch: number;
  readonly tokens: number;
  readonly wideColumns: number;
  /** Columns of keys, or of values, that travel. */
  readonly sharedColumns: number;
  readonly shared: readonly HeadColumns[];
  /** Of one chunk. */
  readonly shape: AttentionShape;
}

/** A pair of chunks that meet: own queries, and keys and values of another rank or the same. */
export interface Meeting {
  readonly queryIndex: number;
  readonly keyIndex: number;
  readonly isCausal: boolean;
}

export interface Saved {
  readonly qkv: Tensor;
  readonly out: Numbers;
  readonly statistics: Numbers;
  readonly dout: Numbers;
  readonly dqkv: Numbers;
}

export function ringOf(name: string, qkv: Tensor, kind: RingKind): Ring {
  const [batch, tokens] = [at(qkv.shape, 0), at(qkv.shape, 1)];
  const width = at(qkv.shape, 2) / 3;
  const { heads, isCausal, context, keyValueHeads = heads } = kind;
  const chunkCount = chunksOf(context.rank, context.rankCount, isCausal).length;
  assert(tokens % chunkCount === 0, `${name} divides its tokens into chunks`);
  const shape = { batch, tokens: tokens / chunkCount, heads, headSize: width / heads, isCausal };
  const sharedColumns = (width / heads) * keyValueHeads;
  const shared = headColumns({ heads, keyValueHeads, headSize: width / heads });
  return { name, kind, batch, tokens, wideColumns: width, sharedColumns, shared, shape };
}

/** Which chunks meet when what is held came from `step` ranks before. */
export function meetings({ kind }: Ring, step: number): readonly Meeting[] {
  const { rank, rankCount } = kind.context;
  const queries = chunksOf(rank, rankCount, kind.isCausal);
  const keys = chunksOf((rank - step + rankCount) % rankCount, rankCount, kind.isCausal);
  return queries.flatMap((query, i) =>
    keys.flatMap((key, j): Meeting[] => {
      if (kind.isCausal && key > query) return [];
      return [{ queryIndex: i, keyIndex: j, isCausal: kind.isCausal && key === query }];
    }),
  );
}

export function packOwn(ring: Ring, qkv: Numbers, held: Numbers): void {
  const { batch, tokens, wideColumns: width, sharedColumns, shared, shape } = ring;
  const rows = { rows: batch * tokens, columns: shape.headSize };
  for (const { wideIndex: wide, narrowIndex: narrow, isFirst } of shared) {
    if (!isFirst) continue;
    copyRows(
      { data: qkv, firstIndex: width + wide, rowLength: 3 * width },
      { data: held, firstIndex: narrow, rowLength: 2 * sharedColumns },
      rows,
    );
  }
}

/** What all heads that share a key give goes to the first of them: whoever repeated it adds up. */
export function unpackOwn(ring: Ring, home: Numbers, dqkv: Numbers): void {
  const { batch, tokens, wideColumns: width, sharedColumns, shared, shape } = ring;
  const rows = { rows: batch * tokens, columns: shape.headSize };
  for (const { wideIndex: wide, narrowIndex: narrow, isFirst } of shared) {
    if (!isFirst) continue;
    copyRows(
      { data: home, firstIndex: narrow, rowLength: 2 * sharedColumns },
      { data: dqkv, firstIndex: width + wide, rowLength: 3 * width },
      rows,
    );
  }
}

/** A chunk of queries beside one of keys and values, as the kernel of attention reads them. */
export function pack(
  ring: Ring,
  arrays: { readonly qkv: Numbers; readonly held: Numbers; readonly block: Numbers },
  { queryIndex: query, keyIndex: key }: Meeting,
): void {
  const { batch, wideColumns: width, sharedColumns, shared, shape } = ring;
  for (let b = 0; b < batch; b++) {
    const to = (column: number): Matrix => {
      const first = b * shape.tokens * 3 * width + column;
      return { data: arrays.block, firstIndex: first, rowLength: 3 * width };
    };
    const rows = { rows: shape.tokens, columns: width };
    copyRows(chunk(ring, arrays.qkv, b, query, 3 * width), to(0), rows);
    const held = chunk(ring, arrays.held, b, key, 2 * sharedColumns);
    const head = { rows: shape.tokens, columns: shape.headSize };
    for (const { wideIndex: wide, narrowIndex: narrow } of shared)
      copyRows(from(held, narrow), to(width + wide), head);
  }
}

/** Where a chunk of one sequence begins in an array of all own tokens. */
function chunk(ring: Ring, data: Numbers, b: number, index: number, rowLength: number): Matrix {
  return { data, firstIndex: (b * ring.tokens + index * ring.shape.tokens) * rowLength, rowLength };
}

function from(matrix: Matrix, column: number): Matrix {
  return { ...matrix, firstIndex: matrix.firstIndex + column };
}

export function takeChunk(
  ring: Ring,
  saved: Saved,
  query: number,
  to: { readonly out: Numbers; readonly dout: Numbers; readonly statistics: Numbers },
): void {
  const { batch, wideColumns: width, shape, tokens, kind } = ring;
  const rows = { rows: shape.tokens, columns: width };
  for (let b = 0; b < batch; b++) {
    const first = b * shape.tokens * width;
    copyRows(
      chunk(ring, saved.out, b, query, width),
      { data: to.out, firstIndex: first, rowLength: width },
      rows,
    );
    copyRows(
      chunk(ring, saved.dout, b, query, width),
      { data: to.dout, firstIndex: first, rowLength: width },
      rows,
    );
  }
  copyRows(
    { data: saved.statistics, firstIndex: query * shape.tokens, rowLength: tokens },
    { data: to.statistics, firstIndex: 0, rowLength: shape.tokens },
    { rows: batch * kind.heads, columns: shape.tokens },
  );
}

export function unpack(
  ring: Ring,
  arrays: { readonly gradient: Numbers; readonly dqkv: Numbers; readonly sum: Numbers },
  { queryIndex: query, keyIndex: key }: Meeting,
): void {
  const { batch, wideColumns: width, sharedColumns, shared, shape } = ring;
  for (let b = 0; b < batch; b++) {
    const firstIndex = b * shape.tokens * 3 * width;
    const block: Matrix = { data: arrays.gradient, firstIndex, rowLength: 3 * width };
    const rows = { rows: shape.tokens, columns: width };
    addRows(block, chunk(ring, arrays.dqkv, b, query, 3 * width), rows);
    const sum = chunk(ring, arrays.sum, b, key, 2 * sharedColumns);
    const head = { rows: shape.tokens, columns: shape.headSize };
    for (const { wideIndex: wide, narrowIndex: narrow } of shared) {
      addRows(from(block, width + wide), from(sum, narrow), head);
    }
  }
}
