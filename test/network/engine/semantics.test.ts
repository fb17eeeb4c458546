/** Rings without barriers: closed forms, recurrence, events and the plain twin agree. */
import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { seeded } from "../../../src/base/random.ts";
import { collectiveProgram, collectiveTime } from "../../../src/network/collective-time.ts";
import { ALGORITHMS } from "../../../src/network/collectives/table.ts";
import { expandedProgram } from "../../../src/network/engine/expand.ts";
import { FairShares } from "../../../src/network/engine/fair-shares.ts";
import { ringMakespan, ringVectors } from "../../../src/network/engine/max-plus.ts";
import { runProgram } from "../../../src/network/engine/run.ts";
import { orderOf } from "../../../src/network/routing/placement.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import type { Graph } from "../../../src/records/graph.ts";
import type { Program, RunOptions, Semantics } from "../../../src/records/schedule.ts";
import {
  bareFatTree,
  barePods,
  bareSwitch,
  bareTorus,
  h100FatTree,
} from "../../support/clusters.ts";
import { messageTwin } from "../../support/message-twin.ts";
import { streamTwinS } from "../../support/stream-twin.ts";

const GIB = 2 ** 30;

function ringS(graph: Graph, run: RunOptions, order?: Int32Array, sizeBytes = GIB): number {
  const request = { collective: "all-reduce", algorithm: "ring", sizeBytes, order, run } as const;
  return collectiveTime(graph, request).timeline.durationS;
}

const near = (actual: number, expected: number, within: number): void =>
  ok(Math.abs(actual - expected) <= within * expected, `${actual} is ${expected}`);

test("on 2 tiers a barrier waits 2 µs a step, a stream the mean latency round the ring", () => {
  const graph = buildGraph(bareFatTree(), 1024);
  const bytesS = (2 * 1023 * (GIB / 1024)) / 50e9;
  near(ringS(graph, { semantics: "rendezvous" }), bytesS + 2046 * 2e-6, 1e-12);
  // 32 of 1,024 hops cross leaves (2 µs), the others take 1 µs. 2,046 hops round the ring are
  // two rounds less two hops: 2·(992·1 + 32·2) µs less the two shortest.
  near(ringS(graph, { semantics: "stream" }), bytesS + (2 * 1056 - 2) * 1e-6, 1e-12);
  near(ringS(graph, { semantics: "barrier" }), bytesS + 2046 * 2e-6, 1e-12);
});

test("on 3 tiers of 131,072 hosts the stream takes the prefix sums' time", () => {
  // As shipped: 2,048 leaves of 64 in 64 pods. A round has 64 hops between pods (3 µs),
  // 2,048 − 64 between leaves of a pod (2 µs) and 129,024 on a leaf (1 µs).
  const made = bareFatTree({
    portCount: 131072,
    portsPerLeaf: 64,
    uplinksPerLeaf: 64,
    spineRadix: 64,
  });
  ok(made.fabric.kind === "fat-tree");
  const core = { leavesPerPod: 32, uplinksPerSpine: 32, coreRadix: 64, link: made.fabric.link };
  const graph = buildGraph({ ...made, fabric: { ...made.fabric, core } }, 131072);
  const bytesS = (2 * 131071 * (GIB / 131072)) / 50e9;
  const roundS = (64 * 3 + 1984 * 2 + 129024) * 1e-6;
  near(ringS(graph, { semantics: "stream" }), bytesS + 2 * roundS - 2e-6, 1e-12);
  near(ringS(graph, { semantics: "rendezvous" }), bytesS + 262142 * 3e-6, 1e-12);
});

const uneven = fc.record({
  values: fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 1, maxLength: 12 }),
  stepCount: fc.integer({ min: 1, max: 40 }),
  isEven: fc.boolean(),
});

test("the closed makespan is that of the recurrence, for unequal members and any length", () => {
  fc.assert(
    fc.property(uneven, ({ values, stepCount, isEven }) => {
      const latencyS = Float64Array.from(values, ([a]) => a);
      const transferS = Float64Array.from(values, ([, s]) => (isEven ? 5 : s));
      for (const semantics of ["rendezvous", "stream"] as const) {
        const ring = { latencyS, transferS, stepCount };
        const last = Math.max(...ringVectors(ring, semantics));
        const found = ringMakespan(ring, semantics);
        near(found.durationS, last, 1e-12);
        ok(found.latencyS <= found.durationS && found.latencyS >= 0);
      }
    }),
    { seed: 41, numRuns: 400 },
  );
});

test("folded equals plain: barriers multiplied, closed forms, on random worn clusters", () => {
  const made = [
    bareSwitch(13),
    bareFatTree({ portCount: 24, portsPerLeaf: 4, uplinksPerLeaf: 4, spineRadix: 8 }),
    barePods(),
    bareTorus([3, 5]),
    bareTorus([4, 2, 2]),
    h100FatTree(2),
  ];
  const seen = { free: 0, contended: 0 };
  fc.assert(
    fc.property(fc.nat(made.length - 1), fc.nat(), (which, seed) => {
      const random = seeded(seed);
      const full = [13, 24, 48, 15, 16, 16][which] ?? 0;
      const isFixed = which === 3 || which === 4 || which === 5;
      const n = isFixed ? full : 2 + Math.floor(random() * (full - 1));
      const whole = buildGraph(at(made, which), n);
      // One to three links at a quarter of their speed, or none.
      const linkBytesPerS = whole.linkBytesPerS.slice();
      for (let i = Math.floor(random() * 4); i > 0; i--) {
        const link = Math.floor(random() * whole.linkCount);
        linkBytesPerS[link] = at(linkBytesPerS, link) / 4;
      }
      const graph = { ...whole, linkBytesPerS };
      const order = random() < 0.5 ? undefined : orderOf({ kind: "random", seed }, n);
      const size = [1e6, 1e6 + 1, 1e3, GIB][Math.floor(random() * 4)] ?? 0;
      const share = random() < 0.5 ? "equal" : "rtt";
      for (const semantics of ["barrier", "rendezvous", "stream"] as const) {
        const run = { semantics, share } as const;
        const folded = ringS(graph, run, order, size);
        const plain = ringS(graph, { ...run, unfolded: true }, order, size);
        // One tick a step is 2^-40 of its longest transfer.
        near(plain, folded, 1e-11);
        if (folded === plain) seen.contended++;
        else seen.free++;
      }
    }),
    { seed: 42, numRuns: 120 },
  );
  ok(seen.free > 20 && seen.contended > 20, JSON.stringify(seen));
});

test("contended rings without barriers take the time of the plain twin", () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom("rendezvous", "stream"), (seed, semantics) => {
      const random = seeded(seed);
      const graph = buildGraph(bareTorus([4, 3]), 12);
      const order = [...(orderOf({ kind: "random", seed }, 12) ?? [])];
      const bytes = order.map(() => 1e5 * (1 + Math.floor(3 * random())));
      const stepCount = 2 + Math.floor(random() * 12);
      const program = ringProgram(order, bytes, stepCount);
      const found = runProgram(program, graph, { semantics, verify: true }).durationS;
      near(found, streamTwinS(graph, { order, bytes, stepCount }, semantics), 1e-9);
    }),
    { seed: 43, numRuns: 60 },
  );
});

function ringProgram(order: readonly number[], bytes: readonly number[], repeat: number): Program {
  const n = order.length;
  const step = {
    name: "ring",
    repeat,
    source: Int32Array.from(order),
    target: Int32Array.from(order, (_, i) => at(order, (i + 1) % n)),
    messageBytes: Float64Array.from(bytes),
    part: () => ({ from: 0, to: 1, reduces: false }),
  };
  const head = { collective: "all-gather", algorithm: "ring", sizeBytes: 0 } as const;
  return { ...head, rankCount: n, steps: [step] };
}

test("no ring streams slower than it meets, nor meets slower than it waits for all", () => {
  const graph = buildGraph(
    bareFatTree({ portCount: 60, portsPerLeaf: 6, uplinksPerLeaf: 6, spineRadix: 10 }),
    60,
  );
  const time = (semantics: Semantics): number => ringS(graph, { semantics });
  ok(time("stream") < time("rendezvous"));
  ok(time("rendezvous") <= time("barrier") * (1 + 1e-12));
});

test("by round-trip time, flows share a link inversely to their latencies", () => {
  // Latencies 3 and 2 on one link of 50: weights 1/3 and 1/2 are 2 : 3, so 20 and 30.
  const weight = Float64Array.from([1 / 3, 1 / 2]);
  const ways = [Int32Array.from([0, 1, 2]), Int32Array.from([0, 0])] as const;
  const shares = new FairShares(...ways, Float64Array.from([50]), weight);
  shares.add(0);
  shares.add(1);
  equal(shares.solve(), 2);
  shares.verify();
  near(at(shares.level, 0) * at(weight, 0), 20, 1e-12);
  near(at(shares.level, 1) * at(weight, 1), 30, 1e-12);
});

test("contended steps shared by round-trip time take the time of the plain twin", () => {
  const graph = buildGraph(bareTorus([4, 3]), 12);
  let different = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const order = [...(orderOf({ kind: "random", seed }, 12) ?? [])];
    const program = ringProgram(
      order,
      order.map((rank) => 1e5 * (1 + (rank % 3))),
      2,
    );
    // The engine itself claims that the twin agrees.
    const { durationS } = runProgram(program, graph, { share: "rtt", twin: true, verify: true });
    if (durationS !== runProgram(program, graph).durationS) different++;
  }
  ok(different > 0, "weights matter in some of them");
});

const DEPENDENCIES = ["rendezvous", "stream"] as const;

test("halving-doubling without barriers takes its closed form where nothing is contended", () => {
  // On a switch all pairs are alike: log₂ 8 steps of halves, quarters, eighths, and back.
  const graph = buildGraph(bareSwitch(8), 8);
  const bytesS = (2 * 7 * (GIB / 8)) / 50e9;
  for (const semantics of DEPENDENCIES) {
    const request = { collective: "all-reduce", algorithm: "halving-doubling" } as const;
    const time = collectiveTime(graph, { ...request, sizeBytes: GIB, run: { semantics } });
    near(time.timeline.durationS, bytesS + 6 * 1e-6, 1e-9);
    near(time.timeline.latencyS, 6e-6, 1e-6);
  }
});

test("programs that are no rings take the time of the plain twin, message by message", () => {
  for (const graph of [
    buildGraph(h100FatTree(4), 24),
    buildGraph(bareTorus([3, 2, 2]), 12),
    buildGraph(bareFatTree({ portCount: 16, portsPerLeaf: 4, uplinksPerLeaf: 2 }), 16),
  ]) {
    for (const algorithm of ["bruck", "double-binary-tree", "hierarchical", "torus-all-links"]) {
      const request = { collective: "all-reduce", algorithm, sizeBytes: 2e6 } as const;
      const found = ALGORITHMS.find(({ name }) => name === algorithm);
      if (found?.supports(graph, "all-reduce") !== undefined) continue;
      const messages = expandedProgram(collectiveProgram(graph, request), "rendezvous");
      const twinS = Math.max(...messageTwin(graph, messages)) + graph.collectiveStartS;
      const run = { semantics: "rendezvous" } as const;
      const { durationS } = collectiveTime(graph, { ...request, run }).timeline;
      near(durationS, twinS, 1e-8);
    }
  }
});

test("chunks along a chain: a stream saves the latencies that barriers add up", () => {
  // Four ranks, 64 chunks of 1 MiB. Barriers: 66 steps of a + s. A stream sends chunk after
  // chunk from rank 0, 64·s, and the last one takes three hops of a and two more of s.
  const graph = buildGraph(bareSwitch(4), 4);
  const request = { collective: "broadcast", algorithm: "chain", sizeBytes: 2 ** 26 } as const;
  const secondsOf = (semantics: Semantics): number =>
    collectiveTime(graph, { ...request, run: { semantics } }).timeline.durationS;
  const s = 2 ** 20 / 50e9;
  near(secondsOf("barrier"), 66 * (1e-6 + s), 1e-12);
  near(secondsOf("stream"), 66 * s + 3e-6, 1e-9);
});

test("auto tries all that can run, whatever the semantics, and says what was too long", () => {
  const graph = buildGraph(bareSwitch(64), 64);
  const request = { collective: "all-reduce", sizeBytes: 1e6, algorithm: "auto" } as const;
  const auto = collectiveTime(graph, { ...request, run: { semantics: "stream" } });
  const tried = [auto.algorithm, ...auto.losers.map((one) => one.algorithm)];
  ok(tried.includes("halving-doubling") && tried.includes("ring"));
});
