/**
 * The fastest layout of a transformer on so many accelerators of one part: every usual split
 * that is legal, fits into memory and keeps the batch within some per cent of the one asked
 * for. Step and memory are those of `simulate` with the same layout.
 */
import type { LargeModel } from "../records/large-model.ts";
import type { LayoutRequest } from "../records/large-step.ts";
import { activeCount } from "../workload/dense/parameters.ts";
import type { PartRow } from "../workload/dense/parts.ts";
import type { DenseModel, FabricShares } from "../workload/dense/types.ts";
import { isLegal } from "../workload/layout-legal.ts";
import { stepSpread } from "./accuracy/spread.ts";
import { evaluate, meritOf } from "./large/evaluate.ts";
import type { LargeCase } from "./large/evaluate.ts";
import { layoutTimer } from "./large/search.ts";
import { denseLayoutOf, largeRun } from "./large/setting.ts";
import type { LargeRun } from "./large/setting.ts";

export interface Trained {
  readonly model: LargeModel;
  /** Sequences a step over all accelerators, as asked for. */
  readonly globalBatch: number;
  readonly seqTokens: number;
  readonly precision: "bf16" | "fp8";
}

export interface Evaluated {
  readonly acceleratorCount: number;
  readonly request: Required<LayoutRequest>;
  readonly run: LargeRun;
  readonly stepS: number;
  readonly memoryBytes: number;
  readonly tokensPerS: number;
  readonly mfu: number;
}

/** A step may train on this much more or fewer sequences, so that sizes divide. */
const BATCH_TOLERANCE = 0.04;

/** Memory left to the framework, fragments and the collectives' buffers. */
const MEMORY_SHARE = 0.92;

const TENSOR: readonly number[] = [1, 2, 4, 8];
const STAGES: readonly number[] = [1, 2, 4, 5, 8, 10, 16, 20];
const MICRO_BATCHES: readonly number[] = [1, 2, 4];
const RECOMPUTES = ["selective", "per-op", "full"] as const;

export function fastestLayout(
  trained: Trained,
  part: PartRow,
  acceleratorCount: number,
): Evaluated | undefined {
  const about: LargeCase = { part, model: trained.model, rankCount: acceleratorCount };
  const { contextTokens, shape: model } = trained.model;
  const legal = { model, part, rankCount: acceleratorCount, contextTokens };
  let timed: ReturnType<typeof layoutTimer> | undefined;
  let best: { readonly request: Required<LayoutRequest>; readonly tokensPerS: number } | undefined;
  for (const request of requests(trained, part, acceleratorCount)) {
    const layout = denseLayoutOf(request);
    if (!isLegal(legal, layout)) continue;
    timed ??= layoutTimer(about, request);
    const { stepTimeS, memoryBytes } = timed(layout);
    if (memoryBytes > MEMORY_SHARE * part.memoryBytes) continue;
    const tokensPerS = (request.globalBatch * request.seqTokens) / stepTimeS;
    if (tokensPerS > (best?.tokensPerS ?? 0)) best = { request, tokensPerS };
  }
  return best === undefined ? undefined : evaluatedAs(about, best.request);
}

/** One layout in full; with the fabric's shares, where links are shared. */
export function evaluatedAs(
  about: LargeCase,
  request: Required<LayoutRequest>,
  fabric?: FabricShares,
): Evaluated {
  const found = evaluate(fabric === undefined ? about : { ...about, fabric }, request);
  const { tokensPerS, mfu } = meritOf(found, about.rankCount, about.part.id);
  const { run, stepTimeS: stepS, memoryBytes } = found;
  return { acceleratorCount: about.rankCount, request, run, stepS, memoryBytes, tokensPerS, mfu };
}

function* requests(
  trained: Trained,
  part: PartRow,
  count: number,
): Generator<Required<LayoutRequest>> {
  const model = trained.model.shape;
  for (const tensorRanks of TENSOR) {
    if (tensorRanks > part.domainRanks || model.heads % tensorRanks !== 0) continue;
    for (const stages of STAGES) {
      if (model.layers % stages !== 0 || count % (tensorRanks * stages) !== 0) continue;
      const replicas = count / (tensorRanks * stages);
      for (const microBatch of MICRO_BATCHES) {
        const globalBatch = nearBatch(trained.globalBatch, replicas * microBatch);
        if (globalBatch === undefined) continue;
        yield* variants(trained, { tensorRanks, stages, replicas, microBatch, globalBatch });
      }
    }
  }
}

/** The multiple of `unit` nearest to the batch asked for; undefined if it is too far away. */
function nearBatch(asked: number, unit: number): number | undefined {
  const batch = Math.max(1, Math.round(asked / unit)) * unit;
  return Math.abs(batch / asked - 1) <= BATCH_TOLERANCE ? batch : undefined;
}

type Split = Pick<
  Required<LayoutRequest>,
  "tensorRanks" | "stages" | "replicas" | "microBatch" | "globalBatch"
>;

function* variants(
  { model, seqTokens, precision }: Trained,
  split: Split,
): Generator<Required<LayoutRequest>> {
  const { stages, replicas, microBatch, globalBatch } = split;
  const { layers, experts } = model.shape;
  const depths = stages === 1 ? [1] : [1, 2, 4].filter((n) => layers % (stages * n) === 0);
  const steps = globalBatch / replicas / microBatch;
  for (const recompute of RECOMPUTES) {
    for (const zeroStages of stages === 1 ? [1, 3] : [1]) {
      for (const chunks of steps % stages === 0 ? depths : [1]) {
        yield {
          ...{ ...split, contextRanks: 1, chunks, seqTokens, recompute, zeroStages, precision },
          expertRanks: experts === undefined ? 1 : Math.min(experts.experts, 8),
          ...{ shardRanks: replicas, jitterShare: 0, precisionName: precision, schedule: "1f1b" },
          ...{ order: "tp-cp-dp-pp", contextKind: "ring", software: "fused" },
        };
      }
    }
  }
}

/** Flop of a token, forward and backward: 6 a parameter it meets, and causal attention. */
export function tokenFlop(model: DenseModel, seqTokens: number): number {
  return 6 * activeCount(model) + 6 * model.layers * model.heads * model.headSize * seqTokens;
}

/** What a question beyond the sizes measured adds to the error of a step. */
const EXTRAPOLATION = 0.06;

/** Standard deviation of the log error of a predicted step. */
export const stepErrorShare = (run: LargeRun): number =>
  Math.hypot(stepSpread({ run, assumed: [] }), EXTRAPOLATION);

/** The run of a part and a model in the plainest layout: for what depends on no layout. */
export function plainRun(part: PartRow, trained: Trained): LargeRun {
  const split = { tensorRanks: 1, stages: 1, replicas: 1, microBatch: 1, globalBatch: 1 };
  const [request] = [...variants(trained, split)];
  if (request === undefined) throw new RangeError("a split has variants");
  return largeRun(part, trained.model, request);
}
