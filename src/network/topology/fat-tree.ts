/**
 * Two tiers of switches: every rank has a port on a leaf, every leaf reaches every spine.
 *
 * Uplink j of every leaf goes to spine j mod spines, so the uplinks are spread evenly. The
 * way up is d-mod-k: a message to rank t leaves its leaf by uplink t mod uplinksPerLeaf and
 * comes down by the cable of the same number, so all messages to one rank share one way and
 * messages to neighboring ranks spread. Source: Zahavi 2010, "D-Mod-K routing providing
 * non-blocking traffic for shift permutations on real life fat trees", CCIT report 776.
 */
import { assert } from "../../base/assert.ts";
import type { VertexId } from "../../base/ids.ts";
import type { Cluster, FatTreeFabric } from "../../records/cluster.ts";
import type { Graph } from "../../records/graph.ts";
import { linkNames } from "./names.ts";
import { endpointOf, hasStar, layStars, rankKind, rankName, sameNode } from "./node.ts";
import type { Star } from "./node.ts";
import { layHostLinks } from "./switch.ts";
import { switchedTier, Wiring } from "./wiring.ts";

/** How many of each thing there are, and at which vertex each kind starts. */
export interface FatTreePlan {
  readonly nodeCount: number;
  readonly portCount: number;
  readonly starCount: number;
  readonly leafCount: number;
  readonly firstLeafId: number;
  readonly spineCount: number;
  readonly firstSpineId: number;
}

export function fatTreePlan(
  cluster: Cluster,
  fabric: FatTreeFabric,
  rankCount: number,
): FatTreePlan {
  const perNode = cluster.node.acceleratorCount;
  const isWhole = fabric.size === "whole";
  const nodeCount = isWhole
    ? Math.floor(fabric.portCount / perNode)
    : Math.ceil(rankCount / perNode);
  const portCount = nodeCount * perNode;
  const leafCount = Math.ceil((isWhole ? fabric.portCount : portCount) / fabric.portsPerLeaf);
  const starCount = hasStar(cluster) ? nodeCount : 0;
  const firstLeafId = portCount + starCount;
  return {
    nodeCount,
    portCount,
    starCount,
    leafCount,
    firstLeafId,
    spineCount: spineCountFor(fabric, leafCount),
    firstSpineId: firstLeafId + leafCount,
  };
}

/**
 * Spines for so many leaves: enough ports for all uplinks, and a divisor of the uplinks of
 * a leaf, because otherwise they could not be spread evenly. One leaf needs none.
 */
export function spineCountFor(fabric: FatTreeFabric, leafCount: number): number {
  if (leafCount <= 1) return 0;
  const { uplinksPerLeaf, spineRadix } = fabric;
  let spineCount = Math.ceil((leafCount * uplinksPerLeaf) / spineRadix);
  assert(spineCount <= uplinksPerLeaf, "every leaf has an uplink to every spine");
  while (uplinksPerLeaf % spineCount !== 0) spineCount++;
  return spineCount;
}

export function fatTreeGraph(cluster: Cluster, fabric: FatTreeFabric, rankCount: number): Graph {
  const plan = fatTreePlan(cluster, fabric, rankCount);
  const wiring = new Wiring();
  const star = layStars(wiring, cluster, {
    nodeCount: plan.nodeCount,
    centerFirst: plan.portCount,
  });
  const hostFirst = layHostLinks(
    wiring,
    fabric,
    plan.portCount,
    (port) => plan.firstLeafId + Math.floor(port / fabric.portsPerLeaf),
  );
  const uplinkFirst = layUplinks(wiring, fabric, plan);
  const arrays = wiring.arrays();
  const vertexName = vertexNames(cluster, plan);
  return {
    ...endpointOf(cluster, rankCount),
    family: "fat-tree",
    shape: [],
    wraps: [],
    vertexCount: plan.firstSpineId + plan.spineCount,
    vertexTiers: vertexTiers(cluster, plan),
    ...arrays,
    routeLengthMax: 4,
    route: routes(cluster, fabric, { star, hostFirst, uplinkFirst }),
    vertexName,
    linkName: linkNames(arrays, vertexName, (link) => {
      const hasParallels = link >= uplinkFirst && fabric.uplinksPerLeaf > plan.spineCount;
      const uplink = Math.floor((link - uplinkFirst) / 2) % fabric.uplinksPerLeaf;
      return hasParallels ? `cable ${Math.floor(uplink / plan.spineCount)}` : "";
    }),
  };
}

/** Uplinks in leaf order; returns the link up from leaf 0 by uplink 0. */
function layUplinks(wiring: Wiring, fabric: FatTreeFabric, plan: FatTreePlan): number {
  const first = wiring.linkCount;
  if (plan.spineCount === 0) return first;
  const tier = wiring.tier(
    switchedTier({
      kind: "uplink",
      name: "leaf to spine",
      pointer: "/fabric/uplink",
      link: fabric.uplink,
      switchEnds: 2,
      switchLatencyS: fabric.switchLatencyS.value,
    }),
  );
  for (let leaf = 0; leaf < plan.leafCount; leaf++) {
    for (let uplink = 0; uplink < fabric.uplinksPerLeaf; uplink++) {
      const spine = plan.firstSpineId + (uplink % plan.spineCount);
      wiring.cable(tier, plan.firstLeafId + leaf, spine);
    }
  }
  return first;
}

function routes(
  cluster: Cluster,
  fabric: FatTreeFabric,
  links: {
    readonly star: Star | undefined;
    readonly hostFirst: number;
    readonly uplinkFirst: number;
  },
): Graph["route"] {
  const { star, hostFirst, uplinkFirst } = links;
  const { portsPerLeaf, uplinksPerLeaf } = fabric;
  const perNode = cluster.node.acceleratorCount;
  return (source, target, out, at) => {
    if (source === target) return at;
    if (star !== undefined && sameNode(perNode, source, target)) {
      out[at] = star.up(source);
      out[at + 1] = star.down(target);
      return at + 2;
    }
    let end = at;
    out[end++] = hostFirst + 2 * source;
    const sourceLeaf = Math.floor(source / portsPerLeaf);
    const targetLeaf = Math.floor(target / portsPerLeaf);
    if (sourceLeaf !== targetLeaf) {
      const uplink = target % uplinksPerLeaf;
      out[end++] = uplinkFirst + 2 * (sourceLeaf * uplinksPerLeaf + uplink);
      out[end++] = uplinkFirst + 2 * (targetLeaf * uplinksPerLeaf + uplink) + 1;
    }
    out[end++] = hostFirst + 2 * target + 1;
    return end;
  };
}

function vertexTiers(cluster: Cluster, plan: FatTreePlan): Graph["vertexTiers"] {
  return [
    { kind: rankKind(cluster), vertexCount: plan.portCount },
    { kind: "scale-up switch", vertexCount: plan.starCount },
    { kind: "leaf", vertexCount: plan.leafCount },
    { kind: "spine", vertexCount: plan.spineCount },
  ].filter((tier) => tier.vertexCount > 0);
}

function vertexNames(cluster: Cluster, plan: FatTreePlan): (vertex: VertexId) => string {
  return (vertex) => {
    if (vertex < plan.portCount) return rankName(cluster, vertex);
    if (vertex < plan.firstLeafId) return `node-${vertex - plan.portCount}`;
    if (vertex < plan.firstSpineId) return `leaf-${vertex - plan.firstLeafId}`;
    return `spine-${vertex - plan.firstSpineId}`;
  };
}
