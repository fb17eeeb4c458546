/**
 * Wires over memory that all processes map, kept by the native addon: `tensor/native/mailbox.h`.
 */
import { Refusal } from "../../base/errors.ts";
import type { Numbers } from "../../tensor/arithmetic.ts";
import { loadAddon } from "../../tensor/backend.ts";
import type { TransportAddon } from "../../tensor/native.ts";
import { TRANSPORT_VERSION } from "../../tensor/native.ts";
import type { Parcel, Ticket, Wires } from "./wires.ts";
import { LostNeighbor } from "./wires.ts";

/** Where a process finds the memory among its descriptors. */
export const MEMORY_DESCRIPTOR = 4;

/** The addon's calls, where it can share memory; else why not. */
export function sharedMemory(): { transport: TransportAddon } | { reason: string } {
  const { addon, reason = "" } = loadAddon();
  if (addon === undefined) return { reason };
  const { transport } = addon;
  if (transport?.version === TRANSPORT_VERSION) return { transport };
  return { reason: "it is there on Linux only" };
}

/** The file descriptor of memory for so many processes; it stays open as long as this one. */
export function createMemory(rankCount: number): number {
  return transportAddon().memoryFile(rankCount);
}

/** What a file of all processes holds, as memory; undefined where it cannot be had that way. */
export function mappedNumbers(file: number, count: number): Int32Array | undefined {
  const found = sharedMemory();
  if (!("transport" in found)) return undefined;
  return new Int32Array(found.transport.map(file, count * Int32Array.BYTES_PER_ELEMENT));
}

function transportAddon(): TransportAddon {
  const found = sharedMemory();
  if ("transport" in found) return found.transport;
  throw new Refusal({
    code: "no-shared-memory",
    pointer: "",
    found: `no memory that processes share (${found.reason})`,
    expected: "the native addon on Linux, for --transport memory",
    nextStep: "take --transport tcp",
  });
}

export function memoryWires(file: number, rank: number, rankCount: number): Wires {
  const addon = transportAddon();
  const post = addon.open(file, rank, rankCount);
  // What the helper thread works on must not be collected.
  const held = new Map<Ticket, readonly Numbers[]>();
  let isClosed = false;
  const started = (ticket: Ticket, arrays: readonly Numbers[]): Ticket => {
    if (ticket < 0) throw new LostNeighbor("the command that started this process is gone");
    if (ticket > 0) held.set(ticket, arrays);
    return ticket;
  };
  return {
    rank,
    rankCount,
    allReduce({ members, numbers, how }, isBackground) {
      const ranks = Int32Array.from(members);
      return started(addon.allReduce(post, ranks, numbers, how === "max", isBackground), [numbers]);
    },
    reduceScatter({ members, all, own }, isBackground) {
      const ranks = Int32Array.from(members);
      return started(addon.reduceScatter(post, ranks, all, own, isBackground), [all, own]);
    },
    transfer({ sent, received }, isBackground) {
      const [targets, sources] = [peersOf(sent), peersOf(received)];
      const [from, into] = [numbersOf(sent), numbersOf(received)];
      const ticket = addon.transfer(post, targets, from, sources, into, isBackground);
      return started(ticket, [...from, ...into]);
    },
    send({ peer, numbers }) {
      addon.send(post, peer, numbers);
    },
    finish(ticket) {
      if (ticket === 0) return 0;
      const durationS = addon.finish(post, ticket);
      held.delete(ticket);
      started(durationS < 0 ? -1 : 0, []);
      return durationS;
    },
    close() {
      if (!isClosed) addon.close(post);
      isClosed = true;
    },
  };
}

function peersOf(parcels: readonly Parcel[]): Int32Array {
  return Int32Array.from(parcels, ({ peer }) => peer);
}

function numbersOf(parcels: readonly Parcel[]): Numbers[] {
  return parcels.map(({ numbers }) => numbers);
}
