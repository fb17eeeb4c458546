/**
 * The network inside a node, as cables between numbers: accelerators 0 … n−1, then boxes.
 * All nodes are alike, so one table of ways serves them all; it is small, but for the star,
 * whose ways are known without one.
 */
import { assert, at } from "../../base/assert.ts";
import type { ScaleUpSpec } from "../../records/cluster.ts";

export interface LocalCable {
  readonly aId: number;
  readonly bId: number;
  /** Links joined to one: 2 where a pair has two. */
  readonly linkCount: number;
}

export interface LocalShape {
  /** What the boxes behind the accelerators are called, one each; a star has one center. */
  readonly boxes: readonly string[];
  readonly cables: readonly LocalCable[];
}

/** NVIDIA DGX-1 with V100: pairs that one NVLink joins, and those that two join. */
const CUBE_ONE = [
  ...[
    [0, 1],
    [0, 2],
    [1, 3],
    [2, 6],
    [3, 7],
    [4, 5],
    [4, 6],
    [5, 7],
  ],
] as const;
const CUBE_TWO = [
  ...[
    [0, 3],
    [0, 4],
    [1, 2],
    [1, 5],
    [2, 3],
    [4, 7],
    [5, 6],
    [6, 7],
  ],
] as const;

/**
 * Rings over all eight accelerators of the cube mesh that share no link, each in both ways:
 * one over the single links, two over the double ones. So six rings, six links a GPU.
 */
export const CUBE_MESH_RINGS: readonly (readonly number[])[] = [
  [0, 1, 3, 7, 5, 4, 6, 2],
  [0, 3, 2, 1, 5, 6, 7, 4],
  [0, 3, 2, 1, 5, 6, 7, 4],
];

/** Rings that share no link; undefined where the shape has none of that kind. */
export function localRings(
  spec: ScaleUpSpec | undefined,
  count: number,
): readonly (readonly number[])[] | undefined {
  if (spec?.shape === "cube-mesh") return CUBE_MESH_RINGS;
  if (spec?.shape !== "full-mesh" || count < 3) return undefined;
  // Step d passes all n ranks where it has no divisor with n, and no pair is of two steps.
  const steps = Array.from({ length: Math.ceil(count / 2) - 1 }, (_, i) => i + 1);
  return steps
    .filter((step) => divisor(step, count) === 1)
    .map((step) => Array.from({ length: count }, (_, i) => (i * step) % count));
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

export function localShape(spec: ScaleUpSpec, count: number): LocalShape {
  switch (spec.shape ?? "star") {
    case "star": {
      const cables = Array.from({ length: count }, (_, aId) => ({ aId, bId: count, linkCount: 1 }));
      return { boxes: ["center"], cables };
    }
    case "full-mesh":
      return { boxes: [], cables: allPairs(count) };
    case "cube-mesh":
      assert(count === 8, "a cube mesh has eight accelerators");
      return {
        boxes: [],
        cables: [
          ...CUBE_ONE.map(([aId, bId]) => ({ aId, bId, linkCount: 1 })),
          ...CUBE_TWO.map(([aId, bId]) => ({ aId, bId, linkCount: 2 })),
        ],
      };
    case "pcie-tree":
      return tree(count, spec.fanouts ?? []);
  }
}

function allPairs(count: number): LocalCable[] {
  const cables: LocalCable[] = [];
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) cables.push({ aId: a, bId: b, linkCount: 1 });
  }
  return cables;
}

/** Level by level: so many below each box of the next one, the last level joined pairwise. */
function tree(count: number, fanouts: readonly number[]): LocalShape {
  const boxes: string[] = [];
  const cables: LocalCable[] = [];
  let below = { first: 0, count };
  for (const [level, fanout] of fanouts.entries()) {
    const word = level === fanouts.length - 1 ? "socket" : "pcie-switch";
    const here = { first: count + boxes.length, count: Math.ceil(below.count / fanout) };
    for (let i = 0; i < below.count; i++) {
      const bId = here.first + Math.floor(i / fanout);
      cables.push({ aId: below.first + i, bId, linkCount: 1 });
    }
    for (let i = 0; i < here.count; i++) boxes.push(`${word}-${i}`);
    below = here;
  }
  for (const { aId, bId } of allPairs(below.count)) {
    cables.push({ aId: below.first + aId, bId: below.first + bId, linkCount: 1 });
  }
  return { boxes, cables };
}

/**
 * Ways between all accelerators of a node: links as numbers, 2·cable and + 1 for the way
 * back. The fewest hops; of equal ways the widest, then the lowest next number.
 */
export function localWays(shape: LocalShape, count: number): Int32Array[] {
  const size = count + shape.boxes.length;
  const links: { next: number; link: number; width: number }[][] = Array.from(
    { length: size },
    () => [],
  );
  for (const [index, { aId, bId, linkCount: width }] of shape.cables.entries()) {
    at(links, aId).push({ next: bId, link: 2 * index, width });
    at(links, bId).push({ next: aId, link: 2 * index + 1, width });
  }
  for (const list of links) list.sort((p, q) => q.width - p.width || p.next - q.next);
  const ways: Int32Array[] = [];
  for (let source = 0; source < count; source++) {
    const from = reached(links, source);
    for (let target = 0; target < count; target++) ways.push(wayTo(from, target));
  }
  return ways;
}

/** The link by which each number is reached first, and from where. */
function reached(
  links: readonly (readonly { next: number; link: number }[])[],
  source: number,
): Map<number, { readonly from: number; readonly link: number }> {
  const by = new Map([[source, { from: -1, link: -1 }]]);
  for (const here of by.keys()) {
    for (const { next, link } of at(links, here)) {
      if (!by.has(next)) by.set(next, { from: here, link });
    }
  }
  return by;
}

function wayTo(
  by: ReadonlyMap<number, { readonly from: number; readonly link: number }>,
  target: number,
): Int32Array {
  const way: number[] = [];
  for (let here = by.get(target); here !== undefined && here.link >= 0; here = by.get(here.from)) {
    way.unshift(here.link);
  }
  return Int32Array.from(way);
}
