/**
 * Dragonfly+: a group is leaves with hosts below spines, every leaf joined to every spine of
 * its group; global links join the spines of every two groups.
 *
 * Minimal: up to the spine that has a link to the target's group, over it, and down; within
 * a group over the spine that the pick chooses. Valiant: over a third group, there down to a
 * leaf and up again where the spine reached has no link to the target's group.
 * Source: Shpiner et al. 2017, "Dragonfly+: low cost topology for scaling datacenters",
 * HiPINEB.
 */
import type { Cluster } from "../../records/cluster.ts";
import type { DragonflyPlusFabric } from "../../records/fabric.ts";
import type { Graph, PickUplink } from "../../records/graph.ts";
import { VIA_LEVEL } from "./dragonfly.ts";
import { globalLinksPerPair, layGlobalLinks, thirdGroup } from "./global-links.ts";
import type { GlobalLinks } from "./global-links.ts";
import { betweenSwitches, switchedGraph } from "./switched.ts";
import type { Between, Joined, SwitchNet } from "./switched.ts";
import type { Wiring } from "./wiring.ts";

export function dragonflyPlusGraph(
  cluster: Cluster,
  fabric: DragonflyPlusFabric,
  rankCount: number,
): Graph {
  return switchedGraph(cluster, fabric, { net: netOf(fabric), rankCount });
}

function netOf(fabric: DragonflyPlusFabric): SwitchNet {
  const { groupCount: g, leavesPerGroup: l, spinesPerGroup: s, hostsPerLeaf } = fabric;
  const perPair = globalLinksPerPair(g, s * fabric.globalLinksPerSpine);
  const globalBytesPerS = fabric.globalLink.rateBytesPerS.value;
  const place = (n: number): readonly [number, string] =>
    n < g * l
      ? [Math.floor(n / l), `leaf-${n % l}`]
      : [Math.floor((n - g * l) / s), `spine-${(n - g * l) % s}`];
  return {
    family: "dragonfly-plus",
    kinds: [
      { kind: "leaf", vertexCount: g * l },
      { kind: "spine", vertexCount: g * s },
    ],
    portCount: g * l * hostsPerLeaf,
    switchOf: (port) => Math.floor(port / hostsPerLeaf),
    join: (wiring, firstId) => join(wiring, fabric, firstId),
    hopsMax: 6,
    nameOf: (n) => `group-${place(n)[0]}/${place(n)[1]}`,
    groups: { kind: "group", groupCount: g },
    groupOf: (n) => place(n)[0],
    ...(g % 2 === 0 ? { bisectionBytesPerS: (g / 2) ** 2 * perPair * globalBytesPerS } : {}),
    diameterHopCount: g > 1 ? 3 : 2,
  };
}

interface Ways {
  readonly fabric: DragonflyPlusFabric;
  /** Link up from a leaf of a group to a spine of it; the one down is next. */
  readonly up: (group: number, leaf: number, spine: number) => number;
  readonly global: GlobalLinks;
}

function join(wiring: Wiring, fabric: DragonflyPlusFabric, firstId: number): Joined {
  const { groupCount, leavesPerGroup: l, spinesPerGroup: s, globalLinksPerSpine: h } = fabric;
  const { localLink, globalLink } = fabric;
  const upFirst = wiring.linkCount;
  const spineFirst = firstId + groupCount * l;
  const local = { kind: "uplink", name: "leaf to spine", pointer: "/fabric/localLink" };
  const upTier = wiring.tier(betweenSwitches(fabric, { ...local, link: localLink }));
  for (let leaf = 0; leaf < groupCount * l; leaf++) {
    for (let spine = 0; spine < s; spine++) {
      wiring.cable(upTier, firstId + leaf, spineFirst + Math.floor(leaf / l) * s + spine);
    }
  }
  const far = { kind: "global", name: "group to group", pointer: "/fabric/globalLink" };
  const global = layGlobalLinks(wiring, {
    tier: wiring.tier(betweenSwitches(fabric, { ...far, link: globalLink })),
    groupCount,
    portsPerGroup: s * h,
    arrangement: fabric.arrangement,
    boxOf: (group, port) => spineFirst + group * s + Math.floor(port / h),
  });
  const up = (group: number, leaf: number, spine: number): number =>
    upFirst + 2 * ((group * l + leaf) * s + spine);
  const ways: Ways = { fabric, up, global };
  return { minimal: (pick) => over(ways, pick, false), via: (pick) => over(ways, pick, true) };
}

function over(ways: Ways, pick: PickUplink, isDetour: boolean): Between {
  const { fabric, up, global } = ways;
  const { groupCount, leavesPerGroup: l, spinesPerGroup: s, hostsPerLeaf } = fabric;
  const spineOf = (port: number): number => Math.floor(port / fabric.globalLinksPerSpine);
  return (source, target, out, at) => {
    const [sourceLeaf, targetLeaf] = [source, target].map((r) => Math.floor(r / hostsPerLeaf));
    if (sourceLeaf === undefined || targetLeaf === undefined) return at;
    if (sourceLeaf === targetLeaf) return at;
    const [from, to] = [Math.floor(sourceLeaf / l), Math.floor(targetLeaf / l)];
    let end = at;
    if (from === to) {
      const spine = pick(0, source, target, s);
      out[end++] = up(from, sourceLeaf % l, spine);
      out[end++] = up(to, targetLeaf % l, spine) + 1;
      return end;
    }
    let group = from;
    /** The spine on which the message is; −1 on a leaf. */
    let spine = -1;
    let leaf = sourceLeaf % l;
    const leap = (next: number, level: number): void => {
      const round = roundFrom(group, next, { spine, wanted: pick(level, source, target, global.perPair) });
      const gateway = spineOf(global.portOf(group, next, round));
      if (gateway !== spine) {
        if (spine >= 0) {
          leaf = pick(level + 2, source, target, l);
          out[end++] = up(group, leaf, spine) + 1;
        }
        out[end++] = up(group, leaf, gateway);
      }
      out[end++] = global.link(group, next, round);
      spine = spineOf(global.portOf(next, group, round));
      group = next;
    };
    /** The wanted round, or the first that starts at the spine where the message is. */
    const roundFrom = (
      here: number,
      next: number,
      by: { readonly spine: number; readonly wanted: number },
    ): number => {
      for (let round = 0; by.spine >= 0 && round < global.perPair; round++) {
        if (spineOf(global.portOf(here, next, round)) === by.spine) return round;
      }
      return by.wanted;
    };
    const choose = (count: number): number => pick(VIA_LEVEL, source, target, count);
    const third = isDetour ? thirdGroup(groupCount, { from, to }, choose) : undefined;
    if (third !== undefined) leap(third, 0);
    leap(to, 1);
    out[end++] = up(to, targetLeaf % l, spine) + 1;
    return end;
  };
}
