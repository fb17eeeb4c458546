/** A question about one step of a large model, and the record that the law takes it as. */
import { Refusal } from "../../base/errors.ts";
import type { Cluster } from "../../records/cluster.ts";
import type { LargeStepQuestion } from "../../records/job.ts";
import type { LargeModel } from "../../records/large-model.ts";
import type { LargeLayout, LayoutRequest } from "../../records/large-step.ts";
import type { DenseConstants } from "../../workload/dense/constants.ts";
import { PART_ROWS } from "../../workload/dense/parts.ts";
import type { PartRow } from "../../workload/dense/parts.ts";
import { SOFTWARE } from "../../workload/dense/software.ts";
import type { DenseLayout, DenseRun } from "../../workload/dense/types.ts";
import type { ValidationTable } from "../accuracy/validation.ts";

export interface LargeQuestion extends Omit<LargeStepQuestion, "kind"> {
  readonly published: readonly ValidationTable[];
  /** Constants moved to runs of one's own. */
  readonly anchor?: Anchor;
}

export interface Anchor {
  readonly overlay: { readonly constants: DenseConstants };
  /** "anchored to your 3 runs at 64-256, extrapolated ×16" */
  readonly words: string;
}

export type LargeRun = DenseRun & { readonly part: PartRow };

/** Tokens of one optimizer step where nobody says: what recent large runs use. */
const STEP_TOKENS = 4 * 2 ** 20;
const SEQUENCE_MOST = 8192;

/** The part of a cluster with the cluster's own memory, node and network. */
export function partOf(cluster: Cluster): PartRow {
  const accelerator = cluster.node.accelerator;
  const known = PART_ROWS.find(({ id }) => id === accelerator?.id);
  if (accelerator === undefined || known === undefined) throw noRates(cluster);
  const isTorus = cluster.fabric.kind === "torus";
  const port = cluster.fabric.link.rateBytesPerS.value;
  const { acceleratorCount } = cluster.node;
  // The links of a torus are the domain of its chips; elsewhere each has a port of its own.
  const isOneDomain = isTorus && acceleratorCount === 1;
  return {
    ...known,
    memoryBytes: accelerator.memoryBytes.value,
    memoryBytesPerS: accelerator.memoryBytesPerS.value,
    matmulBf16FlopPerS: known.matmulBf16FlopPerS,
    domainRanks: isOneDomain ? known.domainRanks : acceleratorCount,
    nicBytesPerS: isOneDomain ? known.nicBytesPerS : port,
  };
}

function noRates(cluster: Cluster): Refusal {
  const ids = PART_ROWS.map(({ id }) => id).join(", ");
  return new Refusal({
    code: "no-accelerator",
    pointer: "/cluster",
    found: `cluster "${cluster.id}" of ${cluster.node.accelerator?.id ?? "bare hosts"}`,
    expected: `accelerators whose matmuls are known (${ids})`,
    nextStep: "name a cluster of one of them",
  });
}

export interface Completed {
  readonly request: Required<LayoutRequest>;
  readonly assumed: readonly string[];
}

/** The layout in full; what was not said and moves the answer is named. */
export function completed(question: LargeQuestion, asked: LayoutRequest): Completed {
  const { model, rankCount } = question;
  const assumed: string[] = [];
  const or = <T>(value: T | undefined, otherwise: T, words: string): T => {
    if (value !== undefined) return value;
    assumed.push(words);
    return otherwise;
  };
  const [tensorRanks, stages, contextRanks] = [
    ...[asked.tensorRanks ?? 1, asked.stages ?? 1, asked.contextRanks ?? 1],
  ] as const;
  const product = tensorRanks * stages * contextRanks;
  const replicas = asked.replicas ?? Math.max(1, Math.floor(rankCount / product));
  const usual = Math.min(model.contextTokens, SEQUENCE_MOST);
  const seqTokens = or(asked.seqTokens, usual, `seq=${usual}`);
  const microBatch = or(asked.microBatch, 1, "micro=1");
  const each = replicas * microBatch * stages;
  const batch = each * Math.max(1, Math.round(STEP_TOKENS / seqTokens / each));
  const zeroStages = or(asked.zeroStages, 1, "zero=1");
  const request = {
    ...{ tensorRanks, stages, contextRanks, replicas, seqTokens, microBatch, zeroStages },
    expertRanks: asked.expertRanks ?? 1,
    chunks: asked.chunks ?? 1,
    globalBatch: or(asked.globalBatch, batch, `batch=${batch}`),
    shardRanks: asked.shardRanks ?? (zeroStages === 0 ? 1 : replicas * contextRanks),
    jitterShare: asked.jitterShare ?? 0,
    recompute: or(asked.recompute, "selective", "recompute=selective"),
    precision: or(asked.precision, "bf16", "precision=bf16"),
    precisionName: asked.precisionName ?? "bf16",
    schedule: asked.schedule ?? "1f1b",
    order: asked.order ?? "tp-cp-dp-pp",
    contextKind: asked.contextKind ?? "ring",
    software: or(asked.software, "fused", "software=fused, newest kernels"),
  } as const;
  return { request, assumed };
}

export function largeRun(
  part: PartRow,
  model: LargeModel,
  request: Required<LayoutRequest>,
): LargeRun {
  const software = SOFTWARE[request.software] ?? SOFTWARE["fused"];
  if (software === undefined) throw new TypeError("a software profile exists");
  return { model: model.shape, part, software, layout: denseLayoutOf(request) };
}

export function denseLayoutOf(request: Required<LayoutRequest>): DenseLayout {
  const { zeroStages } = request;
  return {
    tensorRanks: request.tensorRanks,
    contextRanks: request.contextRanks,
    stages: request.stages,
    chunks: request.chunks,
    replicas: request.replicas,
    expertRanks: request.expertRanks,
    microBatch: request.microBatch,
    globalBatch: request.globalBatch,
    seqTokens: request.seqTokens,
    recompute: request.recompute,
    sharding: zeroStages === 3 ? "fsdp" : zeroStages === 2 ? "fsdp-kept" : "optimizer",
    shardRanks: request.shardRanks,
    isSequenceParallel: true,
    isLora: false,
    precision: request.precision,
    schedule: request.schedule,
    order: request.order,
    contextKind: request.contextKind,
  };
}

/** "tp=8,pp=4,…": the layout as a flag that gives it again. */
export function layoutText(request: Required<LayoutRequest>): string {
  const { tensorRanks: tp, stages: pp, replicas: dp, contextRanks: cp } = request;
  const { expertRanks: ep, chunks: vp, shardRanks } = request;
  const degrees = [`tp=${tp}`, `pp=${pp}`, `dp=${dp}`];
  const more = [
    ...(cp > 1 ? [`cp=${cp}`] : []),
    ...(ep > 1 ? [`ep=${ep}`] : []),
    ...(vp > 1 ? [`vp=${vp}`] : []),
    ...(cp > 1 && request.contextKind !== "ring" ? [`context=${request.contextKind}`] : []),
    ...(shardRanks !== (request.zeroStages === 0 ? 1 : dp * cp) ? [`shard=${shardRanks}`] : []),
    ...(request.schedule === "1f1b" ? [] : [`schedule=${request.schedule}`]),
    ...(request.order === "tp-cp-dp-pp" ? [] : [`order=${request.order}`]),
    ...(request.jitterShare === 0 ? [] : [`jitter=${request.jitterShare}`]),
  ];
  return [
    ...degrees,
    ...more,
    ...[`micro=${request.microBatch}`, `batch=${request.globalBatch}`, `seq=${request.seqTokens}`],
    ...[`recompute=${request.recompute}`, `precision=${request.precisionName}`],
    ...[`zero=${request.zeroStages}`, `software=${request.software}`],
  ].join(",");
}

export const largeLayout = (request: Required<LayoutRequest>): LargeLayout => ({
  ...request,
  text: layoutText(request),
});
