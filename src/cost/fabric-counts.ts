/**
 * What a cluster holds: counted on its graph where there is one, by rule where not.
 *
 * Twin-port rule: a cage of a switch takes one transceiver for two ports. All cages of a leaf
 * are filled; above, those in use. Source: NVIDIA DGX SuperPOD H100, 1,536 transceivers for
 * 32 leaves and 16 spines of 64 ports.
 */
import { assert } from "../base/assert.ts";
import type { Cluster, Design, NonBlockingRule } from "../records/cluster.ts";
import type { FabricCounts } from "../records/fabric-plan.ts";
import { AXES } from "../records/graph.ts";
import type { Graph } from "../records/graph.ts";
import { fabricPlan } from "./fabric-plan.ts";

/** Counts by rule; the ports that managers take are wired, but no accelerator is there. */
export function countsByRule({ node }: Design, rule: NonBlockingRule): FabricCounts {
  const acceleratorCount = rule.nodeCount * node.acceleratorCount;
  const plan = fabricPlan({ ...rule, endpointCount: acceleratorCount + rule.otherPortCount });
  const { planeCount, leafCount, spineCount, coreCount } = plan;
  const upperLinkCount = planeCount * (plan.leafSpineCableCount + 2 * plan.spineCoreCableCount);
  const linkBytesPerS = rule.linkBytesPerS.value;
  const cableCounts = [
    ...[acceleratorCount, plan.leafSpineCableCount, plan.spineCoreCableCount],
  ].filter((count) => count > 0);
  return {
    acceleratorCount,
    hostCount: rule.nodeCount,
    ...{ leafCount, spineCount, coreCount },
    hostLeafCableCount: plan.hostLeafCableCount,
    leafSpineCableCount: plan.leafSpineCableCount,
    spineCoreCableCount: plan.spineCoreCableCount,
    neighborCableCount: 0,
    switchCageCount: (leafCount * plan.switchRadix + upperLinkCount) / 2,
    bisectionBytesPerS: (Math.min(...cableCounts) / 2) * linkBytesPerS,
    diameterHopCount: 2 * cableCounts.length,
  };
}

/** What no count of cables tells where the fabric has no tiers: see `network/topology/measure`. */
export interface Ends {
  readonly bisectionBytesPerS: number;
  readonly diameterHopCount: number;
}

/** `ends` where the fabric has no tiers; asked only then. */
export function countsOfGraph(cluster: Cluster, graph: Graph, ends?: () => Ends): FabricCounts {
  const hostCount = nodeCountOf(cluster, graph);
  const head = { acceleratorCount: hostCount * cluster.node.acceleratorCount, hostCount };
  if (graph.family === "torus") return { ...head, ...NO_SWITCHES, ...torusCounts(cluster, graph) };
  if (graph.family !== "fat-tree" && graph.family !== "switch") {
    assert(ends !== undefined, "a fabric without tiers is measured");
    return { ...head, ...directCounts(graph), ...ends() };
  }
  const [host, up, core] = ["host", "uplink", "core-uplink"].map((kind) => cablesOf(graph, kind));
  assert(host !== undefined && up !== undefined && core !== undefined, "three tiers are counted");
  const leafCount = verticesOf(graph, "leaf") + verticesOf(graph, "switch");
  const tiers = [host, up, core].filter(({ count }) => count > 0);
  return {
    ...head,
    leafCount,
    spineCount: verticesOf(graph, "spine"),
    coreCount: verticesOf(graph, "core"),
    hostLeafCableCount: host.count,
    leafSpineCableCount: up.count,
    spineCoreCableCount: core.count,
    neighborCableCount: 0,
    switchCageCount: Math.ceil(
      (leafCount * leafPortCount(cluster) + planesOf(cluster) * (up.count + 2 * core.count)) / 2,
    ),
    bisectionBytesPerS: Math.min(
      ...tiers.map(({ count, linkBytesPerS }) => (count / 2) * linkBytesPerS),
    ),
    diameterHopCount: 2 * tiers.length,
  };
}

/** All cables between switches that lead to no spine of their group join neighbors. */
function directCounts(graph: Graph): Omit<FabricCounts, keyof Ends | keyof Nodes> {
  const inNode = ["scale-up", "nic", "host", "uplink"];
  const between = graph.linkTiers.filter(({ kind }) => !inNode.includes(kind));
  const neighborCableCount = between.reduce((sum, { linkCount }) => sum + linkCount, 0) / 2;
  const [host, up] = [cablesOf(graph, "host").count, cablesOf(graph, "uplink").count];
  const leafCount = verticesOf(graph, "leaf") + verticesOf(graph, "switch");
  return {
    leafCount,
    spineCount: verticesOf(graph, "spine"),
    coreCount: 0,
    hostLeafCableCount: host,
    leafSpineCableCount: up,
    spineCoreCableCount: 0,
    neighborCableCount,
    switchCageCount: leafCount === 0 ? 0 : Math.ceil((host + 2 * up + 2 * neighborCableCount) / 2),
  };
}

type Nodes = Pick<FabricCounts, "acceleratorCount" | "hostCount">;

const NO_SWITCHES = {
  ...{ leafCount: 0, spineCount: 0, coreCount: 0, switchCageCount: 0 },
  ...{ hostLeafCableCount: 0, leafSpineCableCount: 0, spineCoreCableCount: 0 },
};

/** What a vertex with a rank is called; on a torus of single accelerators it is the node. */
const RANK_KINDS: readonly string[] = ["accelerator", "host", "node"];

/** Nodes that stand there, also those that the job leaves idle. */
function nodeCountOf(cluster: Cluster, graph: Graph): number {
  const kind = RANK_KINDS.find((candidate) => verticesOf(graph, candidate) > 0);
  assert(kind !== undefined, "a graph has vertices for ranks");
  return verticesOf(graph, kind) / cluster.node.acceleratorCount;
}

function verticesOf(graph: Graph, kind: string): number {
  const tier = graph.vertexTiers.find((candidate) => candidate.kind === kind);
  return (tier?.vertexCount ?? 0) * (tier?.planeCount ?? 1);
}

/** A cable is two directed links. */
function cablesOf(graph: Graph, kind: string): { count: number; linkBytesPerS: number } {
  const tier = graph.linkTiers.find((candidate) => candidate.kind === kind);
  return { count: (tier?.linkCount ?? 0) / 2, linkBytesPerS: tier?.linkBytesPerS ?? 0 };
}

const planesOf = ({ fabric }: Cluster): number =>
  fabric.kind === "fat-tree" ? (fabric.planeCount ?? 1) : 1;

function leafPortCount({ fabric }: Cluster): number {
  if (fabric.kind === "fat-tree") return fabric.portsPerLeaf + fabric.uplinksPerLeaf;
  return fabric.kind === "switch" ? fabric.hostCount : 0;
}

/**
 * The cut across the longest side, closed sides cut twice. The diameter adds up the sides:
 * half of a closed one, all but one node of an open one.
 */
function torusCounts(
  cluster: Cluster,
  graph: Graph,
): Pick<FabricCounts, "neighborCableCount" | "bisectionBytesPerS" | "diameterHopCount"> {
  const { shape, wraps } = graph;
  const nodeCount = shape.reduce((product, length) => product * length, 1);
  const longest = Math.max(...shape);
  const side = shape.indexOf(longest);
  const tiers = graph.linkTiers.filter(({ kind }) => AXES.includes(kind));
  const linkBytesPerS = Math.max(0, ...tiers.map((tier) => tier.linkBytesPerS));
  const cuts = longest === 1 ? 0 : wraps[side] === true ? 2 : 1;
  const laid = tiers.reduce((sum, { linkCount }) => sum + linkCount, 0) / 2;
  const { cablesPerNode } = cluster.bill;
  return {
    neighborCableCount: cablesPerNode === undefined ? laid : nodeCount * cablesPerNode,
    bisectionBytesPerS: (nodeCount / longest) * cuts * linkBytesPerS,
    diameterHopCount: shape.reduce(
      (sum, length, i) => sum + (wraps[i] === true ? Math.floor(length / 2) : length - 1),
      0,
    ),
  };
}
