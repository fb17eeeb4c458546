/**
 * Inside a node: its own network, laid alike in all of them.
 *
 * The vertex of rank r is r, in every family: accelerators (or bare hosts) come first.
 */
import { at } from "../../base/assert.ts";
import type { RankId } from "../../base/ids.ts";
import type { Cluster, ScaleUpSpec } from "../../records/cluster.ts";
import type { Graph } from "../../records/graph.ts";
import { localRings, localShape, localWays } from "./scale-up.ts";
import type { TierSpec, Wiring } from "./wiring.ts";

/** The ways inside nodes. */
export interface ScaleUp {
  /** Writes the way between two ranks of one node into `out` from `at` on; returns the end. */
  route(source: number, target: number, out: Int32Array, at: number): number;
}

/** Lays the cables inside all nodes; nothing where nodes have none. */
export function layScaleUp(
  wiring: Wiring,
  cluster: Cluster,
  place: { readonly nodeCount: number; readonly boxFirst: number },
): ScaleUp | undefined {
  const { scaleUp, acceleratorCount: count } = cluster.node;
  if (scaleUp === undefined || count === 1) return undefined;
  const shape = localShape(scaleUp, count);
  const boxCount = shape.boxes.length;
  const first = wiring.linkCount;
  const tiers = new Map<number, number>();
  for (let node = 0; node < place.nodeCount; node++) {
    const vertexOf = (local: number): number =>
      local < count ? node * count + local : place.boxFirst + node * boxCount + (local - count);
    for (const { aId, bId, linkCount: width } of shape.cables) {
      const tier = tiers.get(width) ?? wiring.tier(scaleUpTier(scaleUp, width));
      tiers.set(width, tier);
      wiring.cable(tier, vertexOf(aId), vertexOf(bId));
    }
  }
  if ((scaleUp.shape ?? "star") === "star") return star(first);
  return tabled(localWays(shape, count), { first, count, linksPerNode: 2 * shape.cables.length });
}

/** Up to the center and down again. Rank r has links first + 2·r and, back, + 1. */
function star(first: number): ScaleUp {
  return {
    route(source, target, out, at) {
      out[at] = first + 2 * source;
      out[at + 1] = first + 2 * target + 1;
      return at + 2;
    },
  };
}

function tabled(
  ways: readonly Int32Array[],
  place: { readonly first: number; readonly count: number; readonly linksPerNode: number },
): ScaleUp {
  const { first, count, linksPerNode } = place;
  return {
    route(source, target, out, at) {
      const way = ways[(source % count) * count + (target % count)]!;
      const offset = first + Math.floor(source / count) * linksPerNode;
      let end = at;
      for (const link of way) out[end++] = offset + link;
      return end;
    },
  };
}

const SCALE_UP_NAMES = {
  star: "accelerator to scale-up switch",
  "full-mesh": "accelerator to accelerator",
  "cube-mesh": "accelerator to accelerator",
  "pcie-tree": "PCIe",
} as const;

function scaleUpTier(scaleUp: ScaleUpSpec, width: number): TierSpec {
  const name = SCALE_UP_NAMES[scaleUp.shape ?? "star"];
  return {
    kind: "scale-up",
    name: width === 1 ? name : `${name}, ${width} links joined`,
    ratePointer: "/node/scaleUp/rate",
    latencyPointer: "/node/scaleUp/latency",
    linkBytesPerS: width * scaleUp.rateBytesPerS.value,
    latencyS: scaleUp.latencyS.value,
  };
}

/** Boxes inside each node that are vertices of their own. */
export function scaleUpBoxes({ node }: Cluster): readonly string[] {
  const { scaleUp, acceleratorCount } = node;
  if (scaleUp === undefined || acceleratorCount === 1) return [];
  return localShape(scaleUp, acceleratorCount).boxes;
}

/** Most links of a way inside a node. */
export function scaleUpHopsMax({ node }: Cluster): number {
  const { scaleUp } = node;
  if (scaleUp === undefined) return 0;
  return Math.max(2, 2 * (scaleUp.fanouts?.length ?? 0) + 1);
}

/** "node-3" for the center of a star, "node-3/socket-1" for others; `box` counts from 0. */
export function boxNames(cluster: Cluster): (box: number) => string {
  const boxes = scaleUpBoxes(cluster);
  return (box) => {
    const node = Math.floor(box / boxes.length);
    return boxes.length === 1 ? `node-${node}` : `node-${node}/${at(boxes, box % boxes.length)}`;
  };
}

/** "node-3/gpu-5" where nodes hold several ranks, else "host-29" or "accelerator-29". */
export function rankName(cluster: Cluster, rank: number): string {
  const { acceleratorCount, accelerator } = cluster.node;
  if (acceleratorCount > 1) {
    return `node-${Math.floor(rank / acceleratorCount)}/gpu-${rank % acceleratorCount}`;
  }
  return `${accelerator === undefined ? "host" : "accelerator"}-${rank}`;
}

export function rankKind(cluster: Cluster): string {
  const { acceleratorCount, accelerator } = cluster.node;
  return acceleratorCount === 1 && accelerator === undefined ? "host" : "accelerator";
}

/** What every family says in the same way about the job and its endpoints. */
export function endpointOf(
  cluster: Cluster,
  rankCount: number,
): Pick<
  Graph,
  | "clusterId"
  | "rankCount"
  | "nodeRings"
  | "ranksPerNode"
  | "nodeCount"
  | "collectiveStartS"
  | "messageOverheadS"
> {
  const { acceleratorCount } = cluster.node;
  const ranksPerNode = Math.min(acceleratorCount, rankCount);
  const rings = localRings(cluster.node.scaleUp, acceleratorCount);
  const withinS = cluster.endpoint.scaleUpMessageS.value;
  const betweenS = cluster.endpoint.scaleOutMessageS.value;
  return {
    clusterId: cluster.id,
    rankCount,
    ranksPerNode,
    nodeCount: rankCount / ranksPerNode,
    collectiveStartS: cluster.endpoint.collectiveStartS.value,
    ...(rings === undefined || rankCount < acceleratorCount ? {} : { nodeRings: rings }),
    messageOverheadS: (source: RankId, target: RankId) =>
      sameNode(acceleratorCount, source, target) ? withinS : betweenS,
  };
}

export function sameNode(acceleratorCount: number, source: number, target: number): boolean {
  if (acceleratorCount === 1) return source === target;
  return Math.floor(source / acceleratorCount) === Math.floor(target / acceleratorCount);
}
