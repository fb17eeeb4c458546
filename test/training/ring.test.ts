import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import { connect } from "node:net";
import { test } from "vitest";
import { at } from "../../src/base/assert.ts";
import { ringGroup } from "../../src/training/ring.ts";
import type { Wire } from "../../src/training/ring.ts";
import { LostNeighbor } from "../../src/training/ring.ts";
import { createMemory, memoryRing, sharedMemory } from "../../src/training/memory-ring.ts";
import { listen, tcpRing } from "../../src/training/tcp.ts";
import { testIf } from "../support/slow.ts";
import { drawn } from "../tensor/backends.ts";

/** A ring inside this process: a queue of bytes from each rank to the next. */
function queueRing(count: number): Wire[] {
  const queues = Array.from({ length: count }, (): { bytes: number[]; wake: () => void } => ({
    bytes: [],
    wake: () => undefined,
  }));
  return queues.map((to, rank) => {
    const from = at(queues, (rank - 1 + count) % count);
    return {
      async exchange(sent, into) {
        to.bytes.push(...sent);
        to.wake();
        while (from.bytes.length < into.length) {
          await new Promise<void>((resolve) => {
            from.wake = resolve;
          });
        }
        into.set(from.bytes.splice(0, into.length));
      },
    };
  });
}

test("an all-reduce adds up, gives all the same bits and sends 2(n−1)/n of the bytes", async () => {
  const sizes = fc.record({
    rankCount: fc.integer({ min: 1, max: 5 }),
    length: fc.integer({ min: 0, max: 60 }),
    bucket: fc.integer({ min: 1, max: 40 }),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ rankCount, length, bucket }) => {
      const groups = queueRing(rankCount).map((wire, rank) =>
        ringGroup(wire, { rank, rankCount }, bucket),
      );
      const buffers = groups.map((_, rank) => drawn(rank + 1, length));
      const wanted = Float64Array.from({ length }, (_, i) =>
        buffers.reduce((sum, buffer) => sum + buffer[i]!, 0),
      );
      await Promise.all(groups.map((group, rank) => group.allReduce(at(buffers, rank))));
      for (const buffer of buffers) {
        deepEqual(buffer, buffers[0]);
        for (const [i, value] of buffer.entries()) ok(Math.abs(value - wanted[i]!) < 1e-5);
      }
      // All ranks together: each of 2(n−1) steps moves every element once.
      const sent = groups.reduce((sum, group) => sum + group.sentBytes, 0);
      equal(sent, 2 * (rankCount - 1) * length * 4);
      if (bucket % rankCount === 0 && length % rankCount === 0) {
        for (const { sentBytes } of groups) {
          equal(sentBytes, ((2 * (rankCount - 1)) / rankCount) * length * 4);
        }
      }
    }),
    { seed: 20, numRuns: 60 },
  );
});

test("an all-gather gives every rank's number in order, for 8(n−1) bytes", async () => {
  const groups = queueRing(4).map((wire, rank) => ringGroup(wire, { rank, rankCount: 4 }));
  const found = await Promise.all(groups.map((group, rank) => group.allGather(rank + 0.5)));
  for (const values of found) deepEqual(values, [0.5, 1.5, 2.5, 3.5]);
  for (const { sentBytes } of groups) equal(sentBytes, 24);
});

test("over TCP, with neighbors that come before they are awaited and strangers", async () => {
  const listeners = await Promise.all([0, 1, 2].map(() => listen()));
  const ports = listeners.map(({ port }) => port);
  const stranger = connect({ host: "127.0.0.1", port: at(ports, 0) });
  stranger.on("error", () => undefined);
  stranger.write("who goes there? nobody you know, and this is long enough to be a greeting");
  // Rank 2 connects to rank 0 a while before rank 0 looks for it.
  const rings = [2, 1, 0].map(async (rank) => {
    await new Promise((resolve) => setTimeout(resolve, (2 - rank) * 30));
    return tcpRing(at(listeners, rank), { rank, rankCount: 3 }, ports, "token");
  });
  const [c, b, a] = await Promise.all(rings);
  // 1.5 M numbers: more than the sockets and the queue hold.
  const buffers = [a!, b!, c!].map((_, rank) => new Float32Array(1_500_000).fill(rank + 1));
  const groups = [a!, b!, c!].map((wire, rank) => ringGroup(wire, { rank, rankCount: 3 }));
  await Promise.all(groups.map((group, rank) => group.allReduce(at(buffers, rank))));
  for (const buffer of buffers) ok(buffer.every((value) => value === 6));
  // When one leaves, those who wait for it are told.
  b!.close();
  await rejects(c!.exchange(new Uint8Array(0), new Uint8Array(1)), LostNeighbor);
  a!.close();
  c!.close();
});

const found = sharedMemory();
const isShared = "addon" in found;

testIf(
  isShared,
  "no memory that processes share: build the addon, on Linux",
  "over memory, with more bytes than a mailbox holds, and again where its counters stand",
  async () => {
    if (!("addon" in found)) return;
    const rankCount = 3;
    const file = createMemory(rankCount);
    const wires = [0, 1, 2].map((rank) => memoryRing(found.addon, file, { rank, rankCount }));
    const groups = wires.map((wire, rank) => ringGroup(wire, { rank, rankCount }));
    // Chunks of 1.33 MB through mailboxes of 1 MiB, at odd places from the second time on.
    for (const length of [7, 1_000_003, 1_000_000]) {
      const buffers = groups.map((_, rank) => drawn(rank, 64));
      const long = buffers.map((short) =>
        Float32Array.from({ length }, (_, i) => at(short, i % 64)),
      );
      await Promise.all(groups.map((group, rank) => group.allReduce(at(long, rank))));
      for (const [i, value] of at(long, 1).entries()) {
        const wanted = buffers.reduce((sum, short) => sum + at(short, i % 64), 0);
        if (Math.abs(value - wanted) > 1e-5) equal(value, wanted, `number ${i}`);
      }
      deepEqual(long[0], long[1]);
      deepEqual(long[2], long[1]);
    }
    // Who waits in vain learns that the command has ended.
    const waiting = at(wires, 0).exchange(new Uint8Array(0), new Uint8Array(1));
    at(wires, 0).close();
    await rejects(waiting, LostNeighbor);
  },
);
