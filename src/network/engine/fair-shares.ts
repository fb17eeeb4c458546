/**
 * Max-min fair rates, re-solved locally when flows come and go.
 *
 * An allocation is max-min fair, and then unique, if every flow has a bottleneck: a full
 * link on which no flow has a greater level (rate / weight; equal weights make them one).
 * So after a change it is enough to repair until every flow has one again. The set to solve
 * starts with the arrivals and with the flows whose bottleneck lost or won a flow; after
 * each filling it grows by the flows outside whose bottleneck no longer holds, or that now
 * exceed a rate frozen at a link they share; when nothing is added, the certificate holds
 * everywhere.
 */
import { assert } from "../../base/assert.ts";
import { Incidence } from "./incidence.ts";
import { WaterFill } from "./water-fill.ts";

/** Rates nearer than this (relative) are one rate to the certificate. */
const TOLERANCE = 1e-11;
/** A rate that moves less than this has not moved: re-dating it would only add rounding. */
const NOISE = 1e-13;

export class FairShares {
  /** Bytes per second and weight of each active flow. */
  readonly level: Float64Array;
  readonly weight: Float64Array;
  /** After solve(): the flows whose level moved, and the levels they had. */
  readonly changed: Int32Array;
  readonly levelBefore: Float64Array;

  readonly #capacity: Float64Array;
  readonly #flows: Incidence;
  readonly #fill: WaterFill;
  readonly #bottleneck: Int32Array;
  /** Sum of the rates on each link. Set to 0 when a link empties, which bounds its drift. */
  readonly #used: Float64Array;
  /** How many flows have the link as their bottleneck. */
  readonly #bound: Int32Array;
  readonly #arrivals: Int32Array;
  #arrivalCount = 0;
  readonly #noted: Int32Array;
  readonly #isNoted: Uint8Array;
  #notedCount = 0;

  constructor(
    entryStart: Int32Array,
    entryLink: Int32Array,
    capacity: Float64Array,
    weight?: Float64Array,
  ) {
    const linkCount = capacity.length;
    const flowCount = entryStart.length - 1;
    this.#capacity = capacity;
    this.#flows = new Incidence(entryStart, entryLink, linkCount, weight);
    this.weight = this.#flows.weight;
    this.#fill = new WaterFill(this.#flows);
    this.level = new Float64Array(flowCount);
    this.changed = new Int32Array(flowCount);
    this.levelBefore = new Float64Array(flowCount);
    this.#bottleneck = new Int32Array(flowCount).fill(-1);
    this.#used = new Float64Array(linkCount);
    this.#bound = new Int32Array(linkCount);
    this.#arrivals = new Int32Array(flowCount);
    this.#noted = new Int32Array(linkCount);
    this.#isNoted = new Uint8Array(linkCount);
  }

  /** The flow takes part from the next solve() on. */
  add(flow: number): void {
    const flows = this.#flows;
    this.level[flow] = 0;
    this.#arrivals[this.#arrivalCount++] = flow;
    const end = flows.entryStart[flow + 1]!;
    for (let e = flows.entryStart[flow]!; e < end; e++) {
      const link = flows.entryLink[e]!;
      flows.attach(e, link);
      if (this.#isNoted[link] === 0) this.#note(link);
    }
  }

  remove(flow: number): void {
    const flows = this.#flows;
    const rate = this.level[flow]! * this.weight[flow]!;
    const end = flows.entryStart[flow + 1]!;
    for (let e = flows.entryStart[flow]!; e < end; e++) {
      const link = flows.entryLink[e]!;
      flows.detach(e, link);
      this.#used[link] = flows.degree[link] === 0 ? 0 : this.#used[link]! - rate;
      if (this.#isNoted[link] === 0) this.#note(link);
    }
    this.#bound[this.#bottleneck[flow]!]!--;
    this.#bottleneck[flow] = -1;
    this.level[flow] = 0;
  }

  /** Makes all shares fair again; returns how many moved (see `changed`). */
  solve(): number {
    this.#seed();
    if (this.#fill.count === 0) return 0;
    do this.#fill.run(this.#capacity, this.#used);
    while (!this.#fill.isEachAlone && this.#grow());
    const count = this.#commit();
    this.#fill.clear();
    return count;
  }

  /** Asserts the certificate and the capacities on fresh sums; for tests. */
  verify(): void {
    const { slotStart, slots, degree, entryFlow, linkCount } = this.#flows;
    const sum = new Float64Array(linkCount);
    const greatest = new Float64Array(linkCount);
    const active = new Set<number>();
    for (let link = 0; link < linkCount; link++) {
      for (let i = 0; i < degree[link]!; i++) {
        const flow = entryFlow[slots[slotStart[link]! + i]!]!;
        active.add(flow);
        sum[link]! += this.level[flow]! * this.weight[flow]!;
        greatest[link] = Math.max(greatest[link]!, this.level[flow]!);
      }
      const isWithin = sum[link]! <= this.#capacity[link]! * (1 + 1e-9);
      assert(isWithin, "no link carries more than its capacity");
    }
    for (const flow of active) {
      const link = this.#bottleneck[flow]!;
      const isFull = sum[link]! >= this.#capacity[link]! * (1 - 1e-9);
      const isTop = greatest[link]! <= this.level[flow]! * (1 + 1e-9);
      assert(isFull && isTop, "every flow has a full link on which none is faster");
    }
  }

  #note(link: number): void {
    this.#isNoted[link] = 1;
    this.#noted[this.#notedCount++] = link;
  }

  /** Arrivals, and the flows bound by a link that changed. */
  #seed(): void {
    for (let i = 0; i < this.#arrivalCount; i++) this.#fill.include(this.#arrivals[i]!, 0);
    this.#arrivalCount = 0;
    for (let i = 0; i < this.#notedCount; i++) {
      const link = this.#noted[i]!;
      this.#isNoted[link] = 0;
      if (this.#bound[link]! > 0) this.#includeBound(link);
    }
    this.#notedCount = 0;
  }

  #includeBound(link: number): void {
    const { slotStart, slots, degree, entryFlow } = this.#flows;
    const end = slotStart[link]! + degree[link]!;
    for (let slot = slotStart[link]!; slot < end; slot++) {
      const flow = entryFlow[slots[slot]!]!;
      if (this.#bottleneck[flow] === link) this.#fill.include(flow, this.level[flow]!);
    }
  }

  /** Adds the flows outside whose certificate broke; false when there are none. */
  #grow(): boolean {
    const fill = this.#fill;
    const count = fill.count;
    const touchedCount = fill.touchedCount;
    for (let i = 0; i < touchedCount; i++) {
      const link = fill.touched[i]!;
      const hasOthers = fill.members[link]! < this.#flows.degree[link]!;
      if (!hasOthers) continue;
      if (fill.frozeAt[link]! >= 0) this.#growAtFull(link, fill.frozeAt[link]!);
      else if (this.#bound[link]! > 0) this.#growAtOther(link);
    }
    return fill.count > count;
  }

  /** The link froze flows at `level`: nobody on it may be faster, nor be held below. */
  #growAtFull(link: number, level: number): void {
    const { slotStart, slots, degree, entryFlow } = this.#flows;
    const most = level * (1 + TOLERANCE);
    const least = level * (1 - TOLERANCE);
    const end = slotStart[link]! + degree[link]!;
    for (let slot = slotStart[link]!; slot < end; slot++) {
      const flow = entryFlow[slots[slot]!]!;
      const own = this.level[flow]!;
      if (own > most || (own < least && this.#bottleneck[flow] === link)) {
        this.#fill.include(flow, own);
      }
    }
  }

  /** The link binds flows outside, and now has room or carries a faster flow of the set. */
  #growAtOther(link: number): void {
    const { slotStart, slots, degree, entryFlow } = this.#flows;
    const fill = this.#fill;
    const hasRoom = fill.room[link]! > this.#capacity[link]! * TOLERANCE;
    const end = slotStart[link]! + degree[link]!;
    for (let slot = slotStart[link]!; slot < end; slot++) {
      const flow = entryFlow[slots[slot]!]!;
      if (this.#bottleneck[flow] !== link) continue;
      const level = this.level[flow]!;
      if (hasRoom || fill.highest[link]! > level * (1 + TOLERANCE)) fill.include(flow, level);
    }
  }

  #commit(): number {
    const fill = this.#fill;
    const { entryStart, entryLink } = this.#flows;
    let count = 0;
    for (let i = 0; i < fill.count; i++) {
      const flow = fill.set[i]!;
      this.#rebind(flow, fill.bottleneck[flow]!);
      const before = this.level[flow]!;
      const level = fill.level[flow]!;
      if (Math.abs(level - before) <= NOISE * before) continue;
      this.level[flow] = level;
      for (let e = entryStart[flow]!; e < entryStart[flow + 1]!; e++) {
        this.#used[entryLink[e]!]! += (level - before) * this.weight[flow]!;
      }
      this.changed[count] = flow;
      this.levelBefore[count++] = before;
    }
    return count;
  }

  #rebind(flow: number, link: number): void {
    const before = this.#bottleneck[flow]!;
    if (before === link) return;
    if (before !== -1) this.#bound[before]!--;
    this.#bound[link]!++;
    this.#bottleneck[flow] = link;
  }
}
