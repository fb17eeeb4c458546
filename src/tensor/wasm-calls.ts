/**
 * What the WebAssembly twin's functions take, in the order of native/wasm.cc: which arrays they
 * read and write, and how long each must be. Calls are copied into its memory and back, so a
 * wrong length would mix arrays up: it is refused before.
 */
import type { Calls } from "./native.ts";

/** r: is read; w: is written; u: is updated; x: indices into a table; ?: read, or absent. */
export interface Signature {
  readonly arrays: string;
  /** Of each array, from the numbers of the call; all as long as the first where it is absent. */
  readonly lengths?: (...sizes: number[]) => readonly number[];
  /** Entries of the table that indices look things up in. */
  readonly entries?: (...sizes: number[]) => number;
  /** Numbers of memory to work in; its address comes behind the arrays'. */
  readonly scratch?: (...sizes: number[]) => number;
}

/** As QUERY_ROWS in native/kernels.h. */
const QUERY_ROWS = 48;

const elements = (arrays: string): Signature => ({ arrays });

const rows = (arrays: string, lengths: (n: number, rows: number, columns: number) => number[]) => ({
  arrays,
  lengths: (...sizes: number[]) => {
    const [rowCount = 0, columns = 0] = sizes;
    return lengths(rowCount * columns, rowCount, columns);
  },
});

/** Batch, tokens, heads, head size. */
const attention = (
  arrays: string,
  blocks: number,
  lengths: (n: number, logs: number) => number[],
) => ({
  arrays,
  lengths: (...sizes: number[]) => {
    const [batch = 0, tokens = 0, heads = 0, headSize = 0] = sizes;
    return lengths(batch * tokens * heads * headSize, batch * tokens * heads);
  },
  scratch: (_batch = 0, tokens = 0) => blocks * QUERY_ROWS * tokens,
});

/** Batch, tokens, columns, entries. */
const lookup = (arrays: string, order: (sizes: Lookup) => number[]): Signature => ({
  arrays,
  lengths: (batch = 0, tokens = 0, columns = 0, entries = 0) =>
    order({
      ids: batch * tokens,
      output: batch * tokens * columns,
      table: entries * columns,
      positions: tokens * columns,
    }),
  entries: (_batch, _tokens, _columns, entries = 0) => entries,
});

interface Lookup {
  readonly ids: number;
  readonly output: number;
  readonly table: number;
  readonly positions: number;
}

/** Of batch, tokens, heads, key-value heads and head size: narrow, turns and wide. */
const rotary = (order: (narrow: number, turns: number, wide: number) => number[]): Signature => ({
  arrays: "rrw",
  lengths: (batch = 0, tokens = 0, heads = 0, shared = 0, size = 0) => {
    const places = batch * tokens * size;
    return order(places * (heads + 2 * shared), tokens * size, places * 3 * heads);
  },
});

/** Rows, picks and columns. */
const combine = (
  arrays: string,
  lengths: (x: number, picked: number, y: number) => number[],
): Signature => ({
  arrays,
  lengths: (count = 0, picks = 0, columns = 0) =>
    lengths(count * picks * columns, count * picks, count * columns),
  entries: (count = 0, picks = 0) => count * picks,
});

/** Of other ranks' rows too: those are not looked up. */
const ANY_ROW = () => 2 ** 31;

/** An op that is not here runs on the TypeScript backend. */
export const SIGNATURES: Partial<Readonly<Record<keyof Calls, Signature>>> = {
  matmul: {
    arrays: "rru?",
    lengths: (batch = 0, m = 0, n = 0, k = 0) => [batch * m * k, batch * k * n, batch * m * n, n],
  },
  columnSums: rows("ru", (n, _rows, columns) => [n, columns]),
  add: elements("rrw"),
  relu: elements("rw"),
  reluBackward: elements("rrw"),
  gelu: elements("rw"),
  geluBackward: elements("rrw"),
  scale: elements("u"),
  sumOfSquares: elements("r"),
  momentum: elements("uru"),
  adam: elements("uruu"),
  meanSquaredError: elements("rr"),
  meanSquaredErrorBackward: elements("rrw"),
  layerNorm: rows("rrrww", (n, r, c) => [n, c, c, n, 2 * r]),
  layerNormBackward: rows("rrrrwuu", (n, r, c) => [n, c, 2 * r, n, n, c, c]),
  softmax: rows("rw", (n) => [n, n]),
  softmaxBackward: rows("rrw", (n) => [n, n, n]),
  attention: attention("rww", 1, (n, logs) => [3 * n, n, logs]),
  attentionBackward: attention("rrrrw", 2, (n, logs) => [3 * n, n, logs, n, 3 * n]),
  embedding: lookup("xrrw", ({ ids, output, table, positions }) => [ids, table, positions, output]),
  embeddingBackward: lookup("xruu", ({ ids, output, table, positions }) => [
    ...[ids, output, table, positions],
  ]),
  crossEntropy: {
    ...rows("rxw", (n, r) => [n, r, r]),
    entries: (_rows, columns = 0) => columns,
  },
  crossEntropyBackward: {
    ...rows("rxrw", (n, r) => [n, r, r, n]),
    entries: (_rows, columns = 0) => columns,
  },
  rmsNorm: rows("rrww", (n, r, c) => [n, c, n, r]),
  rmsNormBackward: rows("rrrrwu", (n, r, c) => [n, c, r, n, n, c]),
  rotary: rotary((narrow, turns, wide) => [narrow, turns, wide]),
  rotaryBackward: rotary((narrow, turns, wide) => [wide, turns, narrow]),
  swiglu: rows("rw", (n) => [2 * n, n]),
  swigluBackward: rows("rrw", (n) => [2 * n, n, 2 * n]),
  lookup: {
    arrays: "xrw",
    lengths: (count = 0, columns = 0, here = 0) => [count, here * columns, count * columns],
    entries: ANY_ROW,
  },
  lookupBackward: {
    arrays: "xru",
    lengths: (count = 0, columns = 0, here = 0) => [count, count * columns, here * columns],
    entries: ANY_ROW,
  },
  combine: combine("rrxw", (x, picked, y) => [x, picked, picked, y]),
  combineBackward: combine("rrxrww", (x, picked, y) => [x, picked, picked, y, x, picked]),
};
