/** Packets by algebra where there is any, else against flows and conservation. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { EventHeap } from "../../../src/network/packet/event-heap.ts";
import { runPackets } from "../../../src/network/packet/run.ts";
import { packetWays } from "../../../src/network/packet/ways.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { runTraffic } from "../../../src/network/traffic.ts";
import { patternTraffic } from "../../../src/network/traffic-patterns.ts";
import type { PacketOptions } from "../../../src/records/packet.ts";
import { PACKET_DEFAULTS } from "../../../src/records/packet.ts";
import type { Messages } from "../../../src/records/traffic.ts";
import { bareFatTree, bareSwitch, bareTorus } from "../../support/clusters.ts";

const RATE = 50e9;
const LATENCY_S = 500e-9;
/** 4,096 bytes and 64 of header at 50 GB/s. */
const PACKET_S = 4160 / RATE;

type Row = readonly [source: number, target: number, bytes: number, after?: readonly number[]];

function messages(rows: readonly Row[]): Messages {
  const afterStart = new Int32Array(rows.length + 1);
  rows.forEach((row, m) => (afterStart[m + 1] = at(afterStart, m) + (row[3]?.length ?? 0)));
  return {
    source: Int32Array.from(rows, (row) => row[0]),
    target: Int32Array.from(rows, (row) => row[1]),
    sizeBytes: Float64Array.from(rows, (row) => row[2]),
    startS: new Float64Array(rows.length),
    afterStart,
    after: Int32Array.from(rows.flatMap((row) => row[3] ?? [])),
  };
}

const switched = buildGraph(bareSwitch(16), 16);
const run = (rows: readonly Row[], options: Partial<PacketOptions> = {}) =>
  runPackets(switched, messages(rows), { ...PACKET_DEFAULTS, ...options });

const near = (actual: number | undefined, expected: number, within = 1e-6) =>
  ok(Math.abs((actual ?? 0) / expected - 1) <= within, `${actual} is ${expected}`);

test("one packet crosses two links in two latencies and two times its sending", () => {
  near(run([[0, 1, 4096]]).finishS[0], 2 * LATENCY_S + 2 * PACKET_S);
});

test("a hundred packets fill the way: the last is there 99 sendings after the first", () => {
  // The window of 1.5 round trips never runs dry on an empty way.
  near(run([[0, 1, 409_600]]).finishS[0], 2 * LATENCY_S + 101 * PACKET_S);
});

test("the last packet is as small as what is left, and no payload costs no packet", () => {
  const short = (104 + 64) / RATE;
  near(run([[0, 1, 4200]]).finishS[0], 2 * LATENCY_S + PACKET_S + short + PACKET_S - short + short);
  equal(run([[0, 1, 4200]]).counts.packetCount, 2);
  const { finishS, counts } = run([[0, 1, 0]]);
  near(finishS[0], 2 * LATENCY_S);
  equal(counts.packetCount, 0);
});

test("a message that waits starts when the other is there; a gate passes at once", () => {
  const { finishS } = run([
    [0, 1, 4096],
    [-1, -1, 0, [0]],
    [1, 2, 4096, [1]],
  ]);
  near(finishS[1], finishS[0] ?? 0);
  near(finishS[2], 2 * (2 * LATENCY_S + 2 * PACKET_S));
});

test("eight senders to one share its link: all are there when it has carried everything", () => {
  const rows = Array.from({ length: 8 }, (_, i): Row => [i + 1, 0, 409_600]);
  for (const options of [{}, { isLossless: false }]) {
    const { finishS, counts } = run(rows, options);
    // 800 packets one after another, then their way: within half a per cent.
    near(Math.max(...finishS), 2 * LATENCY_S + 801 * PACKET_S, 5e-3);
    equal(counts.dropCount > 0, !(options.isLossless ?? true) && counts.queueMaxBytes > 9e5);
  }
});

test("lossless networks drop nothing and pause; lossy ones drop, and send again", () => {
  const rows = Array.from({ length: 12 }, (_, i): Row => [i + 1, 0, 2e6]);
  const lossless = run(rows, { pauseBytes: 50_000 });
  equal(lossless.counts.dropCount, 0);
  ok(lossless.counts.pauseCount > 0);
  const lossy = run(rows, { isLossless: false, queueMaxBytes: 100_000 });
  ok(lossy.counts.dropCount > 0);
  equal(lossy.counts.pauseCount, 0);
  ok(lossy.counts.queueMaxBytes <= 100_000);
  equal(lossy.counts.packetCount, lossless.counts.packetCount + lossy.counts.dropCount);
});

test("senders that heed marks keep shorter queues and take longer", () => {
  const rows = Array.from({ length: 8 }, (_, i): Row => [i + 1, 0, 4e6]);
  const [window, dcqcn] = [run(rows), run(rows, { control: "dcqcn" })];
  ok(window.counts.markCount > 0);
  ok(dcqcn.counts.markCount < window.counts.markCount);
  ok(Math.max(...dcqcn.finishS) > Math.max(...window.finishS));
});

test("sprayed permutations are within 5 % of max–min shares plus header and pipe fill", () => {
  const cluster = bareFatTree({ portCount: 32, portsPerLeaf: 8, uplinksPerLeaf: 8, spineRadix: 4 });
  const graph = buildGraph(cluster, 32);
  const traffic = patternTraffic({ kind: "permutation", seed: 3 }, 32, 1e6);
  const { finishS } = runPackets(graph, traffic, { ...PACKET_DEFAULTS, isSprayed: true });
  // Each alone: four links, ⌈1e6 / 4096⌉ = 245 packets, three further sendings to fill the way.
  const bound = 4 * LATENCY_S + 245 * PACKET_S + 3 * PACKET_S;
  // Below one leaf it is two links and one sending less of each.
  const least = 2 * LATENCY_S + 245 * PACKET_S;
  for (const time of finishS) ok(time > least && time < 1.05 * bound, `${time}`);
});

test("spraying needs equal ways, and finds each of them once", () => {
  const pair = messages([[0, 31, 1]]);
  const cluster = bareFatTree({ portCount: 32, portsPerLeaf: 8, uplinksPerLeaf: 8, spineRadix: 4 });
  const { firstWay } = packetWays(buildGraph(cluster, 32), pair, { isSprayed: true, seed: 1 });
  equal(firstWay[1], 8);
  const torus = buildGraph(bareTorus([4, 4, 4]), 64);
  throws(() => packetWays(torus, pair, { isSprayed: true, seed: 1 }), /no-such-routing/);
});

test("random traffic: nothing beats its way alone, flows bound it, twice is the same", () => {
  const rank = fc.integer({ min: 0, max: 15 });
  const row = fc.tuple(rank, rank, fc.integer({ min: 0, max: 200_000 }));
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      (rows, isLossless) => {
        const sent = rows.map(([source, target, bytes]): Row => [source, target, bytes]);
        const first = run(sent, { isLossless });
        deepEqual(first.finishS, run(sent, { isLossless }).finishS);
        sent.forEach(([source, target, bytes], m) => {
          const alone = source === target ? 0 : 2 * LATENCY_S + bytes / RATE;
          ok((first.finishS[m] ?? 0) >= alone * (1 - 1e-9));
        });
        const flow = runTraffic(switched, messages(sent), { share: "equal" });
        ok(Math.max(...first.finishS) >= flow.lowerBoundS * (1 - 1e-9));
      },
    ),
    { seed: 5, numRuns: 60 },
  );
});

test("a message to oneself takes no link", () => {
  const { finishS, counts } = run([[3, 3, 1e6]]);
  deepEqual([finishS[0], counts.packetCount], [0, 0]);
});

test("events come in the order of their times, equal ones by their source", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 60 }), (times) => {
      const heap = new EventHeap(times.length);
      times.forEach((time, source) => heap.push(source, time));
      const sorted = times.map((time, source) => [time, source] as const);
      const expected = sorted.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
      for (const [time, source] of expected) {
        equal(heap.firstTime, time);
        equal(heap.pop(), source);
      }
      equal(heap.count, 0);
    }),
    { seed: 9, numRuns: 100 },
  );
});
