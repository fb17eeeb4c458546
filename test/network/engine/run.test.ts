/** Symmetries that a right engine has, and claims that it makes about itself. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at, present } from "../../../src/base/assert.ts";
import { InvariantError } from "../../../src/base/errors.ts";
import { seeded } from "../../../src/base/random.ts";
import {
  assertBytesConserved,
  assertLinksKeepUp,
  assertTwinAgrees,
} from "../../../src/network/engine/guards.ts";
import { runProgram } from "../../../src/network/engine/run.ts";
import { withScaledInput } from "../../../src/answers/inputs.ts";
import { findAlgorithm } from "../../../src/network/collectives/table.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import type { Graph } from "../../../src/records/graph.ts";
import type { Program } from "../../../src/records/schedule.ts";
import { bareSwitch, bareTorus, h100FatTree } from "../../support/clusters.ts";

/** One step of messages (source, target, bytes). */
function program(graph: Graph, messages: readonly (readonly [number, number, number])[]): Program {
  return {
    collective: "all-reduce",
    algorithm: "given",
    rankCount: graph.rankCount,
    sizeBytes: 0,
    steps: [
      {
        name: "given",
        repeat: 1,
        source: Int32Array.from(messages, ([source]) => source),
        target: Int32Array.from(messages, ([, target]) => target),
        messageBytes: Float64Array.from(messages, ([, , bytes]) => bytes),
        part: () => ({ from: 0, to: 1, reduces: false }),
      },
    ],
  };
}

const named = (name: string) => present(findAlgorithm(name), name);

const TORUS = buildGraph(bareTorus([5, 3, 3]), 45);

function randomMessages(seed: number): [number, number, number][] {
  const random = seeded(seed);
  const below = (bound: number): number => Math.floor(random() * bound);
  return Array.from({ length: 60 }, () => {
    const source = below(45);
    return [source, (source + 1 + below(44)) % 45, 1000 + below(1e6)];
  });
}

/** The rank one node further in every dimension of 5×3×3. */
function moved(rank: number): number {
  const [x, y, z] = [rank % 5, Math.floor(rank / 5) % 3, Math.floor(rank / 15)];
  return ((x + 1) % 5) + 5 * (((y + 1) % 3) + 3 * ((z + 1) % 3));
}

test("moving a pattern round an odd torus changes nothing", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const messages = randomMessages(seed);
      const there = messages.map(([s, t, bytes]) => [moved(s), moved(t), bytes] as const);
      const here = runProgram(program(TORUS, messages), TORUS).durationS;
      const shifted = runProgram(program(TORUS, there), TORUS).durationS;
      ok(Math.abs(shifted - here) <= 1e-10 * here);
    }),
    { seed: 14, numRuns: 40 },
  );
});

test("the order of the messages changes nothing", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const messages = randomMessages(seed);
      const here = runProgram(program(TORUS, messages), TORUS).durationS;
      const turned = runProgram(program(TORUS, messages.toReversed()), TORUS).durationS;
      ok(Math.abs(turned - here) <= 1e-10 * here);
    }),
    { seed: 15, numRuns: 40 },
  );
});

test("twice the bytes over twice the rate, and no bytes by an idle rank, change nothing", () => {
  const fast: Graph = { ...TORUS, linkBytesPerS: TORUS.linkBytesPerS.map((rate) => 2 * rate) };
  for (const seed of [1, 2, 3]) {
    const messages = randomMessages(seed);
    const doubled = messages.map(([s, t, bytes]) => [s, t, 2 * bytes] as const);
    const { durationS } = runProgram(program(TORUS, messages), TORUS);
    equal(runProgram(program(fast, doubled), fast).durationS, durationS);
    const withIdle = [...messages, [0, 1, 0] as const];
    equal(runProgram(program(TORUS, withIdle), TORUS).durationS, durationS);
  }
});

test("waiting a second longer moves the end by a second and takes no capacity", () => {
  const late: Graph = {
    ...TORUS,
    messageOverheadS: (source, target) => TORUS.messageOverheadS(source, target) + 1,
  };
  const messages = randomMessages(4);
  const early = runProgram(program(TORUS, messages), TORUS);
  const later = runProgram(program(late, messages), late);
  // The clock of the later run has 2^40 ticks in a second: 1e-12 s each.
  ok(Math.abs(later.durationS - early.durationS - 1) < 1e-10);
  deepEqual(later.linkBytes, early.linkBytes);
});

test("flows that start late take their share late", () => {
  // Rank 0 → 2 on a line waits 2 links, 1 → 2 waits one; they share the link 1 → 2.
  // 1 → 2 (1 MB) starts at 0.5 µs alone; 0 → 2 (1 MB) joins at 1 µs; from there both have
  // 25 GB/s. 1 → 2 has sent 25 kB by then and ends at 1 µs + 975 kB/25 GB/s = 40 µs, when
  // 0 → 2 has 25 kB left, alone at 50 GB/s: 40.5 µs.
  const graph = buildGraph(bareTorus([3], 9), 3);
  const timeline = runProgram(
    program(graph, [
      [0, 2, 1e6],
      [1, 2, 1e6],
    ]),
    graph,
  );
  ok(Math.abs(timeline.durationS - 40.5e-6) <= 1e-10 * 40.5e-6);
  ok(Math.abs(timeline.latencyS - 1e-6) < 1e-18);
  equal(timeline.eventCount, 4);
  deepEqual([timeline.limit.kind, timeline.limit.id], ["x", "(1) → (2)"]);
});

test("a ring on an intact fabric needs no events, and a slow link needs none either", () => {
  const graph = buildGraph(bareSwitch(16), 16);
  const ring = named("ring").program(graph, "all-reduce", 16e6);
  equal(runProgram(ring, graph).eventCount, 0);
  const worn: Graph = {
    ...graph,
    linkBytesPerS: graph.linkBytesPerS.map((rate, link) => (link === 6 ? rate / 5 : rate)),
  };
  const timeline = runProgram(ring, worn);
  equal(timeline.eventCount, 0);
  // All wait for the message up from host 3: 30·(1e6/10e9 + 1e-6).
  ok(Math.abs(timeline.durationS - 30 * (1e-4 + 1e-6)) < 1e-12);
  equal(timeline.limit.id, "host-3 → switch");
});

test("a contended step is solved once, however often it repeats", () => {
  const graph = buildGraph(h100FatTree(2), 256);
  const halving = named("halving-doubling").program(graph, "all-reduce", 1e8);
  const once = runProgram(halving, graph);
  const steps = halving.steps.map((step) => ({ ...step, repeat: 1000 * step.repeat }));
  const often = runProgram({ ...halving, steps }, graph);
  equal(often.eventCount, once.eventCount);
  const worked = (timeline: typeof once): number => timeline.durationS - graph.collectiveStartS;
  ok(Math.abs(worked(often) / worked(once) - 1000) < 1e-6);
});

test("steps that share their sizes but not their pattern are timed apart", () => {
  // 0 → 1 is one hop, 0 → 2 two: 20 µs of bytes behind 0.5 and 1 µs.
  const graph = buildGraph(bareTorus([5], 9), 5);
  const near = at(program(graph, [[0, 1, 1e6]]).steps, 0);
  const far = { ...near, target: Int32Array.of(2) };
  const timeline = runProgram({ ...program(graph, []), steps: [near, far] }, graph);
  deepEqual(
    timeline.steps.map(({ stepS }) => Math.round(stepS * 1e9)),
    [20500, 21000],
  );
});

test("the limit is the tier that sends longest in all, and its busiest link stands for it", () => {
  // On one tier 0 → 1 sends for 4 of 10 parts of the time, 2 → 3 twice for 3: it is busier.
  const line = buildGraph(bareTorus([5], 9), 5);
  const step = (source: number, bytes: number) =>
    at(program(line, [[source, source + 1, bytes]]).steps, 0);
  const onLine = [step(0, 4e8), step(2, 3e8), step(2, 3e8)];
  const same = runProgram({ ...program(line, []), steps: onLine }, line);
  equal(same.limit.id, "(2) → (3)");
  ok(Math.abs(same.limit.utilization - 0.6) < 1e-4);
  ok(Math.abs(same.limitShare - 1) < 1e-4);

  // One step of 5 parts along x, two of 3 along y: y binds, though no step of it is longest.
  const grid = buildGraph(bareTorus([3, 3], 9), 9);
  const hop = (source: number, target: number, bytes: number) =>
    at(program(grid, [[source, target, bytes]]).steps, 0);
  const onGrid = [hop(0, 1, 5e8), hop(0, 3, 3e8), hop(0, 3, 3e8)];
  const { limit, limitShare } = runProgram({ ...program(grid, []), steps: onGrid }, grid);
  equal(limit.kind, "y");
  ok(Math.abs(limitShare - 6 / 11) < 1e-3);
});

test("on a closed dimension of two nothing contends", () => {
  const graph = buildGraph(bareTorus([2, 2, 2]), 8);
  const torus = named("torus").program(graph, "all-reduce", 8e6);
  equal(runProgram(torus, graph).eventCount, 0);
});

test("bytes that vanish on the way are a bug of ours", () => {
  const graph = buildGraph(bareSwitch(3), 3);
  const one = program(graph, [[0, 1, 1e6]]);
  const { linkBytes } = runProgram(one, graph);
  assertBytesConserved(graph, one, linkBytes);
  const lost = linkBytes.map((bytes, link) => (link === 0 ? bytes : 0));
  throws(() => assertBytesConserved(graph, one, lost), InvariantError);
});

test("a link that carries more than it can is a bug of ours", () => {
  const graph = buildGraph(bareSwitch(2), 2);
  const bytes = Float64Array.of(50e9);
  assertLinksKeepUp(graph, Int32Array.of(0), { bytes, stepS: 1 });
  throws(() => assertLinksKeepUp(graph, Int32Array.of(0), { bytes, stepS: 0.999 }), InvariantError);
});

test("a time that the plain twin does not find is a bug of ours", () => {
  runProgram(program(TORUS, randomMessages(5)), TORUS, { twin: true });
  assertTwinAgrees(1, 1 + 1e-10);
  throws(() => assertTwinAgrees(1, 1 + 1e-8), InvariantError);
});

test("a program for other ranks is a bug of ours", () => {
  const graph = buildGraph(bareSwitch(4), 4);
  const other = buildGraph(bareSwitch(4), 3);
  const ring = named("ring").program(other, "all-reduce", 1);
  throws(() => runProgram(ring, graph), InvariantError);
});

test("links slow enough to take centuries are timed like any other", () => {
  // 0 → 2 and 1 → 2 share 1 → 2 at an eighth of a byte a second: 2e9 bytes take 1.6e10 s.
  const line = withScaledInput(bareTorus([5], 9), "/fabric/link/rateBytesPerS", 0.125 / 50e9);
  const graph = buildGraph(line, 5);
  const shared = program(graph, [
    [0, 2, 1e9],
    [1, 2, 1e9],
  ]);
  const { durationS } = runProgram(shared, graph, { verify: true });
  ok(Math.abs(durationS / 1.6e10 - 1) < 1e-9, String(durationS));
});
