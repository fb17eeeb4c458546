/** Collectives among ranks of this very process, each with a helper thread of its own. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { connect } from "node:net";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import type { Numbers } from "../../../src/tensor/arithmetic.ts";
import { RankGroup } from "../../../src/training/wires/communicator.ts";
import {
  createMemory,
  memoryWires,
  sharedMemory,
} from "../../../src/training/wires/memory-wires.ts";
import { openTcp } from "../../../src/training/wires/tcp-wires.ts";
import type { Wires } from "../../../src/training/wires/wires.ts";
import { LostNeighbor } from "../../../src/training/wires/wires.ts";
import { drawn } from "../../tensor/backends.ts";

const canShare = "transport" in sharedMemory();

async function tcpTeam(rankCount: number): Promise<Wires[]> {
  const ends = await Promise.all(Array.from({ length: rankCount }, () => openTcp()));
  const ports = ends.map(({ port }) => port);
  return Promise.all(ends.map((end, rank) => end.connect({ rank, ports, token: "token" })));
}

function memoryTeam(rankCount: number): Wires[] {
  const file = createMemory(rankCount);
  return Array.from({ length: rankCount }, (_, rank) => memoryWires(file, rank, rankCount));
}

const teams: { name: string; make: (count: number) => Promise<Wires[]> | Wires[] }[] = [
  { name: "TCP", make: tcpTeam },
  ...(canShare ? [{ name: "memory", make: memoryTeam }] : []),
];

const all = (count: number) => Array.from({ length: count }, (_, rank) => rank);

for (const { name, make } of teams) {
  test(`${name}: all-reduce adds in the order of ranks, for 2(n−1)/n of the bytes`, async () => {
    const wires = await make(4);
    // Lengths that do not divide, none, one mailbox and several: 600 KB chunks through 256 KiB.
    for (const length of [0, 1, 3, 8, 1001, 65_536, 600_001]) {
      const groups = wires.map((each) => new RankGroup(each, "data", all(4)));
      const short = groups.map((_, rank) => drawn(rank + 1, Math.min(length, 64)));
      const buffers = short.map((draw) =>
        Float32Array.from({ length }, (_, i) => at(draw, i % draw.length)),
      );
      const wanted = Float32Array.from({ length: Math.min(length, 64) }, (_, i) =>
        short.reduce((sum, buffer) => Math.fround(sum + at(buffer, i)), 0),
      );
      const pending = groups.map((group, rank) => group.startAllReduce(at(buffers, rank)));
      for (const each of pending) ok(each.finish() >= 0);
      for (const buffer of buffers) {
        for (let i = 0; i < length; i++) {
          if (buffer[i] !== wanted[i % 64]) equal(buffer[i], wanted[i % 64], `number ${i}`);
        }
      }
      // By hand: each of four sends its three other chunks once and its own three times.
      const sent = groups.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
      equal(sent, 2 * 3 * length * 4);
      if (length % 4 === 0) for (const group of groups) equal(group.sentBytes, 1.5 * length * 4);
    }
    for (const each of wires) each.close();
  });

  test(`${name}: sub-groups, doubles, gathers and scatters do not mix`, async () => {
    const wires = await make(4);
    const pairs = wires.map(
      (each, rank) => new RankGroup(each, "tensor", [rank % 2, 2 + (rank % 2)]),
    );
    const whole = wires.map((each) => new RankGroup(each, "data", all(4)));
    const doubles = wires.map((_, rank) => Float64Array.of(rank, 10 * rank, 1e-9));
    const gathered = wires.map(() => new Float32Array(8));
    const own = wires.map((_, rank) => Float32Array.of(rank, -rank));
    const parts = wires.map((_, rank) => Float32Array.of(rank, rank + 1, rank + 2, rank + 3));
    const sums = wires.map(() => new Float32Array(1));
    const pending = wires.flatMap((_, rank) => [
      at(pairs, rank).startAllReduce(at(doubles, rank)),
      at(whole, rank).startAllGather(at(own, rank), at(gathered, rank)),
      at(whole, rank).startReduceScatter(at(parts, rank), at(sums, rank)),
    ]);
    for (const each of pending) each.finish();
    // 0 + 2 and 1 + 3; all four in order; part r: (0+1+2+3) + 4r.
    deepEqual(doubles[0], Float64Array.of(2, 20, 2e-9));
    deepEqual(doubles[3], Float64Array.of(4, 40, 2e-9));
    for (const each of gathered) deepEqual(each, Float32Array.of(0, -0, 1, -1, 2, -2, 3, -3));
    deepEqual(
      sums.map((sum) => sum[0]),
      [6, 10, 14, 18],
    );
    // Two ranks reduce 24 B: each sends 2 · 1/2 of them, in chunks of one and of two numbers.
    deepEqual(
      pairs.map(({ sentBytes }) => sentBytes),
      [24, 24, 24, 24],
    );
    // Gather: 8 B to each of three; scatter: three parts of 4 B.
    deepEqual(
      whole.map(({ sentBytes }) => sentBytes),
      [36, 36, 36, 36],
    );
    for (const each of wires) each.close();
  });

  test(`${name}: any sequence of exchanges among any groups gives what it should`, async () => {
    const wires = await make(3);
    const steps = fc.array(
      fc.record({
        members: fc.constantFrom<number[]>([0, 1, 2], [0, 2], [1, 2]),
        length: fc.integer({ min: 0, max: 20_000 }),
        kind: fc.constantFrom("reduce", "gather", "scatter"),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(steps, (sequence) => {
        const checks: (() => void)[] = [];
        const pending = sequence.flatMap(({ members, length, kind }, step) =>
          members.map((rank) => {
            const group = new RankGroup(at(wires, rank), "data", members);
            const n = members.length;
            const sum = members.reduce((total, member) => total + member + step, 0);
            const filled = (count: number) => new Float32Array(count).fill(rank + step);
            const expect = (found: Numbers, value: (i: number) => number) =>
              checks.push(() =>
                ok(
                  found.every((x, i) => x === value(i)),
                  `${kind} ${step}`,
                ),
              );
            if (kind === "reduce") {
              const numbers = filled(length);
              expect(numbers, () => sum);
              return group.startAllReduce(numbers);
            }
            if (kind === "scatter") {
              const part = new Float32Array(length);
              expect(part, () => sum);
              return group.startReduceScatter(filled(n * length), part);
            }
            const found = new Float32Array(n * length);
            expect(found, (i) => at(members, Math.floor(i / length)) + step);
            return group.startAllGather(filled(length), found);
          }),
        );
        for (const each of pending) each.finish();
        for (const check of checks) check();
      }),
      { seed: 20, numRuns: 15 },
    );
    for (const each of wires) each.close();
  });
}

test("over TCP, strangers are hung up on, and who waits for one that left is told", async () => {
  const ends = await Promise.all([openTcp(), openTcp()]);
  const ports = ends.map(({ port }) => port);
  const stranger = connect({ host: "127.0.0.1", port: at(ports, 0) });
  const hungUp = new Promise((resolve) => stranger.on("close", resolve));
  stranger.on("error", () => undefined);
  stranger.write("who goes there? nobody you know, and this is long enough to be a greeting");
  const [a, b] = await Promise.all(
    ends.map((end, rank) => end.connect({ rank, ports, token: "token" })),
  );
  await hungUp;
  const pending = new RankGroup(a!, "data", [0, 1]).startAllReduce(new Float32Array(4));
  b!.close();
  throws(() => pending.finish(), LostNeighbor);
  a!.close();
});

test("a group of one sends nothing and waits for nobody", () => {
  const wires = { rank: 3, rankCount: 4 } as Wires;
  const alone = new RankGroup(wires, "data", [3]);
  const numbers = Float32Array.of(1, 2);
  alone.allReduce(numbers);
  alone.allGather(numbers, numbers);
  alone.reduceScatter(numbers, numbers);
  const received = new Float32Array(2);
  alone.exchange(0, numbers, 0, received);
  deepEqual(received, numbers);
  alone.allToAll(numbers, received, { sentCounts: [2], receivedCounts: [2] });
  equal(alone.sentBytes, 0);
});
