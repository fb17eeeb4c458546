/**
 * Which flows are on which link now: a dense list a link, changed in O(links of the flow).
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
  readonly #slotOf: Int32Array;

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
    for (let flow = 0; flow < this.flowCount; flow++) {
      this.entryFlow.fill(flow, entryStart[flow], entryStart[flow + 1]);
    }
    this.slotStart = new Int32Array(linkCount + 1);
    for (const link of entryLink) this.slotStart[link + 1]!++;
    for (let link = 0; link < linkCount; link++) {
      this.slotStart[link + 1]! += this.slotStart[link]!;
    }
    this.slots = new Int32Array(entryLink.length);
    this.degree = new Int32Array(linkCount);
    this.#slotOf = new Int32Array(entryLink.length);
  }

  attach(flow: number): void {
    for (let e = this.entryStart[flow]!; e < this.entryStart[flow + 1]!; e++) {
      const link = this.entryLink[e]!;
      const slot = this.slotStart[link]! + this.degree[link]!++;
      this.slots[slot] = e;
      this.#slotOf[e] = slot;
    }
  }

  detach(flow: number): void {
    for (let e = this.entryStart[flow]!; e < this.entryStart[flow + 1]!; e++) {
      const link = this.entryLink[e]!;
      const last = this.slots[this.slotStart[link]! + --this.degree[link]!]!;
      const slot = this.#slotOf[e]!;
      this.slots[slot] = last;
      this.#slotOf[last] = slot;
    }
  }
}
