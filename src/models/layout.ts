/**
 * How one rank's share of a model is cut out of the whole: the groups it exchanges with, and
 * which layers it holds.
 */
import { assert } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { Groups } from "../tensor/communicator.ts";
import { ALONE_GROUPS } from "../tensor/communicator.ts";
import type { Region } from "../tensor/ops/region.ts";

/** Layers that follow one another. */
export interface Stage {
  readonly firstLayerIndex: number;
  readonly layerCount: number;
  /** Has the embedding. */
  readonly isFirst: boolean;
  /** Has the last norm, the logits and the loss. */
  readonly isLast: boolean;
}

export interface Layout {
  readonly groups: Groups;
  /** The stages of this rank, first to last: several where stages are interleaved. */
  readonly stages?: readonly Stage[];
  /** What lies between the layers that are split is split by rows among the tensor group. */
  readonly sequenceParallel?: boolean;
}

export const WHOLE_MODEL: Layout = { groups: ALONE_GROUPS };

export function regionOf({ groups, sequenceParallel = false }: Layout): Region {
  const { tensor } = groups;
  return { tensor, splitsRows: sequenceParallel && tensor.rankCount > 1 };
}

export function stagesOf({ stages }: Layout, layerCount: number): readonly Stage[] {
  return stages ?? [{ firstLayerIndex: 0, layerCount, isFirst: true, isLast: true }];
}

/**
 * Layers dealt to stages so that each has about the same work, the embedding and the head
 * counted as a layer each: of 126 layers on 16 stages each gets 8 of 128. Where it does not
 * divide, the stages in the middle get one more, since the ends also exchange with no one.
 */
export function balancedStages(layerCount: number, stageCount: number): readonly Stage[] {
  const total = layerCount + 2;
  const least = Math.floor(total / stageCount);
  const rest = total % stageCount;
  const first = Math.floor((stageCount - rest) / 2);
  const counts = Array.from({ length: stageCount }, (_, i) => {
    const work = least + (i >= first && i < first + rest ? 1 : 0);
    return work - (i === 0 ? 1 : 0) - (i === stageCount - 1 ? 1 : 0);
  });
  if (stageCount > 1 && counts.some((count, i) => count < (i % (stageCount - 1) === 0 ? 0 : 1))) {
    throw new Refusal({
      code: "does-not-divide",
      pointer: "/pipeline",
      found: `${stageCount} stages for ${layerCount} layers`,
      expected: `at most ${layerCount + 2} stages, embedding and head counted as a layer each`,
      nextStep: "take fewer stages",
    });
  }
  return listedStages(counts);
}

/** Stages of given numbers of layers. */
export function listedStages(counts: readonly number[]): readonly Stage[] {
  let firstLayerIndex = 0;
  return counts.map((layerCount, i) => {
    assert(Number.isSafeInteger(layerCount) && layerCount >= 0, "a stage has whole layers");
    firstLayerIndex += layerCount;
    return {
      ...{ firstLayerIndex: firstLayerIndex - layerCount, layerCount },
      ...{ isFirst: i === 0, isLast: i === counts.length - 1 },
    };
  });
}

/** Of stages dealt in turn to ranks, those of one rank: rank r has r, r + ranks, r + 2·ranks … */
export function interleaved(
  stages: readonly Stage[],
  rank: number,
  rankCount: number,
): readonly Stage[] {
  return stages.filter((_, i) => i % rankCount === rank);
}

/** What of a model of so many layers a rank holds. */
export interface Holdings {
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** Another rank holds the other end, so that what both ends share is there twice. */
  readonly isTied: boolean;
  hasLayer(index: number): boolean;
}

export function holdings(layout: Layout, layerCount: number): Holdings {
  const stages = stagesOf(layout, layerCount);
  const isFirst = stages.some((stage) => stage.isFirst);
  const isLast = stages.some((stage) => stage.isLast);
  return {
    ...{ isFirst, isLast, isTied: isFirst !== isLast },
    hasLayer: (index) =>
      stages.some(({ firstLayerIndex, layerCount: count }) => {
        return index >= firstLayerIndex && index < firstLayerIndex + count;
      }),
  };
}
