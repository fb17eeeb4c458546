/**
 * Hosts on switches that are joined to each other: what dragonfly, HyperX, Slim Fly and
 * graphs of one's own have in common. A family says how its switches are joined and which
 * way leads from one to another; hosts, nodes and names are alike.
 */
import type { RankId, VertexId } from "../../base/ids.ts";
import type { Cluster, LinkSpec } from "../../records/cluster.ts";
import type { FabricFamily, Graph, PickUplink, VertexTier } from "../../records/graph.ts";
import { linkNames } from "./names.ts";
import { boxNames, endpointOf, layScaleUp, rankKind, rankName, sameNode } from "./node.ts";
import { scaleUpBoxes, scaleUpHopsMax } from "./node.ts";
import type { ScaleUp } from "./node.ts";
import { layHostLinks } from "./switch.ts";
import { switchedTier, Wiring } from "./wiring.ts";

/** Links between switches, written behind each other; ranks tell the switches and the choice. */
export type Between = (source: number, target: number, out: Int32Array, at: number) => number;

export interface Joined {
  /** Fewest hops; the pick chooses among equal ways. */
  minimal(pick: PickUplink): Between;
  /** Over a switch or group that the pick chooses. */
  readonly via?: (pick: PickUplink) => Between;
}

export interface SwitchNet {
  readonly family: FabricFamily;
  /** Switches by kind, in the order of their numbers. */
  readonly kinds: readonly VertexTier[];
  readonly portCount: number;
  switchOf(port: number): number;
  /** Lays the cables between switches; switch s is vertex firstId + s. */
  join(wiring: Wiring, firstId: number): Joined;
  /** Most links between two switches of a way, detours of `via` included. */
  readonly hopsMax: number;
  nameOf(switchNumber: number): string;
  /** What belongs together; the group of a switch. */
  readonly groups: { readonly kind: string; readonly groupCount: number };
  groupOf(switchNumber: number): number;
  /** Rate through the middle of the switches, and links between the two furthest of them. */
  readonly bisectionBytesPerS?: number;
  readonly diameterHopCount?: number;
}

export interface SwitchedFabric {
  readonly link: LinkSpec;
  readonly switchLatencyS: Cluster["endpoint"]["collectiveStartS"];
}

/** The choice of equal ways where nobody asks for another: by the target's number. */
export const byTarget: PickUplink = (_level, _source, target, uplinks) => target % uplinks;

export function switchedGraph(
  cluster: Cluster,
  fabric: SwitchedFabric,
  request: { readonly net: SwitchNet; readonly rankCount: number },
): Graph {
  const { net, rankCount } = request;
  const perNode = cluster.node.acceleratorCount;
  const nodeCount = Math.floor(net.portCount / perNode);
  const portCount = nodeCount * perNode;
  const boxCount = nodeCount * scaleUpBoxes(cluster).length;
  const firstId = portCount + boxCount;
  const wiring = new Wiring(2 * portCount);
  const scaleUp = layScaleUp(wiring, cluster, { nodeCount, boxFirst: portCount });
  const hostFirst = layHostLinks(wiring, fabric, portCount, (port) => firstId + net.switchOf(port));
  const joined = net.join(wiring, firstId);
  const arrays = wiring.arrays();
  const switchCount = net.kinds.reduce((sum, { vertexCount }) => sum + vertexCount, 0);
  const boxName = boxNames(cluster);
  const vertexName = (vertex: VertexId): string => {
    if (vertex < portCount) return rankName(cluster, vertex);
    return vertex < firstId ? boxName(vertex - portCount) : net.nameOf(vertex - firstId);
  };
  const inNode = scaleUp && { scaleUp, perNode };
  const routeOver = (between: Between): Graph["route"] => fromPort(between, hostFirst, inNode);
  const { via } = joined;
  return {
    ...endpointOf(cluster, rankCount),
    family: net.family,
    shape: [],
    wraps: [],
    vertexCount: firstId + switchCount,
    vertexTiers: [
      { kind: rankKind(cluster), vertexCount: portCount },
      ...(boxCount > 0 ? [{ kind: "scale-up switch", vertexCount: boxCount }] : []),
      ...net.kinds,
    ],
    ...arrays,
    routeLengthMax: Math.max(2 + net.hopsMax, scaleUpHopsMax(cluster)),
    route: routeOver(joined.minimal(byTarget)),
    routeBy: (pick) => routeOver(joined.minimal(pick)),
    ...(via === undefined ? {} : { routeVia: (pick) => routeOver(via(pick)) }),
    vertexName,
    linkName: linkNames(arrays, vertexName),
    groups: {
      ...net.groups,
      groupOf: (vertex) => (vertex < firstId ? -1 : net.groupOf(vertex - firstId)),
    },
    ...ends(fabric, net, portCount),
  };
}

/** Out by the source's port and in by the target's; within a node by its own links. */
function fromPort(
  between: Between,
  hostFirst: number,
  inNode: { readonly scaleUp: ScaleUp; readonly perNode: number } | undefined,
): Graph["route"] {
  return (source: RankId, target: RankId, out, at) => {
    if (source === target) return at;
    if (inNode !== undefined && sameNode(inNode.perNode, source, target)) {
      return inNode.scaleUp.route(source, target, out, at);
    }
    out[at] = hostFirst + 2 * source;
    const end = between(source, target, out, at + 1);
    out[end] = hostFirst + 2 * target + 1;
    return end + 1;
  };
}

/** No cut carries more than half the hosts send; a way has a host's link at either end. */
function ends(
  { link }: SwitchedFabric,
  { bisectionBytesPerS, diameterHopCount }: SwitchNet,
  portCount: number,
): Pick<Graph, "bisectionBytesPerS" | "diameterHopCount"> {
  const hostsBytesPerS = Math.floor(portCount / 2) * link.rateBytesPerS.value;
  return {
    ...(bisectionBytesPerS === undefined
      ? {}
      : { bisectionBytesPerS: Math.min(bisectionBytesPerS, hostsBytesPerS) }),
    ...(diameterHopCount === undefined ? {} : { diameterHopCount: diameterHopCount + 2 }),
  };
}

/** A tier of cables between switches. */
export function betweenSwitches(
  fabric: SwitchedFabric,
  tier: {
    readonly kind: string;
    readonly name: string;
    readonly pointer: string;
    readonly link: LinkSpec;
  },
): ReturnType<typeof switchedTier> {
  return switchedTier({ ...tier, switchEnds: 2, switchLatencyS: fabric.switchLatencyS.value });
}

/** Number of the pair i < j among all pairs of n things, in the order 01, 02 … 12, 13 … */
export function pairNumber(i: number, j: number, n: number): number {
  return (i * (2 * n - i - 1)) / 2 + (j - i - 1);
}
