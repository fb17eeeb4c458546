/**
 * A platform of SimGrid: zones with full routing, clusters of all kinds, and zones of hosts behind
 * a backbone. Other routings, traces of changing links and limits are refused by name.
 */
import { at } from "../../base/assert.ts";
import type { SimgridPlatform, SimgridSettings } from "../../records/simgrid.ts";
import { shown } from "../issue.ts";
import { readText } from "../read.ts";
import { needed, rateOf, timeOf, wrong } from "./simgrid-attributes.ts";
import { LinkTable } from "./simgrid-cluster.ts";
import { cabinetHosts, clusterZone } from "./simgrid-cluster-zone.ts";
import type { XmlElement } from "./xml.ts";
import { parseXml } from "./xml.ts";
import type { LocalRoute, Zone } from "./simgrid-zones.ts";
import { Zones } from "./simgrid-zones.ts";

export async function readSimgridPlatform(path: string): Promise<SimgridPlatform> {
  return parseSimgridPlatform(await readText(path), path);
}

export function parseSimgridPlatform(text: string, file: string): SimgridPlatform {
  const root = parseXml(text, file, { allowsBareDocumentType: true });
  if (root.name !== "platform") wrong(root, `<${root.name}>`, "<platform>");
  const builder = new Builder(file);
  for (const child of root.children) builder.take(child);
  return builder.platform();
}

/** What the network's flags are called there. */
const FLAGS: ReadonlyMap<string, keyof SimgridSettings> = new Map([
  ["network/latency-factor", "latencyFactor"],
  ["network/bandwidth-factor", "bandwidthFactor"],
  ["network/weight-S", "weightBytes"],
  ["network/TCP-gamma", "windowBytes"],
]);

const PASSED_OVER = new Set(["prop", "disk", "storage", "storage_type", "mount", "include"]);

class Builder {
  readonly #table = new LinkTable();
  readonly #zones: Zones;
  readonly #hosts: string[] = [];
  readonly #settings: { -readonly [K in keyof SimgridSettings]?: SimgridSettings[K] } = {};

  constructor(file: string) {
    this.#zones = new Zones(file);
  }

  platform(): SimgridPlatform {
    const hosts = this.#hosts;
    const ways = new Map<number, readonly number[]>();
    const route = (source: number, target: number): readonly number[] => {
      const key = source * hosts.length + target;
      const way = ways.get(key) ?? this.#zones.route(at(hosts, source), at(hosts, target));
      ways.set(key, way);
      return way;
    };
    return { links: this.#table.links, hosts, route, settings: this.#settings };
  }

  take(element: XmlElement, parent?: Zone): void {
    if (element.name === "config") this.#config(element);
    else if (element.name === "zone" || element.name === "AS") this.#zone(element, parent);
    else if (element.name === "cluster") this.#cluster(element, parent);
    else if (!PASSED_OVER.has(element.name)) {
      wrong(element, `<${element.name}>`, "config, zone or cluster");
    }
  }

  #config(element: XmlElement): void {
    for (const prop of element.children) {
      const [id, value] = [needed(prop, "id"), needed(prop, "value")];
      if (id === "network/crosstraffic")
        this.#settings.isCrossed = !/^(0|no|false|off)$/.test(value);
      const flag = FLAGS.get(id);
      if (flag === undefined || flag === "isCrossed") continue;
      const number = Number(value);
      if (!(number >= 0)) wrong(prop, `${id} ${shown(value)}`, "a number from 0 on");
      this.#settings[flag] = number;
    }
  }

  #host(name: string, zone: Zone, element: XmlElement): void {
    this.#zones.add(name, zone, element.place);
    this.#hosts.push(name);
  }

  #cluster(element: XmlElement, parent: Zone | undefined): void {
    const { zone, hosts, router } = clusterZone(element, parent, this.#table);
    for (const host of hosts) this.#host(host, zone, element);
    this.#zones.add(router, zone, element.place);
  }

  #zone(element: XmlElement, parent: Zone | undefined): void {
    const routing = needed(element, "routing").toLowerCase();
    if (routing !== "full" && routing !== "cluster" && routing !== "none") {
      wrong(element, `routing ${shown(routing)}`, "Full, Cluster or None");
    }
    const routes = new Map<string, LocalRoute>();
    const ends = new Ends();
    const zone: Zone = {
      ...{ id: needed(element, "id"), parent },
      local: (source, target) =>
        routes.get(`${source}\n${target}`) ??
        (routing === "cluster" ? ends.way(source, target) : this.#loopback(source, target)),
    };
    for (const child of element.children) this.#member(child, { zone, routes, ends });
  }

  #member(
    child: XmlElement,
    { zone, routes, ends }: { zone: Zone; routes: Map<string, LocalRoute>; ends: Ends },
  ): void {
    switch (child.name) {
      case "host":
        return this.#host(needed(child, "id"), zone, child);
      case "router":
        return this.#zones.add(needed(child, "id"), zone, child.place);
      case "link":
        this.#link(child);
        return;
      case "backbone":
        ends.backbone = this.#link(child);
        return;
      case "host_link": {
        const [up, down] = [this.#linkId(child, "up"), this.#linkId(child, "down")];
        return ends.add(needed(child, "id"), up, down);
      }
      case "cabinet":
        for (const { host, up, down } of cabinetHosts(child, this.#table)) {
          this.#host(host, zone, child);
          ends.add(host, up, down);
        }
        return;
      case "route":
      case "zoneRoute":
      case "ASroute":
        return this.#route(child, routes);
      default:
        return this.take(child, zone);
    }
  }

  /** The number of the link, of its way up where it has two. */
  #link(element: XmlElement): number {
    const id = needed(element, "id");
    const policy = element.attributes.get("sharing_policy") ?? "SHARED";
    const link = {
      bytesPerS: rateOf(element, "bandwidth"),
      latencyS: timeOf(element, "latency", "0"),
      isFatpipe: policy === "FATPIPE",
    };
    if (element.children.length > 0 && element.children.some(({ name }) => name !== "prop")) {
      wrong(
        element,
        `<${element.children[0]?.name ?? ""}> in a link`,
        "a link that does not change",
      );
    }
    const isSplit = policy === "SPLITDUPLEX" || policy === "FULLDUPLEX";
    if (!isSplit && policy !== "SHARED" && policy !== "FATPIPE") {
      wrong(element, `sharing_policy ${shown(policy)}`, "SHARED, SPLITDUPLEX or FATPIPE");
    }
    if (isSplit) this.#table.add({ ...link, id: `${id}_DOWN` });
    return this.#table.add({ ...link, id: isSplit ? `${id}_UP` : id });
  }

  #linkId(element: XmlElement, key: string): number {
    const id = needed(element, key);
    const found = this.#table.find(id);
    return found ?? wrong(element, `no link ${shown(id)}`, "a link defined above");
  }

  #route(element: XmlElement, routes: Map<string, LocalRoute>): void {
    const [source, target] = [needed(element, "src"), needed(element, "dst")];
    const contained = element.children.filter(({ name }) => name === "link_ctn");
    const there = contained.map((one) => this.#contained(one, false));
    const back = contained.map((one) => this.#contained(one, true)).toReversed();
    const gateways = (flip: boolean): Pick<LocalRoute, "gateways"> => {
      if (element.name === "route") return {};
      const [from, to] = [needed(element, "gw_src"), needed(element, "gw_dst")];
      return { gateways: flip ? [to, from] : [from, to] };
    };
    routes.set(`${source}\n${target}`, { links: there, ...gateways(false) });
    const isOneWay = /^no$/i.test(element.attributes.get("symmetrical") ?? "yes");
    if (!isOneWay && source !== target) {
      routes.set(`${target}\n${source}`, { links: back, ...gateways(true) });
    }
  }

  #contained(element: XmlElement, isBack: boolean): number {
    const id = needed(element, "id");
    const direction = element.attributes.get("direction") ?? "NONE";
    if (direction === "NONE") return this.#linkId(element, "id");
    const word = (direction === "UP") !== isBack ? "UP" : "DOWN";
    const found = this.#table.find(`${id}_${word}`);
    return found ?? wrong(element, `no link ${shown(`${id}_${word}`)}`, "a split-duplex link");
  }

  /** The program's own link from a host to itself. */
  #loopback(source: string, target: string): LocalRoute | undefined {
    if (source !== target) return undefined;
    const own = { id: "__loopback__", bytesPerS: 10e9, latencyS: 0, isFatpipe: true };
    return { links: [this.#table.add(own)] };
  }
}

/** Hosts of a zone behind a backbone: up, across, down; each link once. */
class Ends {
  backbone: number | undefined;
  readonly #up = new Map<string, number>();
  readonly #down = new Map<string, number>();

  add(host: string, up: number, down: number): void {
    this.#up.set(host, up);
    this.#down.set(host, down);
  }

  way(source: string, target: string): LocalRoute {
    const [up, down] = [this.#up.get(source), this.#down.get(target)];
    const all = [up, this.backbone, down].filter((link) => link !== undefined);
    return { links: [...new Set(all)] };
  }
}
