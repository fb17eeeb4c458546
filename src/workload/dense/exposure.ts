/**
 * Traffic of data parallelism as far as it shows.
 *
 *   sharded parameters: wire = gathers + scatter for each micro-batch;
 *     paid = max(visible · wire, wire − hideable · stage) + visible · wire / layers
 *   replicated: paid(RS, n · B) + paid(AG, n · F), B and F one micro-batch's backward and
 *     forward pass in a stage; paid(t, by) = max(0, t − hideable · by) + contention · the rest.
 *     Gradients are whole after the last micro-batch only, and parameters needed from the
 *     first: n = 1. Of v interleaved chunks the others still compute p micro-batches each:
 *     n = (1 + p · (v − 1))/v
 */
import type { DenseConstants } from "./constants.ts";
import { parameterCount } from "./parameters.ts";
import type { DenseRun } from "./types.ts";

export interface StageSpan {
  readonly layers: number;
  readonly forwardS: number;
  readonly backwardS: number;
}

/** Seconds shown in a step, micro-batches and all. */
export function dataExposureS(run: DenseRun, c: DenseConstants, stage: StageSpan): number {
  const { layout } = run;
  if (layout.isLora && layout.sharding !== "fsdp") return 0;
  if (layout.sharding === "fsdp" || layout.sharding === "fsdp-kept") {
    const times = layout.stages > 1 ? 1 : microBatches(run);
    return times * shardedS(run, c, stage);
  }
  if (layout.replicas * layout.contextRanks === 1) return 0;
  return replicatedS(run, c, stage);
}

export function microBatches({ layout }: DenseRun): number {
  return layout.globalBatch / (layout.replicas * layout.microBatch);
}

/** Rate of the ring of a group with stride `tensorRanks`: the NICs its members share. */
export function groupBytesPerS(run: DenseRun, ranks: number, c: DenseConstants): number {
  const { part } = run;
  const inside = membersInside(run);
  if (ranks <= inside) return part.ringBytesPerS;
  const nics = inside * part.nicBytesPerS * c.nicShare * (run.fabric?.dataShare ?? 1);
  return Math.min(part.ringBytesPerS, nics);
}

/** Members of a data-parallel group in one domain, by the order of ranks. */
function membersInside({ layout, part }: DenseRun): number {
  const between = layout.order === "tp-cp-pp-dp" ? layout.stages : 1;
  return Math.max(1, Math.floor(part.domainRanks / (layout.tensorRanks * between)));
}

/** Steps of one gather's ring, most inside the domain and one for each crossing. */
function gatherLatencyS(run: DenseRun, ranks: number, c: DenseConstants): number {
  const inside = membersInside(run);
  const crossings = ranks <= inside ? 0 : Math.ceil(ranks / inside) - 1;
  return crossings * c.crossNodeStepS + (ranks - 1 - crossings) * c.ringStepS;
}

function shardedS(run: DenseRun, c: DenseConstants, stage: StageSpan): number {
  const { layout } = run;
  const ranks = layout.shardRanks;
  if (ranks <= 1) return 0;
  const gathers = layout.isLora ? 2 : layout.sharding === "fsdp-kept" ? 2 : 3;
  const bytes = gathers * 2 * stageParameters(run, stage.layers) * ((ranks - 1) / ranks);
  const latencyS = gathers * stage.layers * gatherLatencyS(run, ranks, c);
  const wireS = bytes / groupBytesPerS(run, ranks, c) + latencyS;
  const busyS = stage.forwardS + stage.backwardS;
  const shownS = c.gatherVisibleShare * wireS;
  return Math.max(shownS, wireS - c.hideableShare * busyS) + shownS / stage.layers;
}

function replicatedS(run: DenseRun, c: DenseConstants, stage: StageSpan): number {
  const { layout, software } = run;
  const ranks = layout.replicas * layout.contextRanks;
  const ring = ((ranks - 1) / ranks) * (1 / groupBytesPerS(run, ranks, c));
  const parameters = stageParameters(run, stage.layers);
  const scatterS = parameters * software.gradientBytes * ring;
  const gatherS = parameters * 2 * ring;
  if (!software.overlapsData) return scatterS + gatherS;
  const passes = hidingPasses(run);
  const shownS = paidS(scatterS, passes * stage.backwardS, c);
  const behindS = passes * stage.forwardS;
  if (layout.sharding !== "broadcast") return shownS + paidS(gatherS, behindS, c);
  return shownS + broadcastS(run, c, { parameters, behindS });
}

/** What shows of a wire with so much computing behind it. */
function paidS(wireS: number, behindS: number, c: DenseConstants): number {
  const hiddenS = Math.min(wireS, c.hideableShare * behindS);
  return wireS - hiddenS + c.contentionShare * hiddenS;
}

/** Passes of one micro-batch through a stage behind which its traffic can hide. */
function hidingPasses({ layout }: DenseRun): number {
  const { stages, chunks } = layout;
  return (1 + stages * (chunks - 1)) / chunks;
}

/** A tree of broadcasts: its depth grows with the nodes it spans. */
function broadcastS(
  run: DenseRun,
  c: DenseConstants,
  { parameters, behindS }: { readonly parameters: number; readonly behindS: number },
): number {
  const ranks = run.layout.shardRanks;
  const rate = groupBytesPerS(run, ranks, c);
  const gatherS = (parameters * 2 * ((ranks - 1) / ranks)) / rate;
  const inside = membersInside(run);
  const nodes = Math.max(1, ranks / inside);
  if (nodes <= 1) return paidS(gatherS, behindS, c);
  return c.broadcastVisibleShare * gatherS * (1 + Math.log2(nodes));
}

/** Parameters of one stage on one rank of a tensor-parallel group. */
function stageParameters(run: DenseRun, layers: number): number {
  const { model, layout } = run;
  return parameterCount(model, { layers, expertRanks: layout.expertRanks }) / layout.tensorRanks;
}
