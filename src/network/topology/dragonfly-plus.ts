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

/** Where a message is: on a leaf of a group, or on a spine of it (−1: on none). */
interface Place {
  group: number;
  leaf: number;
  spine: number;
}

function over(ways: Ways, pick: PickUplink, isDetour: boolean): Between {
  const { fabric, up } = ways;
  const { groupCount, leavesPerGroup: l, spinesPerGroup: s, hostsPerLeaf } = fabric;
  return (source, target, out, at) => {
    const sourceLeaf = Math.floor(source / hostsPerLeaf);
    const targetLeaf = Math.floor(target / hostsPerLeaf);
    if (sourceLeaf === targetLeaf) return at;
    const [from, to] = [Math.floor(sourceLeaf / l), Math.floor(targetLeaf / l)];
    let end = at;
    if (from === to) {
      const spine = pick(0, source, target, s);
      out[end++] = up(from, sourceLeaf % l, spine);
      out[end++] = up(to, targetLeaf % l, spine) + 1;
      return end;
    }
    const place: Place = { group: from, leaf: sourceLeaf % l, spine: -1 };
    const choose = (level: number, count: number): number => pick(level, source, target, count);
    const third = isDetour
      ? thirdGroup(groupCount, { from, to }, (count) => choose(VIA_LEVEL, count))
      : undefined;
    if (third !== undefined) end = leap(ways, place, { next: third, level: 0, choose }, out, end);
    end = leap(ways, place, { next: to, level: 1, choose }, out, end);
    out[end++] = up(to, targetLeaf % l, place.spine) + 1;
    return end;
  };
}

/** To a spine of another group, over a spine of this one that has a link to it. */
function leap(
  { fabric, up, global }: Ways,
  place: Place,
  by: {
    readonly next: number;
    readonly level: number;
    readonly choose: (level: number, count: number) => number;
  },
  out: Int32Array,
  at: number,
): number {
  const { next, level, choose } = by;
  const { group, spine } = place;
  const spineOf = (port: number): number => Math.floor(port / fabric.globalLinksPerSpine);
  const startOf = (round: number): number => spineOf(global.portOf(group, next, round));
  // The chosen link, or the first that starts at the spine where the message is.
  let round = choose(level, global.perPairCount);
  for (let r = 0; spine >= 0 && r < global.perPairCount; r++) {
    if (startOf(r) !== spine) continue;
    round = r;
    break;
  }
  let end = at;
  if (startOf(round) !== spine) {
    if (spine >= 0) {
      place.leaf = choose(level + 2, fabric.leavesPerGroup);
      out[end++] = up(group, place.leaf, spine) + 1;
    }
    out[end++] = up(group, place.leaf, startOf(round));
  }
  out[end++] = global.link(group, next, round);
  place.spine = spineOf(global.portOf(next, group, round));
  place.group = next;
  return end;
}
