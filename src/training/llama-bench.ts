/** Benches of the kernels of Llama and of mixtures of experts. */
import { at } from "../base/assert.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import type { BenchArrays } from "./bench-arrays.ts";

type Call = (backend: Backend) => void;
type Shape = readonly number[];

export function rootNorm(arrays: BenchArrays, shape: Shape): Call {
  const [rows, columns] = [at(shape, 0), at(shape, 1)];
  const x = arrays.recent(rows * columns);
  const scale = arrays.weights(columns).data;
  const y = arrays.output(rows * columns);
  const statistics = new Float32Array(rows);
  return (backend) => backend.rmsNorm({ x, scale, y, statistics }, { rows, columns });
}

export function rootNormBackward(arrays: BenchArrays, shape: Shape): Call {
  const [rows, columns] = [at(shape, 0), at(shape, 1)];
  const [x, dy] = [arrays.saved(rows * columns), arrays.recent(rows * columns)];
  const { data: scale, gradient: dscale } = arrays.weights(columns);
  const dx = arrays.output(rows * columns);
  const statistics = new Float32Array(rows).fill(1);
  const all = { x, scale, statistics, dy, dx, dscale };
  return (backend) => backend.rmsNormBackward(all, { rows, columns });
}

/** Gated layers are told by their elements alone: one long row of them. */
export function gated(arrays: BenchArrays, shape: Shape): Call {
  const columns = at(shape, 0);
  const [x, y] = [arrays.recent(2 * columns), arrays.output(columns)];
  return (backend) => backend.swiglu(x, y, { rows: 1, columns });
}

export function gatedBackward(arrays: BenchArrays, shape: Shape): Call {
  const columns = at(shape, 0);
  const [x, dy] = [arrays.saved(2 * columns), arrays.recent(columns)];
  const dx = arrays.output(2 * columns);
  return (backend) => backend.swigluBackward(x, dy, dx, { rows: 1, columns });
}

/** One head of keys, as wide as all of them, and as many heads of queries as that makes. */
function rotarySizes(shape: Shape) {
  const [tokens, queries, keys] = [at(shape, 0), at(shape, 1), at(shape, 2)];
  const headSize = Math.max(2, 2 * Math.floor(keys / 2));
  const heads = Math.max(1, Math.round(queries / headSize));
  return { batch: 1, tokens, heads, keyValueHeads: 1, headSize };
}

export function rotary(arrays: BenchArrays, shape: Shape): Call {
  const sizes = rotarySizes(shape);
  const { tokens, heads, headSize } = sizes;
  const qkv = arrays.recent(tokens * (heads + 2) * headSize);
  const turns = new Float32Array(tokens * headSize).fill(Math.SQRT1_2);
  const y = arrays.output(3 * tokens * heads * headSize);
  return (backend) => backend.rotary(qkv, turns, y, sizes);
}

export function rotaryBackward(arrays: BenchArrays, shape: Shape): Call {
  const sizes = rotarySizes(shape);
  const { tokens, heads, headSize } = sizes;
  const dy = arrays.recent(3 * tokens * heads * headSize);
  const turns = new Float32Array(tokens * headSize).fill(Math.SQRT1_2);
  const dqkv = arrays.output(tokens * (heads + 2) * headSize);
  return (backend) => backend.rotaryBackward(dy, turns, dqkv, sizes);
}

/** Rows of the table do not show in a record; 256 are those of bytes. */
const ENTRIES = 256;

export function lookup(arrays: BenchArrays, shape: Shape): Call {
  const [count, columns] = [at(shape, 0), at(shape, 1)];
  const ids = arrays.ids(count, ENTRIES);
  const rows = arrays.weights(ENTRIES * columns).data;
  const y = arrays.output(count * columns);
  const sizes = { count, columns, entries: ENTRIES, firstIndex: 0 };
  return (backend) => backend.lookup(ids, rows, y, sizes);
}

export function lookupBackward(arrays: BenchArrays, shape: Shape): Call {
  const [count, columns] = [at(shape, 0), at(shape, 1)];
  const ids = arrays.ids(count, ENTRIES);
  const dy = arrays.recent(count * columns);
  const { gradient } = arrays.weights(ENTRIES * columns);
  const sizes = { count, columns, entries: ENTRIES, firstIndex: 0 };
  return (backend) => backend.lookupBackward(ids, dy, gradient, sizes);
}

/** Of a route 2 flop a logit are counted a pick forward, 4 a pick a logit back. */
const [FORWARD_FLOP, BACKWARD_FLOP] = [2, 4];

const countOf = (kernel: string) => Number(kernel.split(" ").at(-1));

export function routing(arrays: BenchArrays, shape: Shape, kernel: string): Call {
  const [rows, picks] = [at(shape, 0), at(shape, 1)];
  const count = Math.max(picks, Math.round((countOf(kernel) * picks) / FORWARD_FLOP));
  const logits = arrays.recent(rows * count);
  const chosen = new Int32Array(rows * picks);
  const weights = arrays.output(rows * picks);
  const sizes = { rows, experts: count, picks, isGiven: false };
  return (backend) => backend.route(logits, chosen, weights, sizes);
}

export function routingBackward(arrays: BenchArrays, shape: Shape, kernel: string): Call {
  const [rows, count] = [at(shape, 0), at(shape, 1)];
  const picks = Math.max(1, Math.round((countOf(kernel) * count) / BACKWARD_FLOP));
  const experts = arrays.ids(rows * picks, count);
  const [weights, dweights] = [arrays.saved(rows * picks), arrays.recent(rows * picks)];
  const dlogits = arrays.output(rows * count);
  const sizes = { rows, experts: count, picks, isGiven: false };
  return (backend) => backend.routeBackward({ experts, weights, dweights }, dlogits, sizes);
}

/** Each row is the sum of two others, as of two experts. */
const PICKS = 2;

export function combining(arrays: BenchArrays, shape: Shape): Call {
  const rows = Math.max(1, Math.floor(at(shape, 0) / COMBINED_COLUMNS));
  const sizes = { rows, picks: PICKS, columns: COMBINED_COLUMNS };
  const x = arrays.recent(rows * PICKS * COMBINED_COLUMNS);
  const weights = arrays.recent(rows * PICKS);
  const places = Int32Array.from({ length: rows * PICKS }, (_, i) => i);
  const y = arrays.output(rows * COMBINED_COLUMNS);
  return (backend) => backend.combine({ x, weights, places }, y, sizes);
}

/** Sums are told by their elements alone: rows of so many. */
const COMBINED_COLUMNS = 128;

export function combiningBackward(arrays: BenchArrays, shape: Shape): Call {
  const rows = Math.max(1, Math.floor(at(shape, 0) / COMBINED_COLUMNS / PICKS));
  const sizes = { rows, picks: PICKS, columns: COMBINED_COLUMNS };
  const x = arrays.saved(rows * PICKS * COMBINED_COLUMNS);
  const weights = arrays.saved(rows * PICKS);
  const places = Int32Array.from({ length: rows * PICKS }, (_, i) => i);
  const dy = arrays.recent(rows * COMBINED_COLUMNS);
  const dx = arrays.output(rows * PICKS * COMBINED_COLUMNS);
  const dweights = arrays.output(rows * PICKS);
  return (backend) => backend.combineBackward({ x, weights, places }, { dy, dx, dweights }, sizes);
}
