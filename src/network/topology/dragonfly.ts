/**
 * Dragonfly: groups of switches all joined to each other, every two groups by global links.
 *
 * Minimal, with one global link: to the switch of the group that has a link to the target's
 * group, over it, and on inside. Of several such links, and of parallel cables inside, the
 * pick chooses, by default by the target's number. Valiant: over a third group that the pick
 * chooses. Within a group both go straight.
 * Source: Kim et al. 2008, "Technology-driven, highly-scalable Dragonfly topology", ISCA.
 *
 *     links between two groups R = ⌊a·h/(g−1)⌋;  bisection (g/2)²·R·B for even g
 */
import type { Cluster } from "../../records/cluster.ts";
import type { DragonflyFabric } from "../../records/fabric.ts";
import type { Graph, PickUplink } from "../../records/graph.ts";
import { globalLinksPerPair, layGlobalLinks, thirdGroup } from "./global-links.ts";
import type { GlobalLinks } from "./global-links.ts";
import { betweenSwitches, pairNumber, switchedGraph } from "./switched.ts";
import type { Between, Joined, SwitchNet } from "./switched.ts";
import type { Wiring } from "./wiring.ts";

/** The level at which a pick chooses a group in between, apart from those of equal ways. */
export const VIA_LEVEL = 15;

/** Levels at which it chooses among parallel cables in a group. */
const LOCAL_LEVEL = 8;

export function dragonflyGraph(
  cluster: Cluster,
  fabric: DragonflyFabric,
  rankCount: number,
): Graph {
  return switchedGraph(cluster, fabric, { net: dragonflyNet(fabric), rankCount });
}

function dragonflyNet(fabric: DragonflyFabric): SwitchNet {
  const { groupCount: g, switchesPerGroup: a, hostsPerSwitch, globalLinksPerSwitch } = fabric;
  const portsPerGroup = a * globalLinksPerSwitch;
  const perPair = globalLinksPerPair(g, portsPerGroup);
  const globalBytesPerS = fabric.globalLink.rateBytesPerS.value;
  const isFull = a > 1 && portsPerGroup === g - 1;
  return {
    family: "dragonfly",
    kinds: [{ kind: "switch", vertexCount: g * a }],
    portCount: g * a * hostsPerSwitch,
    switchOf: (port) => Math.floor(port / hostsPerSwitch),
    join: (wiring, firstId) => join(wiring, fabric, firstId),
    hopsMax: 5,
    nameOf: (s) => `group-${Math.floor(s / a)}/switch-${s % a}`,
    groups: { kind: "group", groupCount: g },
    groupOf: (s) => Math.floor(s / a),
    ...(g % 2 === 0 ? { bisectionBytesPerS: (g / 2) ** 2 * perPair * globalBytesPerS } : {}),
    ...(isFull ? { diameterHopCount: 3 } : {}),
  };
}

function join(wiring: Wiring, fabric: DragonflyFabric, firstId: number): Joined {
  const { groupCount, switchesPerGroup: a, hostsPerSwitch, globalLinksPerSwitch: h } = fabric;
  const localFirst = layLocal(wiring, fabric, firstId);
  const { globalLink: link } = fabric;
  const named = { kind: "global", name: "group to group", pointer: "/fabric/globalLink", link };
  const global = layGlobalLinks(wiring, {
    tier: wiring.tier(betweenSwitches(fabric, named)),
    groupCount,
    portsPerGroup: a * h,
    arrangement: fabric.arrangement,
    boxOf: (group, port) => firstId + group * a + Math.floor(port / h),
  });
  const width = fabric.localLinksPerPair ?? 1;
  const local = (group: number, from: number, to: number, cable: number): number => {
    const pair = (group * a * (a - 1)) / 2 + pairNumber(Math.min(from, to), Math.max(from, to), a);
    return localFirst + 2 * (pair * width + cable) + (from < to ? 0 : 1);
  };
  const ways: Ways = { local, width, global, a, h, groupCount, hostsPerSwitch };
  return { minimal: (pick) => over(ways, pick, false), via: (pick) => over(ways, pick, true) };
}

function layLocal(wiring: Wiring, fabric: DragonflyFabric, firstId: number): number {
  const { groupCount, switchesPerGroup: a, localLink: link, localLinksPerPair } = fabric;
  const first = wiring.linkCount;
  if (a === 1) return first;
  const named = { kind: "local", name: "in the group", pointer: "/fabric/localLink", link };
  const tier = wiring.tier(betweenSwitches(fabric, named));
  for (let group = 0; group < groupCount; group++) {
    for (let i = 0; i < a; i++) {
      for (let j = i + 1; j < a; j++) {
        for (let k = 0; k < (localLinksPerPair ?? 1); k++) {
          wiring.cable(tier, firstId + group * a + i, firstId + group * a + j);
        }
      }
    }
  }
  return first;
}

interface Ways {
  readonly local: (group: number, from: number, to: number, cable: number) => number;
  /** Parallel cables between two switches of a group. */
  readonly width: number;
  readonly global: GlobalLinks;
  readonly a: number;
  readonly h: number;
  readonly groupCount: number;
  readonly hostsPerSwitch: number;
}

function over(ways: Ways, pick: PickUplink, isDetour: boolean): Between {
  const { local, width, global, a, h, groupCount, hostsPerSwitch } = ways;
  return (source, target, out, at) => {
    const targetSwitch = Math.floor(target / hostsPerSwitch);
    let here = Math.floor(source / hostsPerSwitch);
    const to = Math.floor(targetSwitch / a);
    let end = at;
    let level = 0;
    const cable = (): number => pick(LOCAL_LEVEL + level, source, target, width);
    /** Towards a group, to the switch at the far end of a global link. */
    const leap = (group: number): void => {
      const from = Math.floor(here / a);
      const round = pick(level++, source, target, global.perPairCount);
      const gateway = Math.floor(global.portOf(from, group, round) / h);
      if (gateway !== here % a) out[end++] = local(from, here % a, gateway, cable());
      out[end++] = global.link(from, group, round);
      here = group * a + Math.floor(global.portOf(group, from, round) / h);
    };
    const from = Math.floor(here / a);
    if (isDetour && from !== to) {
      const choose = (count: number): number => pick(VIA_LEVEL, source, target, count);
      const third = thirdGroup(groupCount, { from, to }, choose);
      if (third !== undefined) leap(third);
    }
    if (from !== to) leap(to);
    if (here !== targetSwitch) out[end++] = local(to, here % a, targetSwitch % a, cable());
    return end;
  };
}
