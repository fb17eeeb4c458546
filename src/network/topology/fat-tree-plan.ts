/**
 * Counts of a fat tree: switches a tier and cables between tiers, for one number of ranks.
 *
 * Two tiers are one pod that needs no cores. With three tiers a pod is `leavesPerPod` leaves
 * with their spines; spine s of every pod joins the cores of plane s, and only those.
 */
import { assert } from "../../base/assert.ts";
import type { Cluster, FatTreeFabric } from "../../records/cluster.ts";
import { scaleUpBoxes } from "./node.ts";

/** How many of each thing there are, and at which vertex each kind starts. */
export interface FatTreePlan {
  readonly nodeCount: number;
  readonly portCount: number;
  readonly boxCount: number;
  readonly leafCount: number;
  readonly firstLeafId: number;
  /** 1 on a tree of two tiers; where rails do not meet, each is a pod. */
  readonly podCount: number;
  readonly podOf: (leaf: number) => number;
  readonly spinesPerPod: number;
  readonly spineCount: number;
  readonly firstSpineId: number;
  /** Cores that join the spines of one number in all pods; 0 for one pod. */
  readonly coresPerPlane: number;
  readonly coreCount: number;
  readonly firstCoreId: number;
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
  const leafCount = leafCountFor(fabric, perNode, isWhole ? fabric.portCount : portCount);
  const boxCount = nodeCount * scaleUpBoxes(cluster).length;
  const firstLeafId = portCount + boxCount;
  const { podCount, spinesPerPod, podOf } = podsOf(fabric, perNode, leafCount);
  const spineCount = podCount * spinesPerPod;
  const firstSpineId = firstLeafId + leafCount;
  const coresPerPlane = coresPerPlaneFor(fabric, podCount);
  return {
    nodeCount,
    portCount,
    boxCount,
    leafCount,
    firstLeafId,
    podCount,
    podOf,
    spinesPerPod,
    spineCount,
    firstSpineId,
    coresPerPlane,
    coreCount: coresPerPlane * spinesPerPod,
    firstCoreId: firstSpineId + spineCount,
  };
}

function podsOf(
  fabric: FatTreeFabric,
  perNode: number,
  leafCount: number,
): Pick<FatTreePlan, "podCount" | "spinesPerPod" | "podOf"> {
  if (fabric.railOnly === true) {
    const spinesPerPod = spineCountFor(fabric, leafCount / perNode);
    return { podCount: perNode, spinesPerPod, podOf: (leaf) => leaf % perNode };
  }
  const leavesPerPod = fabric.core?.leavesPerPod ?? leafCount;
  const podCount = Math.ceil(leafCount / leavesPerPod);
  const spinesPerPod = spineCountFor(fabric, podCount > 1 ? leavesPerPod : leafCount, podCount);
  return { podCount, spinesPerPod, podOf: (leaf) => Math.floor(leaf / leavesPerPod) };
}

/** Leaves for so many ports: filled in rank order, or by rail in groups of nodes. */
export function leafCountFor(fabric: FatTreeFabric, perNode: number, portCount: number): number {
  if (fabric.rails !== true) return Math.ceil(portCount / fabric.portsPerLeaf);
  return perNode * Math.ceil(portCount / perNode / fabric.portsPerLeaf);
}

/**
 * Number of a rank's port when ports are counted leaf by leaf: its own number, but on rails,
 * where accelerator k of a group of nodes sits on leaf k of the group.
 */
export function portNumbers(fabric: FatTreeFabric, perNode: number): (rank: number) => number {
  if (fabric.rails !== true) return (rank) => rank;
  const { portsPerLeaf } = fabric;
  return (rank) => {
    const node = Math.floor(rank / perNode);
    const leaf = Math.floor(node / portsPerLeaf) * perNode + (rank % perNode);
    return leaf * portsPerLeaf + (node % portsPerLeaf);
  };
}

/**
 * Spines for so many leaves (of each pod): enough ports for all uplinks, and a divisor of the
 * uplinks of a leaf, because otherwise they could not be spread evenly. One leaf needs none.
 */
export function spineCountFor(fabric: FatTreeFabric, leafCount: number, podCount = 1): number {
  if (leafCount <= 1 && podCount <= 1) return 0;
  if (fabric.spines !== undefined) return fabric.spines;
  const { uplinksPerLeaf } = fabric;
  const spineCount = evenly(uplinksPerLeaf, leafCount, downPortsOfSpine(fabric));
  assert(spineCount <= uplinksPerLeaf, "every leaf has an uplink to every spine");
  return spineCount;
}

/** Ports of a spine that look to leaves. */
export function downPortsOfSpine({ spineRadix, core }: FatTreeFabric): number {
  return spineRadix - (core?.uplinksPerSpine ?? 0);
}

function coresPerPlaneFor({ core }: FatTreeFabric, podCount: number): number {
  if (core === undefined || podCount <= 1) return 0;
  const count = evenly(core.uplinksPerSpine, podCount, core.coreRadix);
  assert(count <= core.uplinksPerSpine, "every spine has an uplink to every core of its plane");
  return count;
}

/** The least divisor of `uplinks` that gives `boxes` times as many ports of `radix` a box. */
function evenly(uplinks: number, boxes: number, radix: number): number {
  let count = Math.ceil((boxes * uplinks) / radix);
  while (count < uplinks && uplinks % count !== 0) count++;
  return count;
}
