/**
 * Many messages at once in ASTRA-sim's backend that knows of congestion: each link serves one
 * message at a time, first come first served, is busy for ⌊m/B⌋ and hands over after ⌊L + m/B⌋; the
 * next hop starts once the whole message is there.
 */
import { at } from "../../base/assert.ts";
import type { AstraDimension, AstraMessage } from "../../records/astra.ts";
import { bytesPerNs, hopNs } from "./astra-message.ts";

/** When each message has arrived, ns; all are sent at 0, in the order given. */
export function stormArrivalsNs(
  dimension: AstraDimension,
  messages: readonly AstraMessage[],
): number[] {
  const storm = new Storm(dimension, messages);
  return storm.play();
}

class Storm {
  readonly #dimension: AstraDimension;
  readonly #messages: readonly AstraMessage[];
  /** The links still ahead of each message. */
  readonly #routes: (readonly number[])[];
  readonly #hops: number[];
  readonly #arrivalsNs: number[];
  readonly #isBusy = new Set<number>();
  readonly #waiting = new Map<number, number[]>();
  /** What happens when; things of one instant in the order in which they were planned. */
  readonly #agenda = new Map<number, (() => void)[]>();
  #nowNs = 0;

  constructor(dimension: AstraDimension, messages: readonly AstraMessage[]) {
    this.#dimension = dimension;
    this.#messages = messages;
    this.#routes = messages.map(({ fromRank, toRank }) => route(dimension, fromRank, toRank));
    this.#hops = messages.map(() => 0);
    this.#arrivalsNs = messages.map(() => 0);
  }

  play(): number[] {
    for (const message of this.#messages.keys()) this.#goOn(message);
    while (this.#agenda.size > 0) {
      this.#nowNs = [...this.#agenda.keys()].reduce((a, b) => Math.min(a, b));
      const events = this.#agenda.get(this.#nowNs) ?? [];
      for (const event of events) event();
      this.#agenda.delete(this.#nowNs);
    }
    return this.#arrivalsNs;
  }

  /** To the next link, or there. */
  #goOn(message: number): void {
    const link = this.#routes[message]?.[at(this.#hops, message)];
    if (link === undefined) this.#arrivalsNs[message] = this.#nowNs;
    else if (this.#isBusy.has(link)) {
      const waiting = this.#waiting.get(link) ?? [];
      waiting.push(message);
      this.#waiting.set(link, waiting);
    } else this.#transmit(link, message);
  }

  #transmit(link: number, message: number): void {
    const { sizeBytes } = at(this.#messages, message);
    this.#isBusy.add(link);
    this.#plan(hopNs(this.#dimension, sizeBytes), () => {
      this.#hops[message] = at(this.#hops, message) + 1;
      this.#goOn(message);
    });
    this.#plan(Math.floor(sizeBytes / bytesPerNs(this.#dimension)), () => {
      this.#isBusy.delete(link);
      const next = this.#waiting.get(link)?.shift();
      if (next !== undefined) this.#transmit(link, next);
    });
  }

  #plan(delayNs: number, event: () => void): void {
    const time = this.#nowNs + delayNs;
    const events = this.#agenda.get(time);
    if (events === undefined) this.#agenda.set(time, [event]);
    else events.push(event);
  }
}

/** Links by number: on a ring 2·i clockwise from i and 2·i + 1 back; else by both ends. */
function route({ topology, npuCount: n }: AstraDimension, from: number, to: number): number[] {
  if (topology === "FullyConnected") return [from * n + to];
  if (topology === "Switch") return [from, n + to];
  const clockwise = (to - from + n) % n;
  const isClockwise = clockwise <= n - clockwise; // the tie goes clockwise
  const count = isClockwise ? clockwise : n - clockwise;
  return Array.from({ length: count }, (_, i) => {
    return isClockwise ? 2 * ((from + i) % n) : 2 * ((from - i + n) % n) + 1;
  });
}
