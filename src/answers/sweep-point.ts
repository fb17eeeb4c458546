/**
 * One point of a sweep: a transformer in one layout on one part, by the analytical law. Every
 * input has a place in a row of numbers, so that millions of points allocate little.
 */
import { present } from "../base/assert.ts";
import type { LargeModel } from "../records/large-model.ts";
import type { AxisValue, Sweep } from "../records/sweep.ts";
import { CONSTANTS } from "../workload/dense/constants.ts";
import { tokenFlop } from "../workload/dense/flop.ts";
import { OpCache } from "../workload/dense/op-cache.ts";
import { PART_ROWS } from "../workload/dense/parts.ts";
import type { PartRow } from "../workload/dense/parts.ts";
import { SOFTWARE } from "../workload/dense/software.ts";
import { fullestBytes } from "../workload/dense/stage-memory.ts";
import { stepFrom } from "../workload/dense/step.ts";
import type { DenseLayout } from "../workload/dense/types.ts";
import type { Precision, Recompute, Sharding } from "../workload/dense/types.ts";

export const RECOMPUTES = ["none", "selective", "per-op", "full"] as const;
export const SHARDINGS = ["optimizer", "fsdp"] as const;
export const PRECISIONS = ["bf16", "fp8"] as const;

/** Inputs by name; words and what holds where an input is no axis. */
export const INPUTS: Readonly<Record<string, AxisValue>> = {
  accelerator: "h100-sxm",
  accelerators: 1024,
  tp: 1,
  pp: 1,
  chunks: 1,
  microBatch: 1,
  batch: 2048,
  sequence: 8192,
  recompute: "selective",
  sharding: "optimizer",
  precision: "bf16",
  oversubscription: 1,
  nicBytesPerS: 0,
};

export const METRICS = [
  ...["stepS", "tokensPerS", "tokensPerSPerAccelerator", "mfu", "memoryBytes", "memoryShare"],
  ...["exposedShare", "bubbleShare", "days", "runUsd"],
] as const;

export const STATES = ["ok", "does-not-divide", "does-not-fit"] as const;

export interface PointContext {
  readonly model: LargeModel;
  readonly tokens: number | undefined;
  readonly hourUsd: Readonly<Record<string, number>>;
  /** Times of ops, by all that moves them besides the classes that a cache knows. */
  readonly caches: Map<string, OpCache>;
}

export function pointContext({ model, tokens, hourUsd }: Sweep): PointContext {
  return { model, tokens, hourUsd, caches: new Map() };
}

const FUSED = present(SOFTWARE["fused"], "a profile");

export const partIds: readonly string[] = PART_ROWS.map(({ id }) => id);

const parts = new Map(PART_ROWS.map((part) => [part.id, part]));

type Inputs = Readonly<Record<string, AxisValue>>;

/** Writes the metrics; returns the place of the state in STATES. */
export function evaluateInputs(context: PointContext, inputs: Inputs, into: Float64Array): number {
  const model = context.model.shape;
  const number = (name: string): number => Number(inputs[name]);
  const part = present(parts.get(String(inputs["accelerator"])), "a part of the table");
  const [count, tp, pp] = [number("accelerators"), number("tp"), number("pp")];
  const [chunks, microBatch, batch] = [number("chunks"), number("microBatch"), number("batch")];
  const replicas = count / (tp * pp);
  into.fill(Number.NaN);
  const divides =
    Number.isInteger(replicas) &&
    batch % (replicas * microBatch) === 0 &&
    model.layers % (pp * chunks) === 0 &&
    model.heads % tp === 0 &&
    (pp > 1 || chunks === 1) &&
    tp <= part.domainRanks;
  if (!divides) return 1;
  const layout: DenseLayout = {
    ...{ tensorRanks: tp, contextRanks: 1, stages: pp, chunks, replicas, microBatch },
    expertRanks: Math.min(model.experts?.experts ?? 1, replicas, 8),
    ...{ globalBatch: batch, seqTokens: number("sequence"), shardRanks: replicas },
    recompute: inputs["recompute"] as Recompute,
    sharding: inputs["sharding"] as Sharding,
    precision: inputs["precision"] as Precision,
    ...{ isSequenceParallel: true, isLora: false },
  };
  return measured(context, inputs, { part, layout, count }, into);
}

function measured(
  { model, tokens, hourUsd, caches }: PointContext,
  inputs: Inputs,
  {
    part,
    layout,
    count,
  }: { readonly part: PartRow; readonly layout: DenseLayout; readonly count: number },
  into: Float64Array,
): number {
  const own = Number(inputs["nicBytesPerS"]) || part.nicBytesPerS;
  const nicBytesPerS = own / Number(inputs["oversubscription"]);
  const isUsual = nicBytesPerS === part.nicBytesPerS;
  const wired = isUsual ? part : { ...part, nicBytesPerS };
  const run = { model: model.shape, layout, part: wired, software: FUSED };
  const memory = fullestBytes(run);
  const key = `${part.id} ${layout.seqTokens} ${layout.precision} ${nicBytesPerS}`;
  const cache = caches.get(key) ?? new OpCache(CONSTANTS);
  caches.set(key, cache);
  const { stepS, parts: split } = stepFrom(run, CONSTANTS, cache.times(run));
  const tokensPerS = (layout.globalBatch * layout.seqTokens) / stepS;
  const wireS = split.tensorS + split.dataS + split.pointToPointS + split.expertsS;
  const runS = tokens === undefined ? Number.NaN : tokens / tokensPerS;
  const usd = hourUsd[part.id] ?? Number.NaN;
  into[0] = stepS;
  into[1] = tokensPerS;
  into[2] = tokensPerS / count;
  into[3] = (tokensPerS * tokenFlop(run).modelFlop) / count / part.peakBf16FlopPerS;
  into[4] = memory;
  into[5] = memory / part.memoryBytes;
  into[6] = wireS / stepS;
  into[7] = split.bubbleS / stepS;
  into[8] = runS / 86_400;
  into[9] = (count * usd * runS) / 3600;
  return memory > part.memoryBytes ? 2 : 0;
}
