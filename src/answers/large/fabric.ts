/**
 * What sharing of links leaves of a group's wires. Rings between nodes run on the engine, all
 * groups of the layout at once, on the cluster's real links; beside them the same ring with
 * nothing shared. Expert dispatch, which goes to all nodes of a group, by closed form:
 *
 *   kept = min(1, uplinks/ports / share of the traffic that leaves its leaf)
 */
import type { Cluster } from "../../records/cluster.ts";
import type { FabricCheck } from "../../records/large-step.ts";
import type { Graph } from "../../records/graph.ts";
import { groupRing } from "../../network/group-ring.ts";
import type { FabricShares } from "../../workload/dense/types.ts";
import type { LargeRun } from "./setting.ts";

/** Large enough that bytes, not messages, set the time. */
const RING_BYTES = 2 ** 30;

export interface FabricFound {
  readonly shares: FabricShares;
  readonly checks: readonly FabricCheck[];
}

export function fabricShares(cluster: Cluster, graph: Graph, run: LargeRun): FabricFound {
  const axis = nodeAxis(graph, run);
  const checks: FabricCheck[] = [];
  if (axis !== undefined) {
    const { durationS, unsharedS, limit } = groupRing(graph, axis, RING_BYTES);
    const keptShare = Math.min(1, unsharedS / durationS);
    const group = `data: ${axis.memberCount} nodes, every ${axis.rankStep} ranks`;
    checks.push({ group, engineS: durationS, unsharedS, keptShare, limit });
  }
  const dataShare = checks[0]?.keptShare ?? 1;
  return { shares: { dataShare, expertShare: expertShare(cluster, run) }, checks };
}

/** The ring between the nodes of a data-parallel group; undefined where it needs no network. */
function nodeAxis(graph: Graph, { layout }: LargeRun) {
  const { ranksPerNode, rankCount } = graph;
  if (graph.family !== "fat-tree") return undefined;
  const inner = layout.tensorRanks * layout.contextRanks;
  const isFar = layout.order === "tp-cp-pp-dp";
  const rankStep = isFar ? Math.max(ranksPerNode, inner * layout.stages) : ranksPerNode;
  const memberCount = Math.floor(
    isFar ? rankCount / rankStep : (inner * layout.replicas) / ranksPerNode,
  );
  const isWhole = rankCount % (rankStep * memberCount) === 0 && rankStep % ranksPerNode === 0;
  return memberCount < 2 || !isWhole ? undefined : { name: "", rankStep, memberCount };
}

function expertShare({ fabric, node }: Cluster, { layout }: LargeRun): number {
  if (fabric.kind !== "fat-tree") return 1;
  const nodes = layout.expertRanks / node.acceleratorCount;
  const leafNodes = fabric.rails === true ? fabric.portsPerLeaf : fabric.portsPerLeaf / 8;
  if (nodes <= leafNodes) return 1;
  const leaving = 1 - leafNodes / nodes;
  return Math.min(1, fabric.uplinksPerLeaf / fabric.portsPerLeaf / leaving);
}
