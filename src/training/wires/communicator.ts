/**
 * A group of ranks over wires: the collectives that models and training ask for, each counted.
 * With n ranks and S bytes in the whole buffer a rank sends
 *
 *     all-reduce         2 · (n − 1) / n · S
 *     all-gather, reduce-scatter   (n − 1) / n · S
 *     all-to-all         what is for others
 *
 * which no algorithm can beat. Where n does not divide the elements of an all-reduce, chunks
 * differ by one element.
 */
import { assert, at } from "../../base/assert.ts";
import type { GroupKind } from "../../records/trace.ts";
import type { Numbers } from "../../tensor/arithmetic.ts";
import type { AllToAllCounts, Communicator } from "../../tensor/communicator.ts";
import type { Parcel, Ticket, Wires } from "./wires.ts";

/** An exchange in the background; its arrays are not to be touched before it is finished. */
export interface Pending {
  /** Waits; the seconds that the exchange took. */
  finish(): number;
}

const NOTHING: Pending = { finish: () => 0 };

export class RankGroup implements Communicator {
  readonly group: GroupKind;
  readonly rank: number;
  readonly members: readonly number[];
  readonly #wires: Wires;
  #sentBytes = 0;

  constructor(wires: Wires, group: GroupKind, members: readonly number[]) {
    this.#wires = wires;
    this.group = group;
    this.members = members;
    this.rank = members.indexOf(wires.rank);
    assert(this.rank >= 0, "a rank belongs to its groups");
  }

  get rankCount(): number {
    return this.members.length;
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  allReduce(numbers: Numbers, how: "sum" | "max" = "sum"): void {
    this.#allReduce(numbers, how, false);
  }

  startAllReduce(numbers: Numbers): Pending {
    return this.#pending(this.#allReduce(numbers, "sum", true));
  }

  allGather(own: Numbers, all: Numbers): void {
    this.#allGather(own, all, false);
  }

  startAllGather(own: Numbers, all: Numbers): Pending {
    return this.#pending(this.#allGather(own, all, true));
  }

  reduceScatter(all: Numbers, own: Numbers): void {
    this.#reduceScatter(all, own, false);
  }

  startReduceScatter(all: Numbers, own: Numbers): Pending {
    return this.#pending(this.#reduceScatter(all, own, true));
  }

  allToAll(sent: Numbers, received: Numbers, counts: AllToAllCounts): void {
    const outgoing = cut(sent, counts.sentCounts);
    const incoming = cut(received, counts.receivedCounts);
    at(incoming, this.rank).set(at(outgoing, this.rank));
    this.#transfer(this.#toOthers(outgoing), this.#toOthers(incoming), false);
  }

  exchange(to: number, sent: Numbers, from: number, received: Numbers): void {
    assert((to === this.rank) === (from === this.rank), "who sends to itself receives from itself");
    if (to === this.rank) {
      received.set(sent);
      return;
    }
    const outgoing = [{ peer: at(this.members, to), numbers: sent }];
    this.#transfer(outgoing, [{ peer: at(this.members, from), numbers: received }], false);
  }

  /** Does not wait for the other. */
  send(to: number, numbers: Numbers): void {
    this.#sentBytes += numbers.byteLength;
    this.#wires.send({ peer: at(this.members, to), numbers });
  }

  /** As send, but it waits until the other has taken it. */
  hand(to: number, numbers: Numbers): void {
    this.#transfer([{ peer: at(this.members, to), numbers }], [], false);
  }

  receive(from: number, numbers: Numbers): void {
    this.#transfer([], [{ peer: at(this.members, from), numbers }], false);
  }

  #allReduce(numbers: Numbers, how: "sum" | "max", isBackground: boolean): Ticket {
    const { rank, rankCount: n } = this;
    if (n === 1) return 0;
    const place = (i: number) => Math.floor((i * numbers.length) / n);
    const own = place(rank + 1) - place(rank);
    // The others' chunks once, and the own one to each of them.
    this.#sentBytes += (numbers.length - own + (n - 1) * own) * numbers.BYTES_PER_ELEMENT;
    return this.#wires.allReduce({ members: this.members, numbers, how }, isBackground);
  }

  #allGather(own: Numbers, all: Numbers, isBackground: boolean): Ticket {
    assert(all.length === own.length * this.rankCount, "there is room for each rank's numbers");
    const parts = cut(all, Array<number>(this.rankCount).fill(own.length));
    at(parts, this.rank).set(own);
    const outgoing = this.#toOthers(parts.map(() => own));
    return this.#transfer(outgoing, this.#toOthers(parts), isBackground);
  }

  #reduceScatter(all: Numbers, own: Numbers, isBackground: boolean): Ticket {
    assert(all.length === own.length * this.rankCount, "there is a part for each rank");
    if (this.rankCount === 1) {
      own.set(all);
      return 0;
    }
    this.#sentBytes += (all.length - own.length) * all.BYTES_PER_ELEMENT;
    return this.#wires.reduceScatter({ members: this.members, all, own }, isBackground);
  }

  #transfer(sent: readonly Parcel[], received: readonly Parcel[], isBackground: boolean): Ticket {
    if (sent.length === 0 && received.length === 0) return 0;
    for (const { numbers } of sent) this.#sentBytes += numbers.byteLength;
    return this.#wires.transfer({ sent, received }, isBackground);
  }

  /** Each rank starts with the one after it, so that not all crowd at one. */
  #toOthers(parts: readonly Numbers[]): Parcel[] {
    const parcels: Parcel[] = [];
    for (let step = 1; step < this.rankCount; step++) {
      const index = (this.rank + step) % this.rankCount;
      parcels.push({ peer: at(this.members, index), numbers: at(parts, index) });
    }
    return parcels;
  }

  #pending(ticket: Ticket): Pending {
    if (ticket === 0) return NOTHING;
    return { finish: () => this.#wires.finish(ticket) };
  }
}

function cut(numbers: Numbers, counts: readonly number[]): Numbers[] {
  let start = 0;
  return counts.map((count) => numbers.subarray(start, (start += count)));
}
