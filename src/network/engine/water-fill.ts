/**
 * Progressive filling of a set of flows, while all others keep their rates.
 *
 * All levels of the set rise together until a link is full; its flows are frozen at that
 * level, and the rest rise on. A flow's rate is level times weight. The next link to fill is
 * the one of least room / weight of its open flows (counted beside the weights, because a
 * sum of fractions that should reach 0 does not).
 * These shares only rise, so a lazy heap suffices: a stale top is corrected and sunk.
 * Source: Bertsekas & Gallager 1992, Data Networks, section 6.5.2.
 */
import type { Incidence } from "./incidence.ts";

export class WaterFill {
  /** The set: flows set[0 … count−1]. */
  readonly set: Int32Array;
  readonly inSet: Uint8Array;
  count = 0;
  /** What run() finds for each flow of the set. */
  readonly level: Float64Array;
  readonly bottleneck: Int32Array;

  /** Links of the set, and what run() leaves on each. */
  readonly touched: Int32Array;
  touchedCount = 0;
  /** Flows of the set on the link. */
  readonly members: Int32Array;
  /** Capacity left over. */
  readonly room: Float64Array;
  /** The level at which the link froze flows; −1 if it froze none. */
  readonly frozeAt: Float64Array;
  /** The greatest level of a flow of the set on the link. */
  readonly highest: Float64Array;

  readonly #flows: Incidence;
  /** Flows of the set that rise still, and their weights; the weights of all of the set. */
  readonly #open: Int32Array;
  readonly #openWeight: Float64Array;
  readonly #memberWeight: Float64Array;
  readonly #pending: Int32Array;
  readonly #pendingWeight: Float64Array;
  readonly #pendingLinks: Int32Array;
  #pendingCount = 0;
  readonly #isFrozen: Uint8Array;
  /** Whether no link of the set has more than one flow: then run() holds for certain. */
  isEachAlone = false;
  /** Rates that the set's flows had before, summed on each link. */
  readonly #before: Float64Array;
  readonly #heap: Int32Array;
  readonly #key: Float64Array;
  #heapLength = 0;

  constructor(flows: Incidence) {
    const { flowCount, linkCount } = flows;
    this.#flows = flows;
    this.set = new Int32Array(flowCount);
    this.inSet = new Uint8Array(flowCount);
    this.level = new Float64Array(flowCount);
    this.bottleneck = new Int32Array(flowCount);
    this.#isFrozen = new Uint8Array(flowCount);
    this.touched = new Int32Array(linkCount);
    this.members = new Int32Array(linkCount);
    this.room = new Float64Array(linkCount);
    this.frozeAt = new Float64Array(linkCount);
    this.highest = new Float64Array(linkCount);
    this.#open = new Int32Array(linkCount);
    this.#openWeight = new Float64Array(linkCount);
    this.#memberWeight = new Float64Array(linkCount);
    this.#pending = new Int32Array(linkCount);
    this.#pendingWeight = new Float64Array(linkCount);
    this.#pendingLinks = new Int32Array(linkCount);
    this.#before = new Float64Array(linkCount);
    this.#heap = new Int32Array(linkCount);
    this.#key = new Float64Array(linkCount);
  }

  clear(): void {
    for (let i = 0; i < this.count; i++) this.inSet[this.set[i]!] = 0;
    for (let i = 0; i < this.touchedCount; i++) {
      const link = this.touched[i]!;
      this.members[link] = 0;
      this.#memberWeight[link] = 0;
      this.#before[link] = 0;
    }
    this.count = 0;
    this.touchedCount = 0;
  }

  /** Adds a flow that has the given level now. */
  include(flow: number, level: number): void {
    if (this.inSet[flow] === 1) return;
    this.inSet[flow] = 1;
    this.set[this.count++] = flow;
    const { entryStart, entryLink } = this.#flows;
    const weight = this.#flows.weight[flow]!;
    for (let e = entryStart[flow]!; e < entryStart[flow + 1]!; e++) {
      const link = entryLink[e]!;
      if (this.members[link]! === 0) this.touched[this.touchedCount++] = link;
      this.members[link]!++;
      this.#memberWeight[link]! += weight;
      this.#before[link]! += level * weight;
    }
  }

  run(capacity: Float64Array, used: Float64Array): void {
    const least = this.#start(capacity, used);
    if (this.isEachAlone) {
      for (let i = 0; i < this.count; i++) this.#fillAlone(this.set[i]!, least);
      return;
    }
    this.#fillFirstLevel(least);
    this.#heapUp();
    for (;;) {
      const link = this.#popFullest();
      if (link === -1) return;
      this.#freeze(link, this.#key[link]!);
    }
  }

  /** Every link of the set with the room that the flows outside leave. */
  #start(capacity: Float64Array, used: Float64Array): number {
    let least = Infinity;
    let isEachAlone = true;
    const { degree } = this.#flows;
    for (let i = 0; i < this.count; i++) this.#isFrozen[this.set[i]!] = 0;
    for (let i = 0; i < this.touchedCount; i++) {
      const link = this.touched[i]!;
      const members = this.members[link]!;
      const isAll = members === degree[link]!;
      if (degree[link] !== 1) isEachAlone = false;
      const left = isAll ? capacity[link]! : capacity[link]! - used[link]! + this.#before[link]!;
      this.room[link] = left > 0 ? left : 0;
      this.#open[link] = members;
      this.#openWeight[link] = this.#memberWeight[link]!;
      this.frozeAt[link] = -1;
      this.highest[link] = 0;
      const key = this.room[link] / this.#openWeight[link];
      this.#key[link] = key;
      if (key < least) least = key;
    }
    this.isEachAlone = isEachAlone;
    return least;
  }

  /**
   * Nobody else is on the links of the flow: the tightest of them binds it. Of equally tight
   * ones it is that which the general filling takes: the first one on the way at the least
   * level of all, the first by number above it.
   */
  #fillAlone(flow: number, least: number): void {
    const { entryStart, entryLink } = this.#flows;
    const end = entryStart[flow + 1]!;
    let tightest = entryLink[entryStart[flow]!]!;
    let level = this.#key[tightest]!;
    for (let e = entryStart[flow]! + 1; e < end; e++) {
      const link = entryLink[e]!;
      const key = this.#key[link]!;
      if (key > level || (key === level && (level === least || link > tightest))) continue;
      level = key;
      tightest = link;
    }
    this.level[flow] = level;
    this.bottleneck[flow] = tightest;
  }

  /** The links that fill first, without a heap: where all flows are alike they are all. */
  #fillFirstLevel(least: number): void {
    for (let i = 0; i < this.touchedCount; i++) {
      const link = this.touched[i]!;
      if (this.#key[link] !== least || this.#open[link] === 0) continue;
      if (this.room[link]! / this.#openWeight[link]! <= least) this.#freeze(link, least);
    }
  }

  /** The others, by the share that is left to their open flows. */
  #heapUp(): void {
    this.#heapLength = 0;
    for (let i = 0; i < this.touchedCount; i++) {
      const link = this.touched[i]!;
      if (this.#open[link] === 0) continue;
      const share = this.room[link]! / this.#openWeight[link]!;
      if (share > this.#key[link]!) this.#key[link] = share;
      this.#heap[this.#heapLength++] = link;
    }
    for (let i = (this.#heapLength >> 1) - 1; i >= 0; i--) this.#sink(i);
  }

  /** The link that fills next, with its level as its key; −1 when all flows are frozen. */
  #popFullest(): number {
    while (this.#heapLength > 0) {
      const link = this.#heap[0]!;
      const open = this.#open[link]!;
      const share = open === 0 ? 0 : this.room[link]! / this.#openWeight[link]!;
      if (open > 0 && share > this.#key[link]!) {
        this.#key[link] = share;
      } else {
        this.#heap[0] = this.#heap[--this.#heapLength]!;
        if (open > 0) return this.#settled(link);
      }
      if (this.#heapLength > 0) this.#sink(0);
    }
    return -1;
  }

  #settled(link: number): number {
    if (this.#heapLength > 0) this.#sink(0);
    return link;
  }

  #freeze(link: number, level: number): void {
    const { slotStart, slots, degree, entryFlow } = this.#flows;
    const start = slotStart[link]!;
    const end = start + degree[link]!;
    this.#pendingCount = 0;
    for (let slot = start; slot < end; slot++) {
      const flow = entryFlow[slots[slot]!]!;
      if (this.inSet[flow] === 1 && this.#isFrozen[flow] === 0) this.#fix(flow, link, level);
    }
    this.#subtract(level);
    this.frozeAt[link] = level;
    this.room[link] = 0;
  }

  #fix(flow: number, link: number, level: number): void {
    this.#isFrozen[flow] = 1;
    this.level[flow] = level;
    this.bottleneck[flow] = link;
    const { entryStart, entryLink } = this.#flows;
    const weight = this.#flows.weight[flow]!;
    for (let e = entryStart[flow]!; e < entryStart[flow + 1]!; e++) {
      const other = entryLink[e]!;
      if (this.#pending[other]!++ === 0) this.#pendingLinks[this.#pendingCount++] = other;
      this.#pendingWeight[other]! += weight;
    }
  }

  /** Once a link and level: flow by flow would leave noise that splits equal flows. */
  #subtract(level: number): void {
    for (let i = 0; i < this.#pendingCount; i++) {
      const link = this.#pendingLinks[i]!;
      const frozen = this.#pending[link]!;
      const left = this.room[link]! - level * this.#pendingWeight[link]!;
      this.room[link] = left > 0 ? left : 0;
      this.#open[link]! -= frozen;
      this.#openWeight[link]! -= this.#pendingWeight[link]!;
      this.#pendingWeight[link] = 0;
      this.highest[link] = level;
      this.#pending[link] = 0;
    }
  }

  #sink(start: number): void {
    let place = start;
    const link = this.#heap[place]!;
    const key = this.#key[link]!;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.#heapLength) break;
      const right = below + 1;
      if (right < this.#heapLength && this.#isBefore(this.#heap[right]!, this.#heap[below]!)) {
        below = right;
      }
      const other = this.#heap[below]!;
      if (this.#key[other]! > key || (this.#key[other]! === key && other > link)) break;
      this.#heap[place] = other;
      place = below;
    }
    this.#heap[place] = link;
  }

  #isBefore(a: number, b: number): boolean {
    const first = this.#key[a]!;
    const second = this.#key[b]!;
    return first < second || (first === second && a < b);
  }
}
