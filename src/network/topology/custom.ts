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
  return {
    family: "custom",
    kinds: [{ kind: "switch", vertexCount: switches.length }],
    portCount: switchOfPort.length,
    switchOf: (port) => item(switchOfPort, port),
    join: (wiring, firstId) => join(wiring, fabric, { firstId, switchOfPort }),
    // Neither leg of a detour passes a switch twice.
    hopsMax: 2 * switches.length,
    nameOf: (s) => item(switches, s),
    groups: { kind: "switch", groupCount: switches.length },
    groupOf: (s) => s,
  };
}

function join(
  wiring: Wiring,
  fabric: CustomFabric,
  place: { readonly firstId: number; readonly switchOfPort: readonly number[] },
): Joined {
  const { firstId, switchOfPort } = place;
  const ways = new ShortestWays(fabric.switches.length, layCables(wiring, fabric, firstId));
  const switchOf = (rank: number): number => item(switchOfPort, rank);
  const minimal =
    (pick: PickUplink): Between =>
    (source, target, out, at) => {
      const [from, to] = [switchOf(source), switchOf(target)];
      return from === to ? at : ways.route({ from, to, source, target, pick }, out, at);
    };
  const via =
    (pick: PickUplink): Between =>
    (source, target, out, at) => {
      const [from, to] = [switchOf(source), switchOf(target)];
      if (from === to) return at;
      const between = pick(VIA_LEVEL, source, target, fabric.switches.length);
      const half = ways.route({ from, to: between, source, target, pick }, out, at);
      return ways.route({ from: between, to, source, target, pick }, out, half);
    };
  return { minimal, via };
}

/** Cables of one rate and latency are a tier; there are few such, or the file refuses. */
function layCables(wiring: Wiring, fabric: CustomFabric, firstId: number): SwitchCable[] {
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
  const laid: SwitchCable[] = [];
  for (const { aId, bId, count, link } of fabric.cables) {
    for (let i = 0; i < count; i++) {
      const linkId = wiring.cable(tierOf(link), firstId + aId, firstId + bId);
      laid.push({ aId, bId, linkId });
    }
  }
  return laid;
}
