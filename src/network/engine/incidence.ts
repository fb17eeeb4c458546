/**
 * Which flows are on which link now: a dense list a link, changed in O(1) an entry.
 *
 * The ways themselves are fixed: flow f has entries start[f] … start[f+1], one a link.
 */
export class Incidence {
  readonly flowCount: number;
  readonly linkCount: number;
  readonly entryStart: Int32Array;
  readonly entryLink: Int32Array;
  readonly entryFlow: Int32Array;
  /** Of a full link a flow gets in proportion to its weight; 1 for equal shares. */
  readonly weight: Float64Array;
  /** Link l's active entries are slots[slotStart[l]] … , degree[l] of them. */
  readonly slotStart: Int32Array;
  readonly slots: Int32Array;
  readonly degree: Int32Array;
  /** Where an entry stands in `slots` while its flow is active. */
  readonly slotOf: Int32Array;

  constructor(
    entryStart: Int32Array,
    entryLink: Int32Array,
    linkCount: number,
    weight: Float64Array = new Float64Array(entryStart.length - 1).fill(1),
  ) {
    this.weight = weight;
    this.flowCount = entryStart.length - 1;
    this.linkCount = linkCount;
    this.entryStart = entryStart;
    this.entryLink = entryLink;
    this.entryFlow = new Int32Array(entryLink.length);
    for (let flow = 0, e = 0; flow < this.flowCount; flow++) {
      for (const end = entryStart[flow + 1]!; e < end; e++) this.entryFlow[e] = flow;
    }
    this.slotStart = new Int32Array(linkCount + 1);
    for (let e = 0; e < entryLink.length; e++) this.slotStart[entryLink[e]! + 1]!++;
    for (let link = 0; link < linkCount; link++) {
      this.slotStart[link + 1]! += this.slotStart[link]!;
    }
    this.slots = new Int32Array(entryLink.length);
    this.degree = new Int32Array(linkCount);
    this.slotOf = new Int32Array(entryLink.length);
  }

  /** The entry's flow is on the link from now on. */
  attach(entry: number, link: number): void {
    const slot = this.slotStart[link]! + this.degree[link]!++;
    this.slots[slot] = entry;
    this.slotOf[entry] = slot;
  }

  detach(entry: number, link: number): void {
    const last = this.slots[this.slotStart[link]! + --this.degree[link]!]!;
    const slot = this.slotOf[entry]!;
    this.slots[slot] = last;
    this.slotOf[last] = slot;
  }
}
