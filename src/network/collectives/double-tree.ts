/**
 * Double binary tree all-reduce: two trees, each for half of the buffer, at the same time.
 *
 * Tree 0 numbers ranks as they are, tree 1 shifts them by one, so a rank that has children in
 * one tree is a leaf of the other (for even n; for odd n all but one) and all links work. In
 * a tree chunks are summed towards the root and then sent down again; chunk c sets out one
 * step after chunk c − 1, so that every level works on another chunk (pipelining).
 * Source: Sanders, Speck & Träff 2009, "Two-tree algorithms for full bandwidth broadcast,
 * reduction and scan", Parallel Computing 35(12); Jeaugey 2019, "Massively scale your deep
 * learning training with NCCL 2.4".
 *
 *     T ≈ (2·depth + chunks − 1)·(a + bytes of a step)
 */
import type { Program, Step } from "../../records/schedule.ts";

/** A chunk of each tree, and the most of them: enough that the depth hardly counts. */
const CHUNK_BYTES = 512 * 1024;
const CHUNKS_MOST = 64;

interface Edge {
  readonly tree: number;
  readonly source: number;
  readonly target: number;
  /** The step in which chunk 0 takes this edge. */
  readonly startStep: number;
  readonly reduces: boolean;
}

export function doubleTreeAllReduce(rankCount: number, sizeBytes: number): Program {
  const chunkCount = Math.min(CHUNKS_MOST, Math.max(1, Math.ceil(sizeBytes / 2 / CHUNK_BYTES)));
  const edges = [...treeEdges(rankCount, 0), ...treeEdges(rankCount, 1)];
  const last = edges.reduce((most, edge) => Math.max(most, edge.startStep), -1);
  const steps: Step[] = [];
  for (let now = 0; now < last + chunkCount;) {
    const active = edges.filter(
      ({ startStep }) => startStep <= now && now < startStep + chunkCount,
    );
    const repeat = stepsAlike(edges, { now, chunkCount, end: last + chunkCount });
    steps.push(pipelineStep(active, { now, repeat, chunkCount, sizeBytes }));
    now += repeat;
  }
  return { collective: "all-reduce", algorithm: "double-binary-tree", rankCount, sizeBytes, steps };
}

/** How many steps from `now` on have the same edges at work. */
function stepsAlike(
  edges: readonly Edge[],
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
  active: readonly Edge[],
  run: {
    readonly now: number;
    readonly repeat: number;
    readonly chunkCount: number;
    readonly sizeBytes: number;
  },
): Step {
  const { now, repeat, chunkCount, sizeBytes } = run;
  const share = 1 / (2 * chunkCount);
  return {
    name: `chunks, from step ${now}`,
    repeat,
    source: Int32Array.from(active, (edge) => edge.source),
    target: Int32Array.from(active, (edge) => edge.target),
    messageBytes: new Float64Array(active.length).fill(share * sizeBytes),
    part: (message, k) => {
      const { tree, startStep, reduces } = active[message]!;
      const index = tree * chunkCount + now + k - startStep;
      return { from: index * share, to: (index + 1) * share, reduces };
    },
  };
}

/** Up towards the root, then down; a rank sends up when both its children have arrived. */
function treeEdges(rankCount: number, tree: number): Edge[] {
  const parents = inorderParents(rankCount);
  const depths = parents.map((_, place) => depthOf(parents, place));
  const depth = Math.max(...depths);
  const rankAt = (place: number): number => (place + tree) % rankCount;
  return parents.flatMap((parent, place): Edge[] => {
    if (parent === -1) return [];
    const level = depths[place]!;
    const [child, above] = [rankAt(place), rankAt(parent)];
    return [
      { tree, source: child, target: above, startStep: depth - level, reduces: true },
      { tree, source: above, target: child, startStep: depth + level - 1, reduces: false },
    ];
  });
}

/**
 * Binary tree in order, as NCCL builds it: place p ≠ 0 with lowest set bit b has the parent
 * (p XOR b) OR 2b, or p XOR b where that lies beyond; place 0 is the root above the greatest
 * power of two. Odd places are leaves.
 */
function inorderParents(count: number): number[] {
  return Array.from({ length: count }, (_, place) => {
    if (place === 0) return -1;
    const bit = place & -place;
    const up = (place ^ bit) | (2 * bit);
    return up >= count ? place ^ bit : up;
  });
}

function depthOf(parents: readonly number[], place: number): number {
  let depth = 0;
  for (let at = place; parents[at]! !== -1; at = parents[at]!) depth++;
  return depth;
}
