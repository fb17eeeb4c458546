/**
 * Chunks that follow each other over the same edges: chunk c takes an edge c steps after
 * chunk 0 does, so that every level of a tree or place of a chain works on another chunk.
 *
 *     T ≈ (startStep of the last edge + chunks)·(a + bytes of a step)
 */
import type { ChunkRange, Step } from "../../records/schedule.ts";

/** A chunk, and the most of them: enough that the depth hardly counts. */
const CHUNK_BYTES = 512 * 1024;
const CHUNKS_MOST = 64;

export interface PipelineEdge {
  /** Which of `partCount` equal parts of the buffer goes over it. */
  readonly part: number;
  readonly source: number;
  readonly target: number;
  /** The step in which chunk 0 takes this edge. */
  readonly startStep: number;
  readonly reduces: boolean;
  /** Only this slice of each chunk; absent: all of it. */
  readonly slice?: { readonly index: number; readonly count: number };
}

export function chunkCountOf(partBytes: number): number {
  return Math.min(CHUNKS_MOST, Math.max(1, Math.ceil(partBytes / CHUNK_BYTES)));
}

/** The steps for a buffer of one byte. */
export function pipelineSteps(
  edges: readonly PipelineEdge[],
  { partCount, chunkCount }: { readonly partCount: number; readonly chunkCount: number },
): Step[] {
  const last = edges.reduce((most, edge) => Math.max(most, edge.startStep), -1);
  const end = last + chunkCount;
  const steps: Step[] = [];
  for (let now = edges.length === 0 ? end : 0; now < end;) {
    const active = edges.filter(
      ({ startStep }) => startStep <= now && now < startStep + chunkCount,
    );
    const repeat = stepsAlike(edges, { now, chunkCount, end });
    steps.push(pipelineStep(active, { now, repeat, chunkCount, partCount }));
    now += repeat;
  }
  return steps;
}

/** How many steps from `now` on have the same edges at work. */
function stepsAlike(
  edges: readonly PipelineEdge[],
  run: { readonly now: number; readonly chunkCount: number; readonly end: number },
): number {
  const { now, chunkCount, end } = run;
  let next = end;
  for (const { startStep } of edges) {
    if (startStep > now) next = Math.min(next, startStep);
    if (startStep + chunkCount > now) next = Math.min(next, startStep + chunkCount);
  }
  return next - now;
}

function pipelineStep(
  active: readonly PipelineEdge[],
  run: {
    readonly now: number;
    readonly repeat: number;
    readonly chunkCount: number;
    readonly partCount: number;
  },
): Step {
  const { now, repeat, chunkCount, partCount } = run;
  const share = 1 / (partCount * chunkCount);
  return {
    name: `chunks, from step ${now}`,
    repeat,
    source: Int32Array.from(active, (edge) => edge.source),
    target: Int32Array.from(active, (edge) => edge.target),
    messageBytes: Float64Array.from(active, ({ slice }) => share / (slice?.count ?? 1)),
    part: (message, k): ChunkRange => {
      const { part, startStep, reduces, slice } = active[message]!;
      const index = part * chunkCount + now + k - startStep;
      const { index: piece, count } = slice ?? { index: 0, count: 1 };
      const from = (index + piece / count) * share;
      return { from, to: from + share / count, reduces };
    },
  };
}
