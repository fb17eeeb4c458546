/**
 * A graph of the reader's own: switches by name, cables as listed, hosts on the switches in
 * the order in which they are listed.
 *
 * Minimal: the fewest hops; of equal next hops the pick chooses, by default target mod hops.
 * Valiant: minimally to a switch that the pick chooses, then minimally on.
 */
import { assert, at as item } from "../../base/assert.ts";
import type { Cluster, LinkSpec } from "../../records/cluster.ts";
import type { CustomFabric } from "../../records/fabric.ts";
import type { Graph, PickUplink } from "../../records/graph.ts";
import { VIA_LEVEL } from "./dragonfly.ts";
import { ShortestWays } from "./shortest-ways.ts";
import type { SwitchCable } from "./shortest-ways.ts";
import { betweenSwitches, switchedGraph } from "./switched.ts";
import type { Between, Joined, SwitchNet } from "./switched.ts";
import type { Wiring } from "./wiring.ts";

export function customGraph(cluster: Cluster, fabric: CustomFabric, rankCount: number): Graph {
  return switchedGraph(cluster, fabric, { net: netOf(fabric), rankCount });
}

function netOf(fabric: CustomFabric): SwitchNet {
  const { switches, hostCounts } = fabric;
  const switchOfPort = hostCounts.flatMap((count, s) => Array.from({ length: count }, () => s));
  const ways = new ShortestWays(switches.length, numberedCables(fabric));
  const reach = Math.max(...ways.distances(item(switchOfPort, 0)));
  return {
    family: "custom",
    kinds: [{ kind: "switch", vertexCount: switches.length }],
    portCount: switchOfPort.length,
    switchOf: (port) => item(switchOfPort, port),
    join: (wiring, firstId) => join(wiring, fabric, { firstId, switchOfPort, ways }),
    // No shortest way is longer than twice the reach of any one switch; a detour has two.
    hopsMax: 4 * reach,
    nameOf: (s) => item(switches, s),
    groups: { kind: "switch", groupCount: switches.length },
    groupOf: (s) => s,
  };
}

/** Cables in the order in which they are laid; links are counted from the first of them. */
function numberedCables({ cables }: CustomFabric): SwitchCable[] {
  const numbered: SwitchCable[] = [];
  for (const { aId, bId, count } of cables) {
    for (let i = 0; i < count; i++) numbered.push({ aId, bId, linkId: 2 * numbered.length });
  }
  return numbered;
}

function join(
  wiring: Wiring,
  fabric: CustomFabric,
  place: {
    readonly firstId: number;
    readonly switchOfPort: readonly number[];
    readonly ways: ShortestWays;
  },
): Joined {
  const { firstId, switchOfPort, ways } = place;
  const firstLink = wiring.linkCount;
  layCables(wiring, fabric, firstId);
  const switchOf = (rank: number): number => item(switchOfPort, rank);
  const minimal =
    (pick: PickUplink): Between =>
    (source, target, out, at) => {
      const [from, to] = [switchOf(source), switchOf(target)];
      const leg = { from, to, source, target, pick, firstLink };
      return from === to ? at : ways.route(leg, out, at);
    };
  const via =
    (pick: PickUplink): Between =>
    (source, target, out, at) => {
      const [from, to] = [switchOf(source), switchOf(target)];
      if (from === to) return at;
      const between = pick(VIA_LEVEL, source, target, fabric.switches.length);
      const leg = { source, target, pick, firstLink };
      const half = ways.route({ ...leg, from, to: between }, out, at);
      return ways.route({ ...leg, from: between, to }, out, half);
    };
  return { minimal, via };
}

/** Cables of one rate and latency are a tier; there are few such, or the file refuses. */
function layCables(wiring: Wiring, fabric: CustomFabric, firstId: number): void {
  const tiers = new Map<string, number>();
  const tierOf = (link: LinkSpec): number => {
    const key = `${link.rateBytesPerS.value} ${link.latencyS.value}`;
    const known = tiers.get(key);
    if (known !== undefined) return known;
    const mark = tiers.size === 0 ? "" : ` (${tiers.size + 1})`;
    const named = { kind: "cable", name: `switch to switch${mark}`, pointer: "/fabric/cables" };
    const tier = wiring.tier(betweenSwitches(fabric, { ...named, link }));
    assert(tier < 256, "links name their tier in a byte");
    tiers.set(key, tier);
    return tier;
  };
  for (const { aId, bId, count, link } of fabric.cables) {
    for (let i = 0; i < count; i++) wiring.cable(tierOf(link), firstId + aId, firstId + bId);
  }
}
