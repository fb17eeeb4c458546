/** All legal layouts of a model on so many accelerators, in a fixed order. */
import type { LayoutRequest } from "../../records/large-step.ts";
import type { DenseModel } from "../../workload/dense/types.ts";

export interface Scope {
  readonly model: DenseModel;
  readonly rankCount: number;
  readonly domainRanks: number;
  /** Keys that were asked for; only the others vary. */
  readonly asked: LayoutRequest;
  readonly base: Required<LayoutRequest>;
}

/** Micro-batches above this only cost memory where kernels are full already. */
const MICRO_MOST = 16;
const CONTEXT_MOST = 16;

const divisors = (n: number, most = n): number[] =>
  Array.from({ length: Math.min(n, most) }, (_, i) => i + 1).filter((d) => n % d === 0);

export function* candidates(scope: Scope): Generator<Required<LayoutRequest>> {
  const { model, rankCount, domainRanks, asked, base } = scope;
  const tensor = some(asked.tensorRanks, divisors(rankCount, Math.min(domainRanks, model.heads)));
  for (const tensorRanks of tensor) {
    if (model.heads % tensorRanks !== 0 || model.ffnChannels % tensorRanks !== 0) continue;
    if (rankCount % tensorRanks !== 0) continue;
    const rest = rankCount / tensorRanks;
    for (const stages of some(asked.stages, divisors(rest, model.layers))) {
      if (rest % stages !== 0) continue;
      const wide = contextDegrees(rest / stages, base.seqTokens);
      for (const contextRanks of some(asked.contextRanks, wide)) {
        if ((rest / stages) % contextRanks !== 0) continue;
        const replicas = rest / stages / contextRanks;
        if (asked.replicas !== undefined && asked.replicas !== replicas) continue;
        yield* batches(scope, { ...base, tensorRanks, stages, contextRanks, replicas });
      }
    }
  }
}

function* batches(
  { model, asked, base }: Scope,
  degrees: Required<LayoutRequest>,
): Generator<Required<LayoutRequest>> {
  const { replicas, stages, contextRanks, tensorRanks } = degrees;
  const each = base.globalBatch / replicas;
  if (!Number.isInteger(each)) return;
  const group = replicas * contextRanks;
  const experts = model.experts?.experts ?? 1;
  const expertDegrees = divisors(experts).filter((ep) => (group * tensorRanks) % ep === 0);
  const layers = model.layers % stages === 0 ? model.layers / stages : 1;
  for (const microBatch of some(asked.microBatch, divisors(each, MICRO_MOST))) {
    if (each % microBatch !== 0) continue;
    const m = each / microBatch;
    const canInterleave = stages > 1 && m % stages === 0;
    for (const chunks of some(asked.chunks, canInterleave ? divisors(layers) : [1])) {
      for (const expertRanks of some(asked.expertRanks, expertDegrees)) {
        for (const recompute of some(asked.recompute, ["selective", "per-op", "full"] as const)) {
          for (const zeroStages of some(asked.zeroStages, group > 1 ? [1, 3] : [1])) {
            yield {
              ...degrees,
              ...{ microBatch, chunks, expertRanks, recompute, zeroStages },
              shardRanks: asked.shardRanks ?? (zeroStages === 0 ? 1 : group),
            };
          }
        }
      }
    }
  }
}

function contextDegrees(most: number, seqTokens: number): number[] {
  const longest = Math.min(CONTEXT_MOST, most, Math.max(1, Math.floor(seqTokens / 4096)));
  return divisors(most, longest).filter((cp) => cp === 1 || seqTokens % (2 * cp) === 0);
}

const some = <T>(asked: T | undefined, all: readonly T[]): readonly T[] =>
  asked === undefined ? all : [asked];
