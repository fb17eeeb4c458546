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
import type { PipelineEdge } from "./pipeline.ts";

export function doubleTreeEdges(rankCount: number): PipelineEdge[] {
  return [...treeEdges(rankCount, 0), ...treeEdges(rankCount, 1)];
}

/** Up towards the root, then down; a rank sends up when both its children have arrived. */
function treeEdges(rankCount: number, tree: number): PipelineEdge[] {
  const parents = inorderParents(rankCount);
  const depths = parents.map((_, place) => depthOf(parents, place));
  const depth = depths.reduce((most, one) => Math.max(most, one), 0);
  const rankAt = (place: number): number => (place + tree) % rankCount;
  return parents.flatMap((parent, place): PipelineEdge[] => {
    if (parent === -1) return [];
    const level = depths[place]!;
    const [child, above] = [rankAt(place), rankAt(parent)];
    return [
      { part: tree, source: child, target: above, startStep: depth - level, reduces: true },
      { part: tree, source: above, target: child, startStep: depth + level - 1, reduces: false },
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
