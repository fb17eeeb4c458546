/**
 * Planes that are down. A message spreads over all planes in equal parts, so planes are one
 * tree of their summed rate; with d of p planes down the rest carry everything, and each link
 * of that tree has (p − d)/p of its rate. Where no plane is left, nobody reaches anybody.
 */
import { Refusal } from "../base/errors.ts";
import type { Graph } from "../records/graph.ts";

const PLANE = /^plane[-:](\d+)$/;

export interface WithoutPlanes {
  readonly graph: Graph;
  /** Names of what else is down. */
  readonly failed: readonly string[];
}

/** Planes count from 0: "plane-1" or "plane:1" is the second one. */
export function withoutPlanes(graph: Graph, names: readonly string[]): WithoutPlanes {
  const failed = names.filter((name) => !PLANE.test(name));
  if (failed.length === names.length) return { graph, failed };
  const tiers = graph.vertexTiers;
  const planeCount = tiers.reduce((most, tier) => Math.max(most, tier.planeCount ?? 1), 1);
  const down = new Set<number>();
  for (const name of names) {
    const [, index] = PLANE.exec(name) ?? [];
    if (index === undefined) continue;
    if (planeCount === 1 || Number(index) >= planeCount) throw noSuchPlane(name, planeCount);
    down.add(Number(index));
  }
  if (down.size === planeCount) throw noPlaneLeft(graph, planeCount);
  const share = (planeCount - down.size) / planeCount;
  const isInPlanes = new Uint8Array(graph.vertexCount);
  let first = 0;
  for (const tier of tiers) {
    if (tier.planeCount !== undefined) isInPlanes.fill(1, first, first + tier.vertexCount);
    first += tier.vertexCount;
  }
  const linkBytesPerS = graph.linkBytesPerS.map((rate, link) => {
    const ends = [graph.linkSource[link]!, graph.linkTarget[link]!];
    return ends.some((end) => isInPlanes[end] === 1) ? rate * share : rate;
  });
  return { graph: { ...graph, linkBytesPerS }, failed };
}

function noSuchPlane(name: string, planeCount: number): Refusal {
  return new Refusal({
    code: "unknown-link",
    pointer: "",
    found: `"${name}"`,
    expected:
      planeCount === 1
        ? "cables or boxes: this fabric has one plane"
        : `plane-0 to plane-${planeCount - 1}`,
    nextStep: "`fabricast topology show` says how many planes there are",
  });
}

function noPlaneLeft({ clusterId }: Graph, planeCount: number): Refusal {
  return new Refusal({
    code: "unreachable-rank",
    pointer: "",
    found: `all ${planeCount} planes of ${clusterId} down: every rank is cut off`,
    expected: "one plane that works",
    nextStep: "leave one out of --fail",
  });
}
