/**
 * Shortest ways on any graph of switches: distances to one switch, made when first asked and
 * kept for the last few, so that memory grows with switches and not with their square. Of
 * several next hops the pick chooses, hop by hop, parallel cables among them.
 */
import { at } from "../../base/assert.ts";
import type { PickUplink } from "../../records/graph.ts";

export interface SwitchCable {
  readonly aId: number;
  readonly bId: number;
  /** The link from a to b, counted from the first cable's; the one back is next. */
  readonly linkId: number;
}

const KEPT_MOST = 512;

export class ShortestWays {
  readonly #start: Int32Array;
  readonly #to: Int32Array;
  readonly #link: Int32Array;
  readonly #known = new Map<number, Int32Array>();

  constructor(switchCount: number, cables: readonly SwitchCable[]) {
    this.#start = new Int32Array(switchCount + 1);
    for (const { aId, bId } of cables) {
      this.#start[aId + 1]!++;
      this.#start[bId + 1]!++;
    }
    for (let s = 0; s < switchCount; s++) this.#start[s + 1]! += this.#start[s]!;
    this.#to = new Int32Array(2 * cables.length);
    this.#link = new Int32Array(2 * cables.length);
    const place = this.#start.slice();
    const add = (from: number, to: number, link: number): void => {
      const entry = place[from]!++;
      this.#to[entry] = to;
      this.#link[entry] = link;
    };
    for (const { aId, bId, linkId } of cables) {
      add(aId, bId, linkId);
      add(bId, aId, linkId + 1);
    }
  }

  /** Hops to a switch from every switch; −1 where there is no way. */
  distances(target: number): Int32Array {
    const known = this.#known.get(target);
    if (known !== undefined) return known;
    const switchCount = this.#start.length - 1;
    const distance = new Int32Array(switchCount).fill(-1);
    const queue = new Int32Array(switchCount);
    distance[target] = 0;
    queue[0] = target;
    let length = 1;
    for (let next = 0; next < length; next++) {
      const here = queue[next]!;
      for (let i = this.#start[here]!; i < this.#start[here + 1]!; i++) {
        const behind = this.#to[i]!;
        if (distance[behind] !== -1) continue;
        distance[behind] = distance[here]! + 1;
        queue[length++] = behind;
      }
    }
    if (this.#known.size >= KEPT_MOST) this.#known.clear();
    this.#known.set(target, distance);
    return distance;
  }

  /** Writes the links of a way into `out` from `start` on and returns the end. */
  route(leg: Leg, out: Int32Array, start: number): number {
    const { from, to, source, target, pick, firstLink } = leg;
    const distance = this.distances(to);
    let end = start;
    let here = from;
    const choices: number[] = [];
    for (let left = at(distance, from) - 1; left >= 0; left--) {
      choices.length = 0;
      for (let i = this.#start[here]!; i < this.#start[here + 1]!; i++) {
        if (distance[this.#to[i]!] === left) choices.push(i);
      }
      const entry = at(choices, pick(end - start, source, target, choices.length));
      out[end++] = firstLink + this.#link[entry]!;
      here = this.#to[entry]!;
    }
    return end;
  }
}

interface Leg {
  readonly from: number;
  readonly to: number;
  readonly source: number;
  readonly target: number;
  readonly pick: PickUplink;
  /** Of the graph: cables count their links from here. */
  readonly firstLink: number;
}
