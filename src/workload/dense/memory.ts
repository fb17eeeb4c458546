/**
 * Memory of the fullest rank: states, activations of the micro-batches in flight, logits.
 *
 *   GPT with dropout (Korthikanti et al. 2022, eq. 1-4), bytes a layer and micro-batch:
 *     none       s·b·h · (10 + 24/t + 5·a·s/(h·t))
 *     selective  s·b·h · 34/t with sequence parallelism
 *   gated or flash: inputs of norms and products, q, k, v and the context, gate, up and act
 */
import { layerParameterCount } from "./parameters.ts";
import { microBatches } from "./exposure.ts";
import { rankTokens } from "./layer.ts";
import type { DenseModel, DenseRun } from "./types.ts";

/** Weights in bf16, master copy and two moments in fp32. */
const WEIGHT_BYTES = 2;
const OPTIMIZER_BYTES = 12;
/** Logits in bf16 and fp32, their gradient and the softmax. */
export const BYTES_PER_LOGIT = 12;
/** A layer holds this much for each token and channel while its gradients are computed. */
const LAYER_IN_WORK = 60;

export interface RankMemory {
  readonly statesBytes: number;
  readonly activationsBytes: number;
  readonly logitsBytes: number;
  readonly totalBytes: number;
}

/** The fuller one of the first stage, with most micro-batches in flight, and the last. */
export function rankMemory(run: DenseRun): RankMemory {
  const { model, layout } = run;
  const layers = model.layers / layout.stages;
  const isOne = layout.stages === 1;
  const logitsBytes =
    (BYTES_PER_LOGIT * rankTokens(run) * model.vocabularyTokens) / layout.tensorRanks;
  const work = gatheredBytes(run);
  const inWork = inWorkBytes(run);
  const states = statesBytes(run, layers, denseLayersOf(run, 0));
  const first = activationBytes(run, layers * microBatchesInFlight(run)) + work + inWork;
  const ends = Math.max(logitsBytes, inWork);
  if (isOne) return total(states, activationBytes(run, layers) + work, ends);
  const lastStates = statesBytes(run, layers, 0);
  const last = activationBytes(run, layers) + work;
  const isLast = lastStates + last + ends > states + first;
  return isLast ? total(lastStates, last, ends) : total(states, first, 0);
}

/**
 * What the backward pass holds of the layer it is in, besides what it kept: while it runs, the
 * logits are gone. Layers that are recomputed count it among their activations.
 */
export function inWorkBytes(run: DenseRun): number {
  const { model, layout } = run;
  if (layout.recompute === "full") return 0;
  return (LAYER_IN_WORK * rankTokens(run) * model.hiddenSize) / layout.tensorRanks;
}

/** Layers without experts in a stage: they are the model's first ones. */
export function denseLayersOf({ model, layout }: DenseRun, stage: number): number {
  const each = model.layers / layout.stages;
  const leading = model.experts?.denseLayers ?? 0;
  return Math.min(each, Math.max(0, leading - stage * each));
}

/** Results that sequence-parallel ranks gather whole for the layer in work. */
const WHOLE_RESULTS = 6;
const WHOLE_RESULTS_OVERLAPPED = 4;

/** What a layer in work holds gathered: whole sequences, and sharded weights of its own. */
export function gatheredBytes(run: DenseRun): number {
  const { model, layout, software } = run;
  const results = software.overlapsTensor ? WHOLE_RESULTS_OVERLAPPED : WHOLE_RESULTS;
  const isWhole = layout.tensorRanks > 1 && layout.isSequenceParallel;
  const sequences = isWhole ? results * 2 * rankTokens(run) * model.hiddenSize : 0;
  const isSharded = layout.sharding === "fsdp" && layout.shardRanks > 1;
  const layer = (2 * layerParameterCount(model, layout.expertRanks)) / layout.tensorRanks;
  // The layer in work, the next one on its way, and the gradient of one.
  return sequences + (isSharded ? 3 * layer : 0);
}

function total(statesBytes: number, activationsBytes: number, logitsBytes: number): RankMemory {
  const totalBytes = statesBytes + activationsBytes + logitsBytes;
  return { statesBytes, activationsBytes, logitsBytes, totalBytes };
}

/** State of a stage's layers and tables on one rank, by what it is for. */
export interface StateParts {
  readonly weightsBytes: number;
  readonly gradientsBytes: number;
  readonly optimizerBytes: number;
}

/** Layers, those of them without experts, and rows of vocabulary. */
interface StageContent {
  readonly layers: number;
  readonly denseLayers: number;
  readonly tables: number;
}

/** Weights, gradients and optimizer of what a stage holds. */
export function stateParts(
  run: DenseRun,
  { layers, tables, denseLayers }: StageContent,
): StateParts {
  const { model, layout } = run;
  const inLayers = layers * layerParameterCount(model, layout.expertRanks);
  // Experts are replicated less often than the rest, so their state is sharded less.
  const withExperts = layers === 0 ? 1 : 1 - denseLayers / layers;
  const aroundAll = layers * countAroundExperts(model, layout.expertRanks);
  const expert = (inLayers - aroundAll) * withExperts;
  // Shared experts stand on every rank, and in no layer without experts.
  const shared = (model.experts?.sharedExperts ?? 0) * feedCount(model, model.ffnChannels);
  const around = aroundAll - denseLayers * shared;
  const feed = feedCount(model, model.experts?.denseFfnChannels ?? 0);
  const rest = around + layers * (1 - withExperts) * feed + tables * model.hiddenSize;
  const shards = Math.max(1, layout.shardRanks);
  const own = perParameter(run, shards);
  const theirs = expert === 0 ? own : perParameter(run, Math.max(1, shards / layout.expertRanks));
  const [mine, routed] = [rest / layout.tensorRanks, expert / layout.tensorRanks];
  return {
    weightsBytes: mine * own.weightsBytes + routed * theirs.weightsBytes,
    gradientsBytes: mine * own.gradientsBytes + routed * theirs.gradientsBytes,
    optimizerBytes: mine * own.optimizerBytes + routed * theirs.optimizerBytes,
  };
}

const feedCount = (model: DenseModel, channels: number): number =>
  (model.isGated ? 3 : 2) * model.hiddenSize * channels;

/** A layer's parameters without the experts tokens are sent to; all where it has none. */
function countAroundExperts(model: DenseModel, expertRanks: number): number {
  const { experts } = model;
  if (experts === undefined) return layerParameterCount(model, expertRanks);
  const routed = (experts.experts / expertRanks) * feedCount(model, model.ffnChannels);
  return layerParameterCount(model, expertRanks) - routed;
}

/** Bytes of one parameter held on one of so many ranks that share its state. */
function perParameter({ layout, software }: DenseRun, ranks: number): StateParts {
  if (layout.isLora) return { weightsBytes: WEIGHT_BYTES, gradientsBytes: 0, optimizerBytes: 0 };
  if (layout.sharding === "fsdp") {
    // A pipeline keeps weights and gradients together between micro-batches.
    const gathered = layout.stages > 1 && ranks > 1 ? 2 : 0;
    const bytes = 2 / ranks + gathered;
    return {
      weightsBytes: bytes,
      gradientsBytes: bytes,
      optimizerBytes: OPTIMIZER_BYTES / ranks,
    };
  }
  return {
    weightsBytes: WEIGHT_BYTES,
    gradientsBytes: Math.max(2, software.gradientBytes),
    optimizerBytes: OPTIMIZER_BYTES / ranks,
  };
}

function statesBytes(run: DenseRun, layers: number, denseLayers: number): number {
  const { model, layout } = run;
  const tables = (layout.stages === 1 && model.isGated ? 2 : 1) * model.vocabularyTokens;
  const { weightsBytes, gradientsBytes, optimizerBytes } = stateParts(run, {
    ...{ layers, tables, denseLayers },
  });
  return weightsBytes + gradientsBytes + optimizerBytes;
}

/** In one-forward-one-backward the first stage holds as many as there are stages. */
export function microBatchesInFlight(run: DenseRun): number {
  const { stages, chunks } = run.layout;
  if (stages === 1) return 1;
  const interleaved = chunks > 1 ? 1 + (stages - 1) / (stages * chunks) : 1;
  return Math.min(microBatches(run), stages * interleaved);
}

/** Of so many layers, each with one micro-batch. */
export function activationBytes(run: DenseRun, layerCount: number): number {
  const { model, layout } = run;
  const tokens = rankTokens(run);
  const shards = layout.isSequenceParallel ? layout.tensorRanks : 1;
  if (layout.recompute !== "full") return layerCount * layerActivationBytes(run);
  const kept = (2 * tokens * model.hiddenSize) / shards;
  return layerCount * kept + (LAYER_IN_WORK * tokens * model.hiddenSize) / layout.tensorRanks;
}

/** What the backward pass of one layer needs of one micro-batch. */
export function layerActivationBytes(run: DenseRun): number {
  const { model, layout, software } = run;
  const tokens = rankTokens(run);
  const t = layout.tensorRanks;
  const shards = layout.isSequenceParallel ? t : 1;
  const h = model.hiddenSize;
  if (!software.hasFlashAttention || model.hasDropout) {
    const scores = layout.recompute === "selective" ? 0 : (5 * model.heads * layout.seqTokens) / t;
    return tokens * (10 * (h / shards) + (24 * h) / t + scores);
  }
  // Half of the products' results are kept, the rest is run again.
  if (layout.recompute === "per-op") return ((software.isEager ? 19.5 : 17) * tokens * h) / shards;
  const q = model.heads * model.headSize;
  const kv = model.kvHeads * model.headSize;
  const copies = model.experts ? model.experts.expertsPerToken + model.experts.sharedExperts : 1;
  const feed = (model.isGated ? 6 : 4) * copies * model.ffnChannels;
  const routed = model.experts ? 4 * model.experts.expertsPerToken * h : 0;
  return tokens * ((8 * h) / shards + (2 * (q + 2 * kv) + 2 * q + feed) / t + routed);
}
