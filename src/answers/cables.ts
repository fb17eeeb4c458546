/** Every cable of a fabric, port to port: what one hands to those who pull them. */
import { at } from "../base/assert.ts";
import { vertexId } from "../base/ids.ts";
import { buildGraph } from "../network/topology/build.ts";
import type { Cable } from "../records/cable.ts";
import type { Cluster } from "../records/cluster.ts";
import { fullRankCount } from "./topology.ts";

/** Tiers whose links are cables; the others come inside a node. */
const TIERS: readonly string[] = ["host", "uplink", "core-uplink", "x", "y", "z"];

/**
 * A cable is two directed links, each the other's way back; the one whose source has the lower
 * number names it. Ports of a box are counted from 1 in the order of the list.
 */
export function cableList(cluster: Cluster, rankCount = fullRankCount(cluster)): Cable[] {
  const graph = buildGraph(cluster, rankCount);
  const ports = new Map<number, number>();
  const nextPort = (vertex: number): number => {
    const port = (ports.get(vertex) ?? 0) + 1;
    ports.set(vertex, port);
    return port;
  };
  const cables: Cable[] = [];
  for (let link = 0; link < graph.linkCount; link++) {
    const tier = at(graph.linkTiers, at(graph.linkTier, link));
    const [source, target] = [at(graph.linkSource, link), at(graph.linkTarget, link)];
    if (!TIERS.includes(tier.kind) || source > target) continue;
    cables.push({
      cableId: `C${String(cables.length + 1).padStart(6, "0")}`,
      tier: tier.kind,
      from: graph.vertexName(vertexId(source)),
      fromPort: nextPort(source),
      to: graph.vertexName(vertexId(target)),
      toPort: nextPort(target),
      rateBytesPerS: at(graph.linkBytesPerS, link),
    });
  }
  return cables;
}
