/**
 * Memory of each class of ranks: those of the first, the inner and the last stages. The parts
 * sum exactly to the total, because the total is made from them.
 */
import { exactSum } from "../../base/sum.ts";
import { layersOfStage } from "./stages.ts";
import { microBatches } from "./exposure.ts";
import { rankTokens } from "./layer.ts";
import {
  activationBytes,
  BYTES_PER_LOGIT,
  denseLayersOf,
  gatheredBytes,
  inWorkBytes,
  stateParts,
} from "./memory.ts";
import type { DenseRun } from "./types.ts";

export interface ClassMemory {
  readonly rankClass: string;
  readonly stages: number;
  readonly parts: readonly { readonly name: string; readonly sizeBytes: number }[];
  readonly totalBytes: number;
}

/** Share of what is in use that an allocator's blocks leave unused between them. */
const FRAGMENTATION_SHARE = 0.03;
/** Contexts, libraries and their workspaces on an accelerator. */
const RUNTIME_BYTES = 1.2e9;
/** Buckets of gradients and gathered parameters in flight, at most. */
const BUCKET_BYTES = 2 * 200e6;

export function classMemories(run: DenseRun): ClassMemory[] {
  const { stages } = run.layout;
  if (stages === 1) return [classMemory(run, "every rank", 0, 1)];
  const inner = stages - 2;
  return [
    classMemory(run, "first stage", 0, 1),
    ...(inner > 0 ? [classMemory(run, "inner stages", 1, inner)] : []),
    classMemory(run, "last stage", stages - 1, 1),
  ];
}

/** The total of the fullest class, without its parts. */
export function fullestBytes(run: DenseRun): number {
  const { stages } = run.layout;
  const first = classBytes(run, 0);
  if (stages === 1) return first;
  // Inner stages hold fewer micro-batches and no table, so only experts make one of them fuller.
  const inner = run.model.experts === undefined ? 0 : classBytes(run, 1);
  return Math.max(first, inner, classBytes(run, stages - 1));
}

function classBytes(run: DenseRun, stage: number): number {
  let used = 0;
  for (const { sizeBytes } of heldParts(run, stage)) used += sizeBytes;
  return used * (1 + FRAGMENTATION_SHARE);
}

function classMemory(run: DenseRun, rankClass: string, stage: number, stages: number): ClassMemory {
  const held = heldParts(run, stage);
  const used = exactSum(held.map(({ sizeBytes }) => sizeBytes));
  const parts = [...held, { name: "fragmentation", sizeBytes: FRAGMENTATION_SHARE * used }];
  const totalBytes = exactSum(parts.map(({ sizeBytes }) => sizeBytes));
  return { rankClass, stages, parts, totalBytes };
}

function heldParts(run: DenseRun, stage: number): ClassMemory["parts"] {
  const { model, layout } = run;
  const last = layout.stages - 1;
  const layers = layersOfStage(run, stage);
  const isOne = last === 0;
  const tables = isOne
    ? (model.vocabularyTables ?? (model.isGated ? 2 : 1))
    : Number(stage === 0 || stage === last);
  const state = stateParts(run, {
    ...{ layers, tables: tables * model.vocabularyTokens },
    denseLayers: Math.round(denseLayersOf(run, stage)),
  });
  const logits =
    stage === last
      ? (BYTES_PER_LOGIT * rankTokens(run) * model.vocabularyTokens) / layout.tensorRanks
      : 0;
  const activations = activationBytes(run, layers * inFlight(run, stage));
  return [
    { name: "weights", sizeBytes: state.weightsBytes },
    { name: "gradients", sizeBytes: state.gradientsBytes },
    { name: "optimizer", sizeBytes: state.optimizerBytes },
    { name: "activations", sizeBytes: activations },
    { name: "logits", sizeBytes: logits },
    // Logits are gone when the backward pass comes to the layers.
    { name: "layer in work", sizeBytes: Math.max(0, inWorkBytes(run) - logits) },
    { name: "gathered", sizeBytes: gatheredBytes(run) },
    { name: "buckets", sizeBytes: bucketBytes(run, state.weightsBytes) },
    { name: "runtime", sizeBytes: RUNTIME_BYTES },
  ];
}

/** 1F1B: stage s holds p − s micro-batches; interleaving adds (p − 1)/(p · v) of them. */
function inFlight(run: DenseRun, stage: number): number {
  const { stages, chunks } = run.layout;
  if (stages === 1) return 1;
  const more = chunks > 1 ? (stages - 1) / (stages * chunks) : 0;
  return Math.min(microBatches(run), stages * (1 + more) - stage);
}

function bucketBytes({ layout }: DenseRun, weightsBytes: number): number {
  const isAlone = layout.replicas * layout.contextRanks === 1;
  return isAlone || layout.sharding === "fsdp" ? 0 : Math.min(BUCKET_BYTES, weightsBytes);
}
