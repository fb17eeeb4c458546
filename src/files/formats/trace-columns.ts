/** Columns of a rank's nodes that grow node by node; dependencies are looked up at the end. */
import { assert } from "../../base/assert.ts";
import type { RankNodes } from "../../records/execution-trace.ts";
import type { Place } from "../issue.ts";
import { refuse } from "../issue.ts";

type Column = Float64Array | Int32Array | Uint8Array;

function grown<T extends Column>(column: T, capacity: number): T {
  const made = new (column.constructor as new (length: number) => T)(capacity);
  made.set(column);
  return made;
}

export interface TraceNode {
  id: number;
  kind: number;
  durationS: number;
  flop: number;
  bytes: number;
  partner: number;
  mark: number;
}

export class TraceColumns {
  #count = 0;
  #ids = new Float64Array(1024);
  #kinds = new Uint8Array(1024);
  #durationS = new Float64Array(1024);
  #flop = new Float64Array(1024);
  #bytes = new Float64Array(1024);
  #partners = new Int32Array(1024);
  #marks = new Int32Array(1024);
  #waitStart = new Int32Array(1025);
  /** Ids until the end. */
  #waits = new Float64Array(1024);
  #waitCount = 0;
  readonly #groups = new Map<string, number>();

  get nodeCount(): number {
    return this.#count;
  }

  group(name: string): number {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    this.#groups.set(name, this.#groups.size);
    return this.#groups.size - 1;
  }

  /** Of the node that is added next. */
  wait(id: number): void {
    if (this.#waitCount === this.#waits.length) {
      this.#waits = grown(this.#waits, 2 * this.#waitCount);
    }
    this.#waits[this.#waitCount++] = id;
  }

  add({ id, kind, durationS, flop, bytes, partner, mark }: TraceNode): void {
    const place = this.#count++;
    if (place === this.#ids.length) this.#grow(2 * place);
    this.#ids[place] = id;
    this.#kinds[place] = kind;
    this.#durationS[place] = durationS;
    this.#flop[place] = flop;
    this.#bytes[place] = bytes;
    this.#partners[place] = partner;
    this.#marks[place] = mark;
    this.#waitStart[place + 1] = this.#waitCount;
  }

  finish(place: Place): RankNodes {
    const count = this.#count;
    const ids = this.#ids.subarray(0, count);
    const waits = placesOf(ids, this.#waits.subarray(0, this.#waitCount), place);
    return {
      ...{ nodeCount: count, ids, waits },
      kinds: this.#kinds.subarray(0, count),
      durationS: this.#durationS.subarray(0, count),
      flop: this.#flop.subarray(0, count),
      bytes: this.#bytes.subarray(0, count),
      partners: this.#partners.subarray(0, count),
      marks: this.#marks.subarray(0, count),
      waitStart: this.#waitStart.subarray(0, count + 1),
      groupNames: [...this.#groups.keys()],
    };
  }

  #grow(capacity: number): void {
    this.#ids = grown(this.#ids, capacity);
    this.#kinds = grown(this.#kinds, capacity);
    this.#durationS = grown(this.#durationS, capacity);
    this.#flop = grown(this.#flop, capacity);
    this.#bytes = grown(this.#bytes, capacity);
    this.#partners = grown(this.#partners, capacity);
    this.#marks = grown(this.#marks, capacity);
    this.#waitStart = grown(this.#waitStart, capacity + 1);
  }
}

/** Ids of the file to places in it; dense numbers by a table, others by a map. */
function placesOf(ids: Float64Array, waits: Float64Array, place: Place): Int32Array {
  let most = 0;
  for (let i = 0; i < ids.length; i++) if (ids[i]! > most) most = ids[i]!;
  const places = new Int32Array(waits.length);
  if (most < 4 * ids.length + 1024) {
    // Places from 1 on, so that 0 is nobody.
    const table = new Int32Array(most + 1);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (table[id] !== 0) refuseTwice(id, place);
      table[id] = i + 1;
    }
    for (let w = 0; w < waits.length; w++) {
      const found = waits[w]! <= most ? (table[waits[w]!] ?? 0) : 0;
      if (found === 0) refuseMissing(waits[w]!, place);
      places[w] = found - 1;
    }
    return places;
  }
  const byId = new Map<number, number>();
  for (let i = 0; i < ids.length; i++) {
    if (byId.has(ids[i]!)) refuseTwice(ids[i]!, place);
    byId.set(ids[i]!, i);
  }
  return Int32Array.from(waits, (id) => byId.get(id) ?? refuseMissing(id, place));
}

function refuseTwice(id: number, place: Place): never {
  assert(Number.isSafeInteger(id), "ids are whole");
  return refuse(place, {
    code: "repeated-value",
    found: `node ${id} twice`,
    expected: "every node once",
    nextStep: "record it again; two files in one?",
  });
}

function refuseMissing(id: number, place: Place): never {
  return refuse(place, {
    code: "missing-node",
    found: `a dependency on node ${id}, which is not there`,
    expected: "nodes that wait for nodes of the same file",
    nextStep: "export it again, whole",
  });
}
