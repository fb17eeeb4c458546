/** A fabric as it is being read: names once, cables of one pair and rate added up. */
import type { FoundCable, FoundFabric, FoundHost } from "../../records/found-fabric.ts";
import type { Place } from "../issue.ts";
import { refuse, shown, wholeFile } from "../issue.ts";

/** Beyond this a list of names is a slip of the pen, and its expansion would fill memory. */
export const MOST_NAMES = 2 ** 20;

export class FoundDraft {
  readonly #switches = new Set<string>();
  readonly #hosts = new Map<string, FoundHost>();
  readonly #cables = new Map<string, FoundCable>();

  addSwitch(name: string, place: Place): void {
    this.#refuseKnown(name, place);
    this.#switches.add(name);
  }

  addHost(host: FoundHost, place: Place): void {
    this.#refuseKnown(host.name, place);
    this.#hosts.set(host.name, host);
  }

  addCable(cable: FoundCable): void {
    const [from, to] = [cable.from, cable.to].sort(byCode) as [string, string];
    const key = JSON.stringify([from, to, cable.rateBytesPerS ?? 0]);
    const count = cable.count + (this.#cables.get(key)?.count ?? 0);
    this.#cables.set(key, { ...cable, from, to, count });
  }

  finish(format: string, notes: readonly string[], file: string): FoundFabric {
    if (this.#switches.size === 0 || this.#hosts.size === 0) {
      refuse(wholeFile(file), {
        code: "not-a-fabric",
        found: `${this.#switches.size} switches and ${this.#hosts.size} hosts in ${format}`,
        expected: "at least one of each",
        nextStep: "record the whole fabric",
      });
    }
    const [hosts, cables] = [[...this.#hosts.values()], [...this.#cables.values()]];
    return { format, switches: [...this.#switches], hosts, cables, notes };
  }

  #refuseKnown(name: string, place: Place): void {
    if (!/^[^\p{Cc}\p{Cf}"\\]{1,120}$/u.test(name)) {
      refuse(place, {
        code: "unsafe-text",
        found: `the name ${shown(name)}`,
        expected: "1 to 120 characters that can be printed, without quotes",
        nextStep: "rename it",
      });
    }
    if (!this.#switches.has(name) && !this.#hosts.has(name)) return;
    refuse(place, {
      code: "repeated-value",
      found: `${shown(name)} twice`,
      expected: "every switch and every host once",
      nextStep: "remove or rename one of them",
    });
  }
}

/** By code units: the same order in every locale. */
export function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
