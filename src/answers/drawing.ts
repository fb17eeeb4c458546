/** A fabric as it is drawn: counts from the graph that was simulated, loads from its run. */
import { assert, at } from "../base/assert.ts";
import { bytes } from "../base/format.ts";
import { drawnGroups } from "./drawn-groups.ts";
import type { Cluster, FatTreeFabric } from "../records/cluster.ts";
import type { Drawing, DrawnTier, FatTreeDrawing } from "../records/drawing.ts";
import type { Graph } from "../records/graph.ts";
import type { CollectiveTime } from "../records/schedule.ts";

/** `load` is the collective whose bytes color the links; without one they are idle. */
export function drawingOf(cluster: Cluster, graph: Graph, load?: CollectiveTime): Drawing {
  const head = {
    clusterId: cluster.id,
    name: cluster.name,
    rankCount: graph.rankCount,
    nodeCount: graph.nodeCount,
    ranksPerNode: graph.ranksPerNode,
    loadOf: load === undefined ? "no load" : loadName(load),
    tiers: drawnTiers(graph, load),
  };
  if (graph.family === "torus") {
    return { ...head, family: "torus", shape: graph.shape, wraps: graph.wraps };
  }
  if (graph.family === "switch") return { ...head, family: "switch" };
  if (graph.family !== "fat-tree") return { ...head, family: graph.family, ...drawnGroups(graph) };
  assert(cluster.fabric.kind === "fat-tree", "a fat-tree graph is of a fat-tree cluster");
  return {
    ...head,
    family: "fat-tree",
    leafCount: verticesOf(graph, "leaf"),
    spineCount: verticesOf(graph, "spine"),
    leafPortCounts: leafPortCounts(graph),
    uplinksPerLeaf: cluster.fabric.uplinksPerLeaf,
    ...(cluster.fabric.planeCount === undefined ? {} : { planeCount: cluster.fabric.planeCount }),
    ...coresOf(cluster.fabric, graph),
  };
}

function coresOf(
  { core }: FatTreeFabric,
  graph: Graph,
): Pick<FatTreeDrawing, "podCount" | "coreCount"> {
  const coreCount = verticesOf(graph, "core");
  if (core === undefined || coreCount === 0) return {};
  return { coreCount, podCount: Math.ceil(verticesOf(graph, "leaf") / core.leavesPerPod) };
}

function loadName(load: CollectiveTime): string {
  const { collective, sizeBytes, algorithm } = load;
  return `one ${collective} of ${bytes(sizeBytes)} (${algorithm}), its whole duration`;
}

export function verticesOf(graph: Graph, kind: string): number {
  return graph.vertexTiers.find((tier) => tier.kind === kind)?.vertexCount ?? 0;
}

function drawnTiers(graph: Graph, load: CollectiveTime | undefined): DrawnTier[] {
  const most = new Float64Array(graph.linkTiers.length);
  const sum = new Float64Array(graph.linkTiers.length);
  if (load !== undefined && load.timeline.durationS > 0) {
    for (let link = 0; link < graph.linkCount; link++) {
      const capacity = at(graph.linkBytesPerS, link) * load.timeline.durationS;
      const utilization = at(load.timeline.linkBytes, link) / capacity;
      const tier = at(graph.linkTier, link);
      most[tier] = Math.max(at(most, tier), utilization);
      sum[tier] = at(sum, tier) + utilization;
    }
  }
  return graph.linkTiers.map((tier, i) => ({
    kind: tier.kind,
    name: tier.name,
    cableCount: tier.linkCount / 2,
    linkBytesPerS: tier.linkBytesPerS,
    utilizationMax: at(most, i),
    utilizationMean: tier.linkCount === 0 ? 0 : at(sum, i) / tier.linkCount,
  }));
}

/** Ports in use on each leaf: the host links that end at it, counted on the graph. */
function leafPortCounts(graph: Graph): number[] {
  const hostTier = graph.linkTiers.findIndex((tier) => tier.kind === "host");
  const ports = new Map<number, number>();
  for (let link = 0; link < graph.linkCount; link++) {
    if (at(graph.linkTier, link) !== hostTier) continue;
    // Each cable is two directed links; the one that leaves the lower vertex goes up.
    const source = at(graph.linkSource, link);
    const target = at(graph.linkTarget, link);
    if (target > source) ports.set(target, (ports.get(target) ?? 0) + 1);
  }
  return [...ports].sort(([a], [b]) => a - b).map(([, count]) => count);
}
