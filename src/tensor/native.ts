/**
 * The native backend: the arithmetic of `native/*.cc` behind the common interface. The addon
 * checks the type and length of every array itself and throws a TypeError.
 */
import type { Backend, Numbers } from "./arithmetic.ts";
import { NORM_EPSILON } from "./arithmetic.ts";
import { route, routeBackward } from "./reference/routing.ts";

/** Must equal INTERFACE_VERSION in native/addon.cc. */
export const INTERFACE_VERSION = 5;

/** The addon's functions besides its arithmetic. */
export interface Addon extends Calls {
  readonly interfaceVersion: number;
  instructionSets(): string[];
  useInstructionSet(index: number): void;
  /** 1 where products of bf16 are an instruction of this processor, else 0. */
  multipliesBf16(): number;
  /** 1 … 256; they are started by the first work that is worth them. */
  useThreads(count: number): void;
  /** Physical cores that this process may use. */
  coreCount(): number;
  /** Of one thread. */
  fmaPeakFlopPerS(): number;
  /** Between processes; absent where they cannot share memory. */
  readonly transport?: TransportAddon;
}

/** The arithmetic, arguments in the order of native/calls.h and row-calls.h: arrays, numbers. */
export interface Calls {
  matmul(...call: MatmulCall): void;
  matmulBf16(...call: MatmulCall): void;
  columnSums(x: Numbers, sums: Numbers, rows: number, columns: number): void;
  add: Backend["add"];
  relu: Backend["relu"];
  reluBackward: Backend["reluBackward"];
  gelu: Backend["gelu"];
  geluBackward: Backend["geluBackward"];
  meanSquaredError: Backend["meanSquaredError"];
  meanSquaredErrorBackward: Backend["meanSquaredErrorBackward"];
  scale: Backend["scale"];
  sumOfSquares: Backend["sumOfSquares"];
  momentum(...call: Call): void;
  layerNorm(...call: Call): void;
  layerNormBackward(...call: Call): void;
  softmax(...call: Call): void;
  softmaxBackward(...call: Call): void;
  attention(...call: AttentionCall): void;
  attentionBackward(...call: AttentionCall): void;
  embedding(...call: Call): void;
  embeddingBackward(...call: Call): void;
  crossEntropy(...call: Call): number;
  crossEntropyBackward(...call: Call): void;
  adam(...call: Call): void;
  rmsNorm(...call: Call): void;
  rmsNormBackward(...call: Call): void;
  rotary(...call: Call): void;
  rotaryBackward(...call: Call): void;
  swiglu(...call: Call): void;
  swigluBackward(...call: Call): void;
  lookup(...call: Call): void;
  lookupBackward(...call: Call): void;
  combine(...call: Call): void;
  combineBackward(...call: Call): void;
}

/** Must equal TRANSPORT_VERSION in native/transport.cc. */
export const TRANSPORT_VERSION = 2;

/** A rank's end of the memory that processes share: nothing to look into. */
export interface Post {
  readonly isPost: never;
}

/** A ticket for finish(), 0 when all is done, or −1 when the parent process has ended. */
type Ticket = number;

/** The calls of native/transport-calls.h. */
export interface TransportAddon {
  readonly version: number;
  /** A descriptor that children inherit. */
  memoryFile(rankCount: number): number;
  /** What a file holds, as memory that all who map it share. */
  map(file: number, bytes: number): ArrayBuffer;
  open(file: number, rank: number, rankCount: number): Post;
  close(post: Post): void;
  allReduce(...call: readonly [Post, Int32Array, Numbers, boolean, boolean]): Ticket;
  reduceScatter(...call: readonly [Post, Int32Array, Numbers, Numbers, boolean]): Ticket;
  /** Returns at once. */
  send(post: Post, target: number, numbers: Numbers): void;
  transfer(
    ...call: readonly [
      Post,
      Int32Array,
      readonly Numbers[],
      Int32Array,
      readonly Numbers[],
      boolean,
    ]
  ): Ticket;
  /** Seconds, or −1. */
  finish(post: Post, ticket: Ticket): number;
}

type Call = readonly (Numbers | Int32Array | number)[];
type AttentionCall = readonly (Numbers | number | boolean)[];
type MatmulCall = readonly [
  ...arrays: [Numbers, Numbers, Numbers, Numbers | undefined],
  ...sizes: [number, number, number, number],
  flags: number,
];

export function nativeBackend(addon: Calls): Backend {
  return {
    name: "native",
    ...elementwise(addon),
    ...rowwise(addon),
    ...lookups(addon),
    ...llama(addon),
  };
}

type ElementOps =
  | "add"
  | "relu"
  | "reluBackward"
  | "gelu"
  | "geluBackward"
  | "scale"
  | "sumOfSquares"
  | "momentum"
  | "adam"
  | "meanSquaredError"
  | "meanSquaredErrorBackward";

function elementwise(addon: Calls): Pick<Backend, ElementOps> {
  return {
    add: addon.add,
    relu: addon.relu,
    reluBackward: addon.reluBackward,
    gelu: addon.gelu,
    geluBackward: addon.geluBackward,
    meanSquaredError: addon.meanSquaredError,
    meanSquaredErrorBackward: addon.meanSquaredErrorBackward,
    scale: addon.scale,
    sumOfSquares: addon.sumOfSquares,
    momentum: (p, g, velocity, { learningRate, momentum }) =>
      addon.momentum(p, g, velocity, learningRate, momentum),
    adam: (p, g, { first, second }, { learningRate, beta1, beta2, epsilon, step }) =>
      addon.adam(p, g, first, second, learningRate, beta1, beta2, epsilon, step),
  };
}

function flagsOf(transposesA: boolean, transposesB: boolean, accumulates: boolean): number {
  return (transposesA ? 1 : 0) | (transposesB ? 2 : 0) | (accumulates ? 4 : 0);
}

/** For a processor that multiplies bf16; elsewhere slow, for tests of what it means. */
export function bf16Matmul(addon: Calls): Backend["matmul"] {
  return (a, b, c, bias, { batch, m, n, k, transposesA, transposesB, accumulates }) =>
    addon.matmulBf16(a, b, c, bias, batch, m, n, k, flagsOf(transposesA, transposesB, accumulates));
}

type RowOps =
  | "matmul"
  | "columnSums"
  | "layerNorm"
  | "layerNormBackward"
  | "softmax"
  | "softmaxBackward"
  | "attention"
  | "attentionBackward";

function rowwise(addon: Calls): Pick<Backend, RowOps> {
  return {
    matmul: (a, b, c, bias, { batch, m, n, k, transposesA, transposesB, accumulates }) =>
      addon.matmul(a, b, c, bias, batch, m, n, k, flagsOf(transposesA, transposesB, accumulates)),
    columnSums: (x, sums, { rows, columns }) => addon.columnSums(x, sums, rows, columns),
    layerNorm: ({ x, scale, shift, y, statistics }, { rows, columns }) =>
      addon.layerNorm(x, scale, shift, y, statistics, rows, columns, NORM_EPSILON),
    layerNormBackward: (arrays, { rows, columns }) => {
      const { x, scale, statistics, dy, dx, dscale, dshift } = arrays;
      addon.layerNormBackward(x, scale, statistics, dy, dx, dscale, dshift, rows, columns);
    },
    softmax: (x, y, { rows, columns }) => addon.softmax(x, y, rows, columns),
    softmaxBackward: (y, dy, dx, { rows, columns }) =>
      addon.softmaxBackward(y, dy, dx, rows, columns),
    attention: (qkv, out, statistics, { batch, tokens, heads, headSize, isCausal }) =>
      addon.attention(qkv, out, statistics, batch, tokens, heads, headSize, isCausal),
    attentionBackward: (arrays, { batch, tokens, heads, headSize, isCausal }) => {
      const { qkv, out, statistics, dout, dqkv } = arrays;
      const sizes = [batch, tokens, heads, headSize, isCausal];
      addon.attentionBackward(qkv, out, statistics, dout, dqkv, ...sizes);
    },
  };
}

type LookupOps = "embedding" | "embeddingBackward" | "crossEntropy" | "crossEntropyBackward";

function lookups(addon: Calls): Pick<Backend, LookupOps> {
  return {
    embedding: (ids, { rows, positions }, y, { batch, tokens, columns, entries }) =>
      addon.embedding(ids, rows, positions, y, batch, tokens, columns, entries),
    embeddingBackward: (ids, dy, { rows, positions }, { batch, tokens, columns, entries }) =>
      addon.embeddingBackward(ids, dy, rows, positions, batch, tokens, columns, entries),
    crossEntropy: (logits, targets, statistics, { rows, columns }) =>
      addon.crossEntropy(logits, targets, statistics, rows, columns),
    crossEntropyBackward: (logits, targets, statistics, dlogits, { rows, columns }) =>
      addon.crossEntropyBackward(logits, targets, statistics, dlogits, rows, columns),
  };
}

type LlamaOps =
  | "rmsNorm"
  | "rmsNormBackward"
  | "rotary"
  | "rotaryBackward"
  | "swiglu"
  | "swigluBackward"
  | "lookup"
  | "lookupBackward"
  | "combine"
  | "combineBackward"
  | "route"
  | "routeBackward";

function llama(addon: Calls): Pick<Backend, LlamaOps> {
  return {
    rmsNorm: ({ x, scale, y, statistics }, { rows, columns }) =>
      addon.rmsNorm(x, scale, y, statistics, rows, columns, NORM_EPSILON),
    rmsNormBackward: ({ x, scale, statistics, dy, dx, dscale }, { rows, columns }) =>
      addon.rmsNormBackward(x, scale, statistics, dy, dx, dscale, rows, columns),
    rotary: (qkv, turns, y, { batch, tokens, heads, keyValueHeads, headSize }) =>
      addon.rotary(qkv, turns, y, batch, tokens, heads, keyValueHeads, headSize),
    rotaryBackward: (dy, turns, dqkv, { batch, tokens, heads, keyValueHeads, headSize }) =>
      addon.rotaryBackward(dy, turns, dqkv, batch, tokens, heads, keyValueHeads, headSize),
    swiglu: (x, y, { rows, columns }) => addon.swiglu(x, y, rows, columns),
    swigluBackward: (x, dy, dx, { rows, columns }) =>
      addon.swigluBackward(x, dy, dx, rows, columns),
    lookup: (ids, rows, y, { count, columns, entries, firstIndex }) =>
      addon.lookup(ids, rows, y, count, columns, entries, firstIndex),
    lookupBackward: (ids, dy, gradient, { count, columns, entries, firstIndex }) =>
      addon.lookupBackward(ids, dy, gradient, count, columns, entries, firstIndex),
    combine: ({ x, weights, places }, y, { rows, picks, columns }) =>
      addon.combine(x, weights, places, y, rows, picks, columns),
    combineBackward: ({ x, weights, places }, { dy, dx, dweights }, { rows, picks, columns }) =>
      addon.combineBackward(x, weights, places, dy, dx, dweights, rows, picks, columns),
    // A few comparisons a token: not worth a kernel.
    route,
    routeBackward,
  };
}
