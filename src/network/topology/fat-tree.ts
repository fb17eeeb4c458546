/**
 * Two or three tiers of switches: every rank has a port on a leaf, every leaf reaches every
 * spine of its pod, and spine s of every pod reaches every core of plane s.
 *
 * Uplink j of every leaf goes to spine j mod spines, uplink c of every spine to core c mod
 * cores of its plane, so uplinks are spread evenly. The way up is chosen tier by tier, the
 * way down is then forced, by the cables of the same numbers. By default the choice is
 * d-mod-k: a message to port t leaves its leaf by uplink t mod uplinksPerLeaf and its spine
 * by uplink ⌊t/uplinksPerLeaf⌋ mod uplinksPerSpine, so all messages to one rank share one
 * way and messages to neighboring ranks spread. Source: Zahavi 2010, "D-Mod-K routing
 * providing non-blocking traffic for shift permutations on real life fat trees", CCIT 776.
 */
import type { VertexId } from "../../base/ids.ts";
import type { Cluster, FatTreeFabric } from "../../records/cluster.ts";
import type { Graph, PickUplink } from "../../records/graph.ts";
import { fatTreePlan, portNumbers } from "./fat-tree-plan.ts";
import type { FatTreePlan } from "./fat-tree-plan.ts";
import { linkNames } from "./names.ts";
import { boxNames, endpointOf, layScaleUp, rankKind, rankName, sameNode } from "./node.ts";
import { scaleUpHopsMax } from "./node.ts";
import type { ScaleUp } from "./node.ts";
import { layHostLinks } from "./switch.ts";
import { switchedTier, Wiring } from "./wiring.ts";

export function fatTreeGraph(cluster: Cluster, fabric: FatTreeFabric, rankCount: number): Graph {
  const plan = fatTreePlan(cluster, fabric, rankCount);
  const wiring = new Wiring(cableCount(fabric, plan));
  const scaleUp = layScaleUp(wiring, cluster, {
    nodeCount: plan.nodeCount,
    boxFirst: plan.portCount,
  });
  const portOf = portNumbers(fabric, cluster.node.acceleratorCount);
  const hostFirst = layHostLinks(
    wiring,
    fabric,
    plan.portCount,
    (rank) => plan.firstLeafId + Math.floor(portOf(rank) / fabric.portsPerLeaf),
  );
  const uplinkFirst = layUplinks(wiring, fabric, plan);
  const coreFirst = layCoreLinks(wiring, fabric, plan);
  const arrays = wiring.arrays();
  const vertexName = vertexNames(cluster, plan, fabric.railOnly === true ? "rail" : "pod");
  const routing = routes(cluster, fabric, plan, { scaleUp, hostFirst, uplinkFirst, coreFirst });
  return {
    ...endpointOf(cluster, rankCount),
    family: "fat-tree",
    shape: [],
    wraps: [],
    vertexCount: plan.firstCoreId + plan.coreCount,
    vertexTiers: vertexTiers(cluster, plan, fabric.planeCount),
    ...arrays,
    routeLengthMax: 6 + scaleUpHopsMax(cluster),
    route: routing(dModK(fabric, portOf)),
    routeBy: routing,
    vertexName,
    linkName: linkNames(arrays, vertexName, cableMark(fabric, plan, { uplinkFirst, coreFirst })),
  };
}

function cableCount({ uplinksPerLeaf, core }: FatTreeFabric, plan: FatTreePlan): number {
  const up = plan.spineCount === 0 ? 0 : plan.leafCount * uplinksPerLeaf;
  const over = plan.coreCount === 0 ? 0 : plan.spineCount * (core?.uplinksPerSpine ?? 0);
  return 2 * plan.portCount + up + over;
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
    const firstSpine = plan.firstSpineId + plan.podOf(leaf) * plan.spinesPerPod;
    for (let uplink = 0; uplink < fabric.uplinksPerLeaf; uplink++) {
      wiring.cable(tier, plan.firstLeafId + leaf, firstSpine + (uplink % plan.spinesPerPod));
    }
  }
  return first;
}

/** Links to the cores in spine order; returns the link up from spine 0 by uplink 0. */
function layCoreLinks(wiring: Wiring, fabric: FatTreeFabric, plan: FatTreePlan): number {
  const first = wiring.linkCount;
  const { core } = fabric;
  if (core === undefined || plan.coreCount === 0) return first;
  const tier = wiring.tier(
    switchedTier({
      kind: "core-uplink",
      name: "spine to core",
      pointer: "/fabric/core/link",
      link: core.link,
      switchEnds: 2,
      switchLatencyS: fabric.switchLatencyS.value,
    }),
  );
  for (let spine = 0; spine < plan.spineCount; spine++) {
    const plane = spine % plan.spinesPerPod;
    const firstCore = plan.firstCoreId + plane * plan.coresPerPlane;
    for (let uplink = 0; uplink < core.uplinksPerSpine; uplink++) {
      const coreId = firstCore + (uplink % plan.coresPerPlane);
      wiring.cable(tier, plan.firstSpineId + spine, coreId);
    }
  }
  return first;
}

function dModK({ uplinksPerLeaf }: FatTreeFabric, portOf: (rank: number) => number): PickUplink {
  return (level, _, target, uplinks) => {
    const port = portOf(target);
    return level === 0 ? port % uplinks : Math.floor(port / uplinksPerLeaf) % uplinks;
  };
}

interface Laid {
  readonly scaleUp: ScaleUp | undefined;
  readonly hostFirst: number;
  readonly uplinkFirst: number;
  readonly coreFirst: number;
}

function routes(
  cluster: Cluster,
  fabric: FatTreeFabric,
  plan: FatTreePlan,
  links: Laid,
): (pick: PickUplink) => Graph["route"] {
  const { scaleUp, hostFirst } = links;
  const perNode = cluster.node.acceleratorCount;
  const changesRail = fabric.rails === true && scaleUp !== undefined;
  return (pick) => {
    const over = overSwitches(fabric, plan, { links, pick, portOf: portNumbers(fabric, perNode) });
    return (source, target, out, at) => {
      if (source === target) return at;
      if (scaleUp !== undefined && sameNode(perNode, source, target)) {
        return scaleUp.route(source, target, out, at);
      }
      let end = at;
      let sender: number = source;
      if (changesRail && source % perNode !== target % perNode) {
        // Inside the node to the accelerator that is on the target's rail.
        sender += (target % perNode) - (source % perNode);
        end = scaleUp.route(source, sender, out, end);
      }
      out[end++] = hostFirst + 2 * sender;
      end = over(sender, target, out, end);
      out[end++] = hostFirst + 2 * target + 1;
      return end;
    };
  };
}

/** From leaf to leaf: up to a spine or a core of the picked numbers, and down by the same. */
function overSwitches(
  fabric: FatTreeFabric,
  plan: FatTreePlan,
  by: {
    readonly links: Laid;
    readonly pick: PickUplink;
    readonly portOf: (rank: number) => number;
  },
): (source: number, target: number, out: Int32Array, at: number) => number {
  const { pick, portOf } = by;
  const { uplinkFirst, coreFirst } = by.links;
  const { portsPerLeaf, uplinksPerLeaf } = fabric;
  const { podOf, spinesPerPod } = plan;
  const uplinksPerSpine = fabric.core?.uplinksPerSpine ?? 0;
  return (source, target, out, at) => {
    const sourceLeaf = Math.floor(portOf(source) / portsPerLeaf);
    const targetLeaf = Math.floor(portOf(target) / portsPerLeaf);
    if (sourceLeaf === targetLeaf) return at;
    let end = at;
    const uplink = pick(0, source, target, uplinksPerLeaf);
    out[end++] = uplinkFirst + 2 * (sourceLeaf * uplinksPerLeaf + uplink);
    const sourcePod = podOf(sourceLeaf);
    const targetPod = podOf(targetLeaf);
    if (sourcePod !== targetPod) {
      const plane = uplink % spinesPerPod;
      const over = pick(1, source, target, uplinksPerSpine);
      const spineUp = (sourcePod * spinesPerPod + plane) * uplinksPerSpine + over;
      const spineDown = (targetPod * spinesPerPod + plane) * uplinksPerSpine + over;
      out[end++] = coreFirst + 2 * spineUp;
      out[end++] = coreFirst + 2 * spineDown + 1;
    }
    out[end++] = uplinkFirst + 2 * (targetLeaf * uplinksPerLeaf + uplink) + 1;
    return end;
  };
}

/** Parallel cables between two switches are told apart by a number. */
function cableMark(
  fabric: FatTreeFabric,
  plan: FatTreePlan,
  links: { readonly uplinkFirst: number; readonly coreFirst: number },
): (link: number) => string {
  const { uplinkFirst, coreFirst } = links;
  const mark = (offset: number, uplinks: number, boxes: number): string => {
    if (uplinks <= boxes) return "";
    return `cable ${Math.floor((Math.floor(offset / 2) % uplinks) / boxes)}`;
  };
  return (link) => {
    if (link < uplinkFirst) return "";
    if (link < coreFirst) {
      return mark(link - uplinkFirst, fabric.uplinksPerLeaf, plan.spinesPerPod);
    }
    return mark(link - coreFirst, fabric.core?.uplinksPerSpine ?? 0, plan.coresPerPlane);
  };
}

function vertexTiers(
  cluster: Cluster,
  plan: FatTreePlan,
  planeCount: number | undefined,
): Graph["vertexTiers"] {
  const planes = planeCount === undefined ? {} : { planeCount };
  return [
    { kind: rankKind(cluster), vertexCount: plan.portCount },
    { kind: "scale-up switch", vertexCount: plan.boxCount },
    { kind: "leaf", vertexCount: plan.leafCount, ...planes },
    { kind: "spine", vertexCount: plan.spineCount, ...planes },
    { kind: "core", vertexCount: plan.coreCount, ...planes },
  ].filter((tier) => tier.vertexCount > 0);
}

function vertexNames(
  cluster: Cluster,
  plan: FatTreePlan,
  pod: string,
): (vertex: VertexId) => string {
  const boxName = boxNames(cluster);
  const spineName = (spine: number): string => {
    if (plan.podCount <= 1) return `spine-${spine}`;
    return `${pod}-${Math.floor(spine / plan.spinesPerPod)}/spine-${spine % plan.spinesPerPod}`;
  };
  return (vertex) => {
    if (vertex < plan.portCount) return rankName(cluster, vertex);
    if (vertex < plan.firstLeafId) return boxName(vertex - plan.portCount);
    if (vertex < plan.firstSpineId) return `leaf-${vertex - plan.firstLeafId}`;
    if (vertex < plan.firstCoreId) return spineName(vertex - plan.firstSpineId);
    return `core-${vertex - plan.firstCoreId}`;
  };
}
