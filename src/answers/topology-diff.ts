/**
 * What differs between a fabric as designed and as found, by the names of its boxes. A cable that
 * is missing at a box beside one too many there is one that ends at the wrong place.
 */
import { Refusal } from "../base/errors.ts";
import { at } from "../base/assert.ts";
import { vertexId } from "../base/ids.ts";
import type { Cluster } from "../records/cluster.ts";
import type { Graph } from "../records/graph.ts";
import type {
  Miscabled,
  NamedCable,
  NamedFabric,
  WiringDifference,
} from "../records/wiring-difference.ts";
import { buildGraph } from "../network/topology/build.ts";
import { fullRankCount } from "./topology.ts";

/** In place of hosts' names, where one of the two has none. */
const HOSTS = "hosts";
const SWITCHES: readonly string[] = ["leaf", "spine", "core", "switch"];

export function wiringDifference(design: NamedFabric, found: NamedFabric): WiringDifference {
  const isByName = design.hasHostNames && found.hasHostNames;
  const [wanted, had] = [design, found].map((one) => countsOf(one, isByName)) as [Counts, Counts];
  const [missing, surplus]: [Pair[], Pair[]] = [[], []];
  let sameCount = 0;
  for (const key of [...new Set([...wanted.keys(), ...had.keys()])].sort()) {
    const [a = "", b = ""] = JSON.parse(key) as string[];
    const [more, less] = [wanted.get(key) ?? 0, had.get(key) ?? 0];
    sameCount += Math.min(more, less);
    if (more > less) missing.push({ from: a, to: b, count: more - less });
    if (less > more) surplus.push({ from: a, to: b, count: less - more });
  }
  const miscabled = paired(missing, surplus);
  const left = (pairs: readonly Pair[]): NamedCable[] => pairs.filter(({ count }) => count > 0);
  return { missing: left(missing), surplus: left(surplus), miscabled, sameCount };
}

type Counts = ReadonlyMap<string, number>;

interface Pair {
  readonly from: string;
  readonly to: string;
  count: number;
}

function countsOf({ hosts, cables }: NamedFabric, isByName: boolean): Counts {
  const counts = new Map<string, number>();
  const add = (a: string, b: string, count: number): void => {
    const key = JSON.stringify(a < b ? [a, b] : [b, a]);
    counts.set(key, count + (counts.get(key) ?? 0));
  };
  for (const { name, switchName } of hosts) add(isByName ? name : HOSTS, switchName, 1);
  for (const { from, to, count } of cables) add(from, to, count);
  return counts;
}

/** Takes from both lists what is one cable at a common box; hosts without names are no box. */
function paired(missing: readonly Pair[], surplus: readonly Pair[]): Miscabled[] {
  const endsAt = new Map<string, Pair[]>();
  for (const pair of surplus) {
    for (const end of [pair.from, pair.to]) {
      const known = endsAt.get(end);
      if (known === undefined) endsAt.set(end, [pair]);
      else known.push(pair);
    }
  }
  const miscabled: Miscabled[] = [];
  for (const lost of missing) {
    for (const box of [lost.from, lost.to].filter((name) => name !== HOSTS)) {
      for (const one of endsAt.get(box) ?? []) {
        const count = Math.min(lost.count, one.count);
        if (count === 0) continue;
        lost.count -= count;
        one.count -= count;
        const other = ({ from, to }: Pair): string => (from === box ? to : from);
        miscabled.push({ at: box, designed: other(lost), found: other(one), count });
      }
    }
  }
  return miscabled;
}

/** Hosts with their vertices, which come first in a graph and are numbered as ranks are. */
export interface DesignedFabric extends NamedFabric {
  readonly hosts: readonly (NamedFabric["hosts"][number] & { readonly vertexId: number })[];
}

export function namedFabricOf(cluster: Cluster): DesignedFabric {
  const graph = buildGraph(cluster, fullRankCount(cluster));
  const isSwitch = switchMask(graph);
  const name = (vertex: number): string => graph.vertexName(vertexId(vertex));
  const hosts: { name: string; switchName: string; vertexId: number }[] = [];
  const cables: NamedCable[] = [];
  for (let link = 0; link < graph.linkCount; link++) {
    const [source, target] = [at(graph.linkSource, link), at(graph.linkTarget, link)];
    const tier = at(graph.linkTiers, at(graph.linkTier, link));
    // Both directions are links; each cable is counted once.
    if (tier.kind === "scale-up" || source > target) continue;
    const ends = Number(isSwitch[source]) + Number(isSwitch[target]);
    if (ends === 0) throw noSwitches(cluster);
    if (ends === 2) cables.push({ from: name(source), to: name(target), count: 1 });
    else {
      const [rank, box] = isSwitch[target] === 1 ? [source, target] : [target, source];
      hosts.push({ name: name(rank), switchName: name(box), vertexId: rank });
    }
  }
  return { name: cluster.id, hasHostNames: false, hosts, cables };
}

/** Vertices are numbered tier by tier. */
function switchMask({ vertexTiers, vertexCount }: Graph): Uint8Array {
  const mask = new Uint8Array(vertexCount);
  let first = 0;
  for (const { kind, vertexCount: count } of vertexTiers) {
    if (SWITCHES.includes(kind)) mask.fill(1, first, first + count);
    first += count;
  }
  return mask;
}

function noSwitches({ id }: Cluster): Refusal {
  return new Refusal({
    code: "not-modeled",
    pointer: "/fabric/kind",
    found: `${id}, whose nodes are joined without switches`,
    expected: "a fabric of switches, which have names to compare",
    nextStep: "compare fabrics of switches",
  });
}
