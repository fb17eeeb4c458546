/**
 * Inside a node: accelerators on a star, each with one link to and one from its center.
 *
 * The vertex of rank r is r, in every family: accelerators (or bare hosts) come first.
 */
import type { Cluster } from "../../records/cluster.ts";
import type { Graph } from "../../records/graph.ts";
import type { RankId } from "../../base/ids.ts";
import type { Wiring } from "./wiring.ts";

/** Two links, up to the center and down again, between ranks of one node. */
export interface Star {
  up(rank: number): number;
  down(rank: number): number;
}

/** Joins every accelerator to the center of its node; nothing where nodes have no star. */
export function layStars(
  wiring: Wiring,
  cluster: Cluster,
  place: { readonly nodeCount: number; readonly centerFirst: number },
): Star | undefined {
  const { scaleUp, acceleratorCount } = cluster.node;
  if (scaleUp === undefined || acceleratorCount === 1) return undefined;
  const tier = wiring.tier({
    kind: "scale-up",
    name: "accelerator to scale-up switch",
    ratePointer: "/node/scaleUp/rate",
    latencyPointer: "/node/scaleUp/latency",
    linkBytesPerS: scaleUp.rateBytesPerS.value,
    latencyS: scaleUp.latencyS.value,
  });
  const first = wiring.linkCount;
  for (let i = 0; i < place.nodeCount * acceleratorCount; i++) {
    wiring.cable(tier, i, place.centerFirst + Math.floor(i / acceleratorCount));
  }
  return { up: (rank) => first + 2 * rank, down: (rank) => first + 2 * rank + 1 };
}

export function hasStar(cluster: Cluster): boolean {
  return cluster.node.scaleUp !== undefined && cluster.node.acceleratorCount > 1;
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
  "clusterId" | "rankCount" | "ranksPerNode" | "nodeCount" | "collectiveStartS" | "messageOverheadS"
> {
  const { acceleratorCount } = cluster.node;
  const ranksPerNode = Math.min(acceleratorCount, rankCount);
  const withinS = cluster.endpoint.scaleUpMessageS.value;
  const betweenS = cluster.endpoint.scaleOutMessageS.value;
  return {
    clusterId: cluster.id,
    rankCount,
    ranksPerNode,
    nodeCount: rankCount / ranksPerNode,
    collectiveStartS: cluster.endpoint.collectiveStartS.value,
    messageOverheadS: (source: RankId, target: RankId) =>
      sameNode(acceleratorCount, source, target) ? withinS : betweenS,
  };
}

export function sameNode(acceleratorCount: number, source: number, target: number): boolean {
  if (acceleratorCount === 1) return source === target;
  return Math.floor(source / acceleratorCount) === Math.floor(target / acceleratorCount);
}
