/**
 * LLDP neighbors of several systems: { "node001": <what `lldpcli -f json show neighbors` prints>,
 * "leaf1": … }. A system is a switch where a neighbor says that it bridges or routes. Cables of two
 * systems that both report are as many as the one with more reports.
 */
import type { FoundFabric } from "../../records/found-fabric.ts";
import type { Document } from "../document.ts";
import { pointerTo } from "../document.ts";
import type { Place } from "../issue.ts";
import { listed, refuse, shown } from "../issue.ts";
import { isGroup } from "../walk.ts";
import { byCode, FoundDraft } from "./found-draft.ts";

interface Report {
  readonly local: string;
  readonly port: string;
  readonly peer: string;
  readonly peerPort: string;
  readonly isPeerSwitch: boolean;
  readonly rateBytesPerS: number | undefined;
  readonly place: Place;
}

export function isLldp(data: unknown): boolean {
  if (!isGroup(data)) return false;
  return "lldp" in data || Object.values(data).some((one) => isGroup(one) && "lldp" in one);
}

export function fabricFromLldp(document: Document): FoundFabric {
  const data = isGroup(document.data) ? document.data : {};
  if ("lldp" in data) refuse(document.place("/lldp", "key"), oneSystem());
  const names = Object.keys(data).sort(byCode);
  const reports = names.flatMap((name) => reportsOf(document, name, data[name]));
  const switches = new Set(reports.filter(({ isPeerSwitch }) => isPeerSwitch).map((r) => r.peer));
  const draft = new FoundDraft();
  for (const name of [...switches].sort(byCode)) {
    draft.addSwitch(name, reports.find(({ peer }) => peer === name)?.place ?? placeOf(document));
  }
  const others = reports.filter(({ local, peer }) => !switches.has(local) && !switches.has(peer));
  for (const { local, peer, place } of others.slice(0, 1)) refuse(place, noSwitch(local, peer));
  addHosts(draft, reports, switches);
  const between = addCables(draft, reports, switches);
  return draft.finish("LLDP", notesOf({ names, switches, reports, between }), document.file);
}

const placeOf = (document: Document): Place => document.place("", "value");

/** From a host's own report where it has one, else from the switch's. */
function addHosts(draft: FoundDraft, reports: readonly Report[], switches: ReadonlySet<string>) {
  const own = new Set(reports.map(({ local }) => local).filter((name) => !switches.has(name)));
  for (const { local, port, peer, peerPort, rateBytesPerS, place } of reports) {
    const rate = rateBytesPerS === undefined ? {} : { rateBytesPerS };
    if (!switches.has(local)) {
      draft.addHost({ name: `${local} ${port}`, switchName: peer, ...rate }, place);
    } else if (!switches.has(peer) && !own.has(peer)) {
      draft.addHost({ name: `${peer} ${peerPort}`, switchName: local, ...rate }, place);
    }
  }
}

/** Pairs whose two switches report another number of cables. */
function addCables(draft: FoundDraft, reports: readonly Report[], switches: ReadonlySet<string>) {
  const between = new Map<
    string,
    { a: string; b: string; ways: [number, number]; rate?: number }
  >();
  for (const { local, peer, rateBytesPerS } of reports) {
    if (!switches.has(local) || !switches.has(peer)) continue;
    const [a, b] = [local, peer].sort(byCode) as [string, string];
    const key = JSON.stringify([a, b]);
    const pair = between.get(key) ?? { a, b, ways: [0, 0] };
    pair.ways[local === a ? 0 : 1]++;
    if (rateBytesPerS !== undefined) pair.rate = Math.min(rateBytesPerS, pair.rate ?? Infinity);
    between.set(key, pair);
  }
  for (const { a, b, ways, rate } of between.values()) {
    const figures = rate === undefined ? {} : { rateBytesPerS: rate };
    draft.addCable({ from: a, to: b, count: Math.max(...ways), ...figures });
  }
  return [...between.values()].filter(({ ways }) => Math.min(...ways) > 0 && ways[0] !== ways[1]);
}

function notesOf(found: {
  readonly names: readonly string[];
  readonly switches: ReadonlySet<string>;
  readonly reports: readonly Report[];
  readonly between: readonly { readonly a: string; readonly b: string }[];
}): string[] {
  const { names, switches, reports, between } = found;
  const named = new Set(reports.map(({ peer }) => peer));
  const unnamed = names.filter((name) => !named.has(name));
  const silent = [...switches].filter((name) => !names.includes(name));
  return [
    "every port of a host is a host of its own: a host with eight of them is eight",
    ...(unnamed.length > 0 ? [`no neighbor names ${listed(unnamed)}: taken for hosts`] : []),
    ...(silent.length > 0 ? [`switches that were not asked themselves: ${listed(silent)}`] : []),
    ...between.map(({ a, b }) => `${a} and ${b} report another number of cables: the greater`),
  ];
}

function reportsOf(document: Document, local: string, one: unknown): Report[] {
  const pointer = pointerTo("", local);
  const lldp = isGroup(one) && isGroup(one["lldp"]) ? one["lldp"] : undefined;
  if (lldp === undefined) return refuse(document.place(pointer, "value"), torn(shown(one)));
  const under = pointerTo(pointerTo(pointer, "lldp"), "interface");
  const list: unknown = lldp["interface"] ?? [];
  if (!Array.isArray(list)) return groupReports(document, { local, pointer: under }, list);
  return list.flatMap((group: unknown, i) =>
    groupReports(document, { local, pointer: pointerTo(under, i) }, group),
  );
}

function groupReports(
  document: Document,
  { local, pointer }: { readonly local: string; readonly pointer: string },
  group: unknown,
): Report[] {
  if (!isGroup(group)) return refuse(document.place(pointer, "value"), torn(shown(group)));
  return Object.entries(group).map(([port, seen]) => {
    const place = document.place(pointerTo(pointer, port), "value");
    const chassis = isGroup(seen) && isGroup(seen["chassis"]) ? seen["chassis"] : {};
    const [[peer, about] = ["", undefined], ...more] = Object.entries(chassis);
    if (!isGroup(seen) || !isGroup(about) || more.length > 0) {
      return refuse(place, torn("an interface without one named chassis"));
    }
    if (peer === local) return refuse(place, torn(`${shown(local)} as its own neighbor`));
    const far = isGroup(seen["port"]) ? seen["port"] : {};
    const id = isGroup(far["id"]) ? far["id"]["value"] : undefined;
    if (typeof id !== "string") return refuse(place, torn("a port without an id"));
    const rateBytesPerS = rateOf(far);
    return { local, port, peer, peerPort: id, isPeerSwitch: bridges(about), rateBytesPerS, place };
  });
}

function bridges(about: Readonly<Record<string, unknown>>): boolean {
  const found = about["capability"] ?? [];
  const capabilities: unknown[] = Array.isArray(found) ? found : [found];
  return capabilities.some(
    (one) =>
      isGroup(one) && ["Bridge", "Router"].includes(String(one["type"])) && one["enabled"] === true,
  );
}

/** "100GbaseCR4 - …" in Gb/s, "1000BaseTFD" in Mb/s. */
function rateOf(port: Readonly<Record<string, unknown>>): number | undefined {
  const auto = port["auto-negotiation"];
  const current = isGroup(auto) ? auto["current"] : undefined;
  const [, digits, giga] =
    typeof current === "string" ? (/^(\d{1,6})(G?)base/i.exec(current) ?? []) : [];
  if (digits === undefined || Number(digits) === 0) return undefined;
  return (Number(digits) * (giga === "" ? 1e6 : 1e9)) / 8;
}

function torn(found: string) {
  return {
    code: "not-a-fabric",
    found,
    expected: 'systems by name, each as lldpcli -f json show neighbors prints: {"lldp": …}',
    nextStep: "record it again",
  };
}

function oneSystem() {
  return {
    code: "not-a-fabric",
    found: "one system's neighbors, without its name",
    expected: '{"node001": …, "leaf1": …}: what each of them printed',
    nextStep: "put what each system printed under its host name",
  };
}

function noSwitch(local: string, peer: string) {
  return {
    code: "not-a-fabric",
    found: `${shown(local)} beside ${shown(peer)}, neither of which bridges or routes`,
    expected: "a switch at one end of each cable",
    nextStep: "let the switch announce its capabilities, or leave the cable out",
  };
}
