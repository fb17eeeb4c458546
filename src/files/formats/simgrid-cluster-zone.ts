/** `<cluster>` and `<cabinet>` of a SimGrid platform: their hosts, links and ways. */
import { at } from "../../base/assert.ts";
import { shown } from "../issue.ts";
import { needed, parametersOf, radicalOf, rateOf, timeOf, wrong } from "./simgrid-attributes.ts";
import type { ClusterCables, ClusterWay, LinkTable } from "./simgrid-cluster.ts";
import { cable, dragonflyWay, fatTreeWay, flatWay, torusWay } from "./simgrid-cluster.ts";
import type { XmlElement } from "./xml.ts";
import type { LocalRoute, Zone } from "./simgrid-zones.ts";

export interface ClusterZone {
  readonly zone: Zone;
  readonly hosts: readonly string[];
  readonly router: string;
}

export function clusterZone(
  element: XmlElement,
  parent: Zone | undefined,
  table: LinkTable,
): ClusterZone {
  const id = needed(element, "id");
  const [prefix, suffix] = [needed(element, "prefix"), needed(element, "suffix")];
  if (element.attributes.has("limiter_link")) {
    wrong(element, "limiter_link", "a cluster without a limit at its hosts");
  }
  const hosts = radicalOf(element).map((number) => `${prefix}${number}${suffix}`);
  const given = element.attributes.get("router_id") ?? "";
  const router = given === "" ? `${prefix}${id}_router${suffix}` : given;
  const places = new Map(hosts.map((host, i) => [host, i]));
  const cables = cablesOf(element);
  const isFlat = (element.attributes.get("topology") ?? "FLAT") === "FLAT";
  const backbone = isFlat ? backboneOf(element, id, table) : undefined;
  const way = wayOf(element, { id, hostCount: hosts.length, cables, table, backbone });
  const local = (source: string, target: string): LocalRoute => {
    const [from, to] = [places.get(source), places.get(target)];
    if (from === to && from !== undefined && element.attributes.has("loopback_bw")) {
      return { links: [loopback(element, `${id}_loopback_${from}`, table)] };
    }
    if (from !== undefined && to !== undefined) return { links: way(from, to) };
    // To the router of a flat cluster and out of it: half the way.
    const end = from ?? to;
    if (!isFlat || end === undefined) return { links: [] };
    const link = cable(table, cables, `${id}_link_${end}`, from !== undefined);
    const middle = backbone === undefined ? [] : [backbone];
    return { links: from === undefined ? [...middle, link] : [link, ...middle] };
  };
  return { zone: { id, parent, local }, hosts, router };
}

function cablesOf(element: XmlElement): ClusterCables {
  const policy = element.attributes.get("sharing_policy") ?? "SPLITDUPLEX";
  const isSplit = policy === "SPLITDUPLEX" || policy === "FULLDUPLEX";
  if (!isSplit && policy !== "SHARED" && policy !== "FATPIPE") {
    wrong(element, `sharing_policy ${shown(policy)}`, "SHARED, SPLITDUPLEX or FATPIPE");
  }
  return {
    bytesPerS: rateOf(element, "bw"),
    latencyS: timeOf(element, "lat"),
    isFatpipe: policy === "FATPIPE",
    isShared: !isSplit,
  };
}

function backboneOf(element: XmlElement, id: string, table: LinkTable): number | undefined {
  if (!element.attributes.has("bb_bw")) return undefined;
  return table.add({
    id: `${id}_backbone`,
    bytesPerS: rateOf(element, "bb_bw"),
    latencyS: timeOf(element, "bb_lat", "0"),
    isFatpipe: element.attributes.get("bb_sharing_policy") === "FATPIPE",
  });
}

function loopback(element: XmlElement, id: string, table: LinkTable): number {
  const latencyS = timeOf(element, "loopback_lat", "0");
  return table.add({ id, bytesPerS: rateOf(element, "loopback_bw"), latencyS, isFatpipe: true });
}

interface Making {
  readonly id: string;
  readonly hostCount: number;
  readonly cables: ClusterCables;
  readonly table: LinkTable;
  readonly backbone: number | undefined;
}

function wayOf(
  element: XmlElement,
  { id, hostCount, cables, table, backbone }: Making,
): ClusterWay {
  const topology = element.attributes.get("topology") ?? "FLAT";
  const check = (count: number) => {
    if (count === hostCount) return;
    wrong(element, `${hostCount} hosts for a ${topology} of ${count}`, "as many as its parameters");
  };
  const product = (numbers: readonly number[]) => numbers.reduce((a, b) => a * b, 1);
  switch (topology) {
    case "FLAT":
      return flatWay(table, cables, { id, backbone });
    case "TORUS": {
      const sizes = parametersOf(element, undefined)[0] ?? [];
      check(product(sizes));
      return torusWay(table, cables, id, sizes);
    }
    case "FAT_TREE": {
      const levels = Number(needed(element, "topo_parameters").split(";")[0]);
      const lists = parametersOf(element, [1, levels, levels, levels]);
      const branchesPerLevel = at(lists, 1);
      check(product(branchesPerLevel));
      const shape = {
        ...{ branchesPerLevel, parentsPerLevel: at(lists, 2), cablesPerLevel: at(lists, 3) },
      };
      return fatTreeWay(table, cables, id, shape);
    }
    case "DRAGONFLY": {
      const [[groups = 1, blueCount = 1] = [], ...rest] = parametersOf(element, [2, 2, 2, 1]);
      const [[chassisPerGroup = 1, blackCount = 1] = [], ...last] = rest;
      const [[bladesPerChassis = 1, greenCount = 1] = [], [nodesPerBlade = 1] = []] = last;
      check(groups * chassisPerGroup * bladesPerChassis * nodesPerBlade);
      if (groups > bladesPerChassis) {
        wrong(element, `${groups} groups of ${bladesPerChassis} blades`, "a blade for each group");
      }
      const counts = { blueCount, blackCount, greenCount, nodesPerBlade };
      return dragonflyWay(table, cables, id, {
        groups,
        chassisPerGroup,
        bladesPerChassis,
        ...counts,
      });
    }
    default:
      return wrong(element, `topology ${shown(topology)}`, "FLAT, FAT_TREE, TORUS or DRAGONFLY");
  }
}

export function cabinetHosts(
  element: XmlElement,
  table: LinkTable,
): { readonly host: string; readonly up: number; readonly down: number }[] {
  const id = needed(element, "id");
  const [prefix, suffix] = [needed(element, "prefix"), needed(element, "suffix")];
  const cables = { ...cablesOf(element), isShared: false };
  return radicalOf(element).map((number) => {
    const host = `${prefix}${number}${suffix}`;
    const name = `${id}_${host}`;
    const [up, down] = [cable(table, cables, name, true), cable(table, cables, name, false)];
    return { host, up, down };
  });
}
