/**
 * What each rank of a pipeline does in a step, in its order. 1F1B (Narayanan et al. 2021,
 * arXiv:2104.04473, figure 4): after a warm-up each rank goes one micro-batch forward, one back,
 * so that no more than as many are under way as there are stages after it. Interleaved (figure 5):
 * each rank has several shorter stages, of every S-th layer group, for a bubble as much shorter.
 */
import { assert } from "../../base/assert.ts";

export interface Action {
  readonly kind: "forward" | "backward";
  readonly micro: number;
  /** Which of the rank's stages, from 0. */
  readonly chunk: number;
}

export interface PipelineShape {
  readonly rankCount: number;
  readonly microCount: number;
  /** Stages of each rank; 1: not interleaved. */
  readonly chunkCount: number;
}

export function actionsOf(rank: number, shape: PipelineShape): readonly Action[] {
  const { rankCount, microCount, chunkCount } = shape;
  const total = microCount * chunkCount;
  const warmUp =
    chunkCount === 1
      ? rankCount - rank - 1
      : 2 * (rankCount - rank - 1) + (chunkCount - 1) * rankCount;
  const first = Math.min(warmUp, total);
  const actions: Action[] = [];
  const push = (kind: Action["kind"], index: number) => {
    actions.push({ kind, ...unitOf(index, kind, shape) });
  };
  for (let i = 0; i < first; i++) push("forward", i);
  for (let i = first; i < total; i++) {
    push("forward", i);
    push("backward", i - first);
  }
  for (let i = total - first; i < total; i++) push("backward", i);
  return actions;
}

/**
 * The i-th unit of work: micro-batches go in groups of as many as ranks through chunk after chunk,
 * backward from the last chunk.
 */
function unitOf(index: number, kind: Action["kind"], shape: PipelineShape) {
  const { rankCount, microCount, chunkCount } = shape;
  if (chunkCount === 1) return { micro: index, chunk: 0 };
  assert(microCount % rankCount === 0, "interleaved micro-batches come in groups of all ranks");
  const inGroup = index % (rankCount * chunkCount);
  const place = Math.floor(inGroup / rankCount);
  return {
    micro: Math.floor(index / (rankCount * chunkCount)) * rankCount + (inGroup % rankCount),
    chunk: kind === "forward" ? place : chunkCount - 1 - place,
  };
}

/** A message between stages; `stage` counts the whole pipeline's, and is the sender's. */
export interface Message {
  readonly kind: Action["kind"];
  readonly micro: number;
  readonly stage: number;
}

/** What a rank sends to another, in the order in which it does. */
export function messagesOf(from: number, to: number, shape: PipelineShape): readonly Message[] {
  const { rankCount, chunkCount } = shape;
  const stageCount = rankCount * chunkCount;
  return actionsOf(from, shape).flatMap(({ kind, micro, chunk }) => {
    const stage = chunk * rankCount + from;
    const target = stage + (kind === "forward" ? 1 : -1);
    if (target < 0 || target >= stageCount || target % rankCount !== to) return [];
    return [{ kind, micro, stage }];
  });
}
