/**
 * Bill of materials: what one buys to have the graph that was simulated. Counts come from
 * the graph, prices from the cluster's parts. A part without a price has a line without a
 * total, and the bill then no capital: a sum of what happens to be known would mislead.
 */
import { assert } from "../base/assert.ts";
import { exactSum } from "../base/sum.ts";
import type { Cluster } from "../records/cluster.ts";
import type { Bill, BillLine, PartClass, PricedPart } from "../records/cost.ts";
import type { Graph } from "../records/graph.ts";

/** Tiers whose links come inside the node; all others are cables one buys. */
const NODE_TIERS: readonly string[] = ["scale-up", "nic"];

/** What a vertex with a rank is called; on a torus of single accelerators it is the node. */
const RANK_KINDS: readonly string[] = ["accelerator", "host", "node"];

export function billOfMaterials(cluster: Cluster, graph: Graph): Bill {
  assert(cluster.id === graph.clusterId, "a bill's graph is of its cluster");
  const { bill } = cluster;
  const leafCount = vertexCount(graph, "leaf") + vertexCount(graph, "switch");
  const lines = [
    line("node", cluster.node.name, nodeCount(cluster, graph), bill.node),
    line("switch", "leaf switch", leafCount, bill.leafSwitch),
    line("switch", "spine switch", vertexCount(graph, "spine"), bill.spineSwitch),
    line("switch", "core switch", vertexCount(graph, "core"), bill.coreSwitch),
    line("link", "cable", cableCount(cluster, graph), bill.link),
  ].filter(({ count }) => count > 0);

  const totals = lines.flatMap(({ totalUsd }) => (totalUsd === undefined ? [] : [totalUsd]));
  const isPriced = totals.length === lines.length;
  const powerW = fullPowerW(cluster, graph);
  return {
    clusterId: cluster.id,
    rankCount: graph.rankCount,
    lines,
    ...(isPriced ? { capitalUsd: exactSum(totals) } : {}),
    ...(powerW === undefined ? {} : { powerW }),
  };
}

/** The part's own name where the cluster has one, else the word for what is missing. */
function line(
  partClass: PartClass,
  word: string,
  count: number,
  part: PricedPart | undefined,
): BillLine {
  const { id = word, name = word, priceUsd } = part ?? {};
  const head = { partId: id, name, partClass: part?.partClass ?? partClass, count };
  if (priceUsd === undefined) return head;
  return { ...head, unitUsd: priceUsd, totalUsd: count * priceUsd.value };
}

/**
 * Nodes that stand there, also those that the job leaves idle: a cluster that comes whole is
 * paid for whole, and half a node cannot be bought.
 */
function nodeCount(cluster: Cluster, graph: Graph): number {
  const kind = RANK_KINDS.find((candidate) => vertexCount(graph, candidate) > 0);
  assert(kind !== undefined, "a graph has vertices for ranks");
  const count = vertexCount(graph, kind) / cluster.node.acceleratorCount;
  assert(Number.isInteger(count), "nodes are whole");
  return count;
}

function vertexCount(graph: Graph, kind: string): number {
  const tier = graph.vertexTiers.find((candidate) => candidate.kind === kind);
  return (tier?.vertexCount ?? 0) * (tier?.planeCount ?? 1);
}

/**
 * A cable is two directed links. On a torus of nodes with several ports a side, the graph
 * joins ports that go the same way into one link; the cluster then says how many a node needs.
 */
function cableCount(cluster: Cluster, graph: Graph): number {
  const { cablesPerNode } = cluster.bill;
  if (graph.family === "torus" && cablesPerNode !== undefined) {
    return nodeCount(cluster, graph) * cablesPerNode;
  }
  const directedCount = graph.linkTiers
    .filter(({ kind }) => !NODE_TIERS.includes(kind))
    .reduce((sum, { linkCount }) => sum + linkCount, 0);
  assert(directedCount % 2 === 0, "a cable carries both directions");
  return directedCount / 2;
}

/**
 * At full load: accelerators with their share of host and NICs, and switches with their
 * optics. Unknown if any of them is.
 */
function fullPowerW(cluster: Cluster, graph: Graph): number | undefined {
  const { accelerator, acceleratorCount } = cluster.node;
  const { leafSwitch, spineSwitch, coreSwitch } = cluster.bill;
  const leafCount = vertexCount(graph, "leaf") + vertexCount(graph, "switch");
  const groups = [
    { count: nodeCount(cluster, graph) * acceleratorCount, eachW: accelerator?.allInW },
    { count: leafCount, eachW: leafSwitch?.powerW },
    { count: vertexCount(graph, "spine"), eachW: spineSwitch?.powerW },
    { count: vertexCount(graph, "core"), eachW: coreSwitch?.powerW },
  ].filter(({ count }) => count > 0);
  const known = groups.flatMap(({ count, eachW }) =>
    eachW === undefined ? [] : [count * eachW.value],
  );
  return known.length === groups.length ? exactSum(known) : undefined;
}
