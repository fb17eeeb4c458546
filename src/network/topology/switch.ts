/**
 * Hosts on one switch. A host with several accelerators has one cable for each of them, as
 * on a fat tree: every rank has a port of its own.
 */
import type { Cluster, SwitchFabric } from "../../records/cluster.ts";
import type { Graph } from "../../records/graph.ts";
import type { VertexId } from "../../base/ids.ts";
import {
  boxNames,
  endpointOf,
  layScaleUp,
  rankKind,
  rankName,
  sameNode,
  scaleUpBoxes,
  scaleUpHopsMax,
} from "./node.ts";
import { linkNames } from "./names.ts";
import { switchedTier, Wiring } from "./wiring.ts";

export function switchGraph(cluster: Cluster, fabric: SwitchFabric, rankCount: number): Graph {
  const perNode = cluster.node.acceleratorCount;
  const nodeCount = fabric.hostCount;
  const portCount = nodeCount * perNode;
  const boxCount = nodeCount * scaleUpBoxes(cluster).length;
  const center = portCount + boxCount;
  const wiring = new Wiring();
  const scaleUp = layScaleUp(wiring, cluster, { nodeCount, boxFirst: portCount });
  const hostFirst = layHostLinks(wiring, fabric, portCount, () => center);
  const arrays = wiring.arrays();
  const boxName = boxNames(cluster);
  const vertexName = (vertex: VertexId): string => {
    if (vertex < portCount) return rankName(cluster, vertex);
    return vertex === center ? "switch" : boxName(vertex - portCount);
  };
  return {
    ...endpointOf(cluster, rankCount),
    family: "switch",
    shape: [],
    wraps: [],
    vertexCount: center + 1,
    vertexTiers: [
      { kind: rankKind(cluster), vertexCount: portCount },
      ...(boxCount > 0 ? [{ kind: "scale-up switch", vertexCount: boxCount }] : []),
      { kind: "switch", vertexCount: 1 },
    ],
    ...arrays,
    routeLengthMax: Math.max(2, scaleUpHopsMax(cluster)),
    route(source, target, out, at) {
      if (source === target) return at;
      if (scaleUp !== undefined && sameNode(perNode, source, target)) {
        return scaleUp.route(source, target, out, at);
      }
      out[at] = hostFirst + 2 * source;
      out[at + 1] = hostFirst + 2 * target + 1;
      return at + 2;
    },
    vertexName,
    linkName: linkNames(arrays, vertexName),
  };
}

/** One cable from each port to its switch; returns the link up from port 0. */
export function layHostLinks(
  wiring: Wiring,
  fabric: Pick<SwitchFabric, "link"> & Pick<SwitchFabric, "switchLatencyS">,
  portCount: number,
  switchOf: (port: number) => number,
): number {
  const tier = wiring.tier(
    switchedTier({
      kind: "host",
      name: "port to switch",
      pointer: "/fabric/link",
      link: fabric.link,
      switchEnds: 1,
      switchLatencyS: fabric.switchLatencyS.value,
    }),
  );
  const first = wiring.linkCount;
  for (let port = 0; port < portCount; port++) wiring.cable(tier, port, switchOf(port));
  return first;
}
