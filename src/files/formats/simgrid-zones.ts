/**
 * Zones of a SimGrid platform and the ways through them: within a zone as it says, between zones by
 * way of their gateways, as deep as they nest (simgrid/simgrid, NetZoneImpl.cpp).
 */
import type { Place } from "../issue.ts";
import { refuse, shown } from "../issue.ts";

export interface LocalRoute {
  readonly links: readonly number[];
  readonly gateways?: readonly [string, string];
}

export interface Zone {
  readonly id: string;
  readonly parent: Zone | undefined;
  /** From one point or zone in it to another; undefined: there is no way. */
  readonly local: (source: string, target: string) => LocalRoute | undefined;
}

export class Zones {
  readonly #file: string;
  readonly #zoneOf = new Map<string, Zone>();

  constructor(file: string) {
    this.#file = file;
  }

  add(point: string, zone: Zone, place: Place): void {
    if (this.#zoneOf.has(point)) {
      const found = `${shown(point)} twice`;
      const expected = "every host and router once";
      refuse(place, { code: "repeated-value", found, expected, nextStep: "rename one" });
    }
    this.#zoneOf.set(point, zone);
  }

  route(source: string, target: string): number[] {
    const [from, to] = [this.#zone(source), this.#zone(target)];
    const [above, beyond] = [pathOf(from), pathOf(to)];
    let common = 0;
    while (above[common + 1] !== undefined && above[common + 1] === beyond[common + 1]) common++;
    const [inSource, inTarget] = [above[common + 1], beyond[common + 1]];
    const way = above[common]?.local(inSource?.id ?? source, inTarget?.id ?? target);
    if (way === undefined) return this.#refuse(`no way from ${source} to ${target}`);
    const [leaving, entering] = way.gateways ?? [source, target];
    return [
      ...(inSource === undefined || leaving === source ? [] : this.route(source, leaving)),
      ...way.links,
      ...(inTarget === undefined || entering === target ? [] : this.route(entering, target)),
    ];
  }

  #zone(point: string): Zone {
    return this.#zoneOf.get(point) ?? this.#refuse(`no host or router ${shown(point)}`);
  }

  #refuse(found: string): never {
    const place = { file: this.#file, line: 0, column: 0, pointer: "" };
    const expected = "a platform with a route between all hosts that exchange messages";
    return refuse(place, { code: "no-route", found, expected, nextStep: "add the route or host" });
  }
}

/** The root first. */
function pathOf(zone: Zone | undefined): Zone[] {
  return zone === undefined ? [] : [...pathOf(zone.parent), zone];
}
