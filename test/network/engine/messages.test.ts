/** Messages by events: closed forms, the plain twin, failures in mid-run, circles of waiting. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { Refusal } from "../../../src/base/errors.ts";
import { seeded } from "../../../src/base/random.ts";
import { collectiveProgram, collectiveTime } from "../../../src/network/collective-time.ts";
import { expandedProgram } from "../../../src/network/engine/expand.ts";
import { runMessages } from "../../../src/network/engine/messages.ts";
import { routedGraph } from "../../../src/network/routing/routed.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { slowedGraph } from "../../../src/network/slowed.ts";
import { epochsOf, runTraffic } from "../../../src/network/traffic.ts";
import type { Graph } from "../../../src/records/graph.ts";
import type { Messages } from "../../../src/records/traffic.ts";
import { bareFatTree, bareSwitch, bareTorus, h100FatTree } from "../../support/clusters.ts";
import { messageTwin } from "../../support/message-twin.ts";

const B = 50e9;
const A = 1e-6; // two links of 500 ns

/** Two leaves of two hosts and two spines. */
const twoSpines = () =>
  bareFatTree({ portCount: 4, portsPerLeaf: 2, uplinksPerLeaf: 2, spineRadix: 2 });

type Row = readonly [
  source: number,
  target: number,
  bytes: number,
  startS?: number,
  after?: number[],
];

function messages(rows: readonly Row[]): Messages {
  const waits = rows.map((row) => row[4] ?? []);
  const afterStart = new Int32Array(rows.length + 1);
  waits.forEach((list, m) => (afterStart[m + 1] = at(afterStart, m) + list.length));
  return {
    source: Int32Array.from(rows, (row) => row[0]),
    target: Int32Array.from(rows, (row) => row[1]),
    sizeBytes: Float64Array.from(rows, (row) => row[2]),
    startS: Float64Array.from(rows, (row) => row[3] ?? 0),
    afterStart,
    after: Int32Array.from(waits.flat()),
  };
}

const run = (graph: Graph, rows: readonly Row[]): number[] => [
  ...runMessages(messages(rows), [{ startS: 0, graph }], { verify: true }).finishS,
];

const near = (actual: number, expected: number, within = 1e-9): void =>
  ok(Math.abs(actual - expected) <= within * Math.abs(expected), `${actual} is ${expected}`);

test("on a bare switch: alone, an incast, and a message that waits for both", () => {
  const graph = buildGraph(bareSwitch(8), 8);
  near(at(run(graph, [[0, 1, 1e6]]), 0), A + 1e6 / B);
  // Seven senders share the way down to rank 0: each is through after a + 7·S/B.
  const incast = run(
    graph,
    [1, 2, 3, 4, 5, 6, 7].map((rank) => [rank, 0, 1e6]),
  );
  for (const seconds of incast) near(seconds, A + (7 * 1e6) / B);
  // Two to rank 1 take a + 2S/B; the third starts then, and takes a + S'/B; so does one at 1 ms.
  const chain = run(graph, [
    [0, 1, 1e6],
    [2, 1, 1e6],
    [1, 3, 5e5, 0, [0, 1]],
    [4, 5, 1e6, 1e-3],
  ]);
  near(at(chain, 2), 2 * A + 2e6 / B + 5e5 / B);
  near(at(chain, 3), 1e-3 + A + 1e6 / B);
});

test("a short and a long message on one link: the long one speeds up when the short is out", () => {
  // Both at B/2 until 1 MB is through at a + 2 MB/B; then 3 MB at B: a + 5 MB/B in all.
  const [short = 0, long = 0] = run(buildGraph(bareSwitch(4), 4), [
    [0, 1, 1e6],
    [0, 2, 4e6],
  ]);
  near(short, A + 2e6 / B);
  near(long, A + 5e6 / B);
});

test("a message to its own rank crosses no link", () => {
  const [own = 0] = run(buildGraph(bareSwitch(4), 4), [[2, 2, 1e9]]);
  ok(own < 1e-6);
});

test("random messages with random waits arrive when the plain twin says, in both shares", () => {
  const graphs = [
    buildGraph(bareSwitch(8), 8),
    buildGraph(h100FatTree(4), 64),
    routedGraph(
      buildGraph(bareFatTree({ portCount: 16, portsPerLeaf: 4, uplinksPerLeaf: 2 }), 16),
      {
        kind: "ecmp",
        seed: 3,
        isSalted: true,
      },
    ),
    buildGraph(bareTorus([3, 3, 3]), 27),
  ];
  fc.assert(
    fc.property(fc.nat(3), fc.integer(), fc.boolean(), (which, seed, isEven) => {
      const graph = at(graphs, which);
      const random = seeded(seed);
      const below = (count: number): number => Math.floor(random() * count);
      const rows = Array.from({ length: 3 + below(30) }, (_, m): Row => {
        const source = below(graph.rankCount);
        const target = (source + 1 + below(graph.rankCount - 1)) % graph.rankCount;
        const bytes = isEven ? 1e6 : 1 + below(2e6);
        const waits = m === 0 ? [] : [...new Set([below(m), below(m)])].slice(0, below(3));
        return [source, target, bytes, below(3) * 1e-5, waits];
      });
      for (const share of ["equal", "rtt"] as const) {
        const list = messages(rows);
        const end = runMessages(list, [{ startS: 0, graph }], { share, verify: true });
        const twin = messageTwin(graph, list, share);
        const lastS = Math.max(...twin);
        for (const [m, seconds] of twin.entries()) {
          ok(Math.abs(at(end.finishS, m) - seconds) <= 1e-9 * lastS, `message ${m}`);
        }
      }
    }),
    { seed: 11, numRuns: 60 },
  );
});

test("a link that fails in mid-run: what is left takes another way, after its latency", () => {
  // Leaf 0 to leaf 1 by spine 0 or 1; rank 2's messages take spine 2 mod 2 = 0.
  const graph = buildGraph(twoSpines(), 4);
  const list = messages([[0, 2, 50e6]]);
  const failS = 2e-6 + 0.4e-3;
  const { end } = runTraffic(graph, list, {
    share: "equal",
    failures: [{ name: "leaf-0:spine-0", startS: failS }],
  });
  // Alone it takes 2 µs + 1 ms; at 0.4 ms 30 MB are left: 2 µs more for the new way.
  near(at(end.finishS, 0), failS + 2e-6 + 30e6 / B);
  equal(end.detourCount, 1);
  // All bytes cross rank 0's own link; 20 MB the link that failed, 30 MB the other one.
  deepEqual(
    [...new Set(end.linkBytes)].map((bytes) => Math.round(bytes / 1e6)).toSorted((a, b) => a - b),
    [0, 20, 30, 50],
  );
});

test("two messages on a failed way share the one that is left", () => {
  const graph = buildGraph(twoSpines(), 4);
  const list = messages([
    [0, 2, 50e6],
    [1, 3, 50e6],
  ]);
  const failS = 2e-6 + 0.5e-3;
  const end = runMessages(list, epochsOf(graph, [{ name: "spine-0", startS: failS }]));
  // Message 1 (spine 1) has 25 MB left and shares from the detour's arrival on: for 2 µs alone.
  const aloneBytes = 2e-6 * B;
  near(at(end.finishS, 1), failS + 2e-6 + (25e6 - aloneBytes) / (B / 2));
  near(at(end.finishS, 0), failS + 2e-6 + 50e6 / B - 2e-6);
});

test("a link that slows in mid-run: what is left goes on at the new rate, by the same way", () => {
  const list = messages([
    [0, 2, 50e6],
    [1, 3, 50e6],
  ]);
  const slowS = 2e-6 + 0.6e-3;
  const { end } = runTraffic(buildGraph(twoSpines(), 4), list, {
    share: "equal",
    failures: [{ name: "leaf-0:spine-0", startS: slowS, rateShare: 0.25 }],
  });
  // 20 of 50 MB are left at 0.6 ms, at a quarter of the rate; the other message is not touched.
  near(at(end.finishS, 0), slowS + 20e6 / (B / 4));
  near(at(end.finishS, 1), 2e-6 + 50e6 / B);
  equal(end.detourCount, 0);
});

test("a slow link from the start is that link's rate", () => {
  const graph = slowedGraph(buildGraph(bareSwitch(4), 4), [{ name: "host-1", rateShare: 0.5 }]);
  near(at(run(graph, [[0, 1, 1e6]]), 0), A + 1e6 / (B / 2));
  near(at(run(graph, [[0, 2, 1e6]]), 0), A + 1e6 / B);
  throws(() => slowedGraph(graph, [{ name: "host-1", rateShare: 0 }]), /above 0/);
  throws(() => slowedGraph(graph, [{ name: "host-9", rateShare: 0.5 }]), /unknown-link/);
});

test("a rank that is cut off in mid-run is named, and why", () => {
  const graph = buildGraph(twoSpines(), 4);
  throws(
    () =>
      runTraffic(graph, messages([[0, 2, 50e6]]), {
        share: "equal",
        failures: [{ name: "leaf-1", startS: 1e-4 }],
      }),
    (error) =>
      error instanceof Refusal &&
      error.code === "unreachable-rank" &&
      /rank 0 to rank 2.*leaf-1/.test(error.message),
  );
});

test("messages that wait for each other are a deadlock that names them", () => {
  const graph = buildGraph(bareSwitch(4), 4);
  throws(
    () =>
      run(graph, [
        [0, 1, 1, 0, [1]],
        [1, 2, 1, 0, [0]],
      ]),
    /2 messages that never start: message 0 \(rank 0 → rank 1\) waits for message 1/,
  );
});

test("a program message by message with barriers takes the engine's time", () => {
  for (const graph of [buildGraph(h100FatTree(2), 32), buildGraph(bareTorus([2, 3, 2]), 12)]) {
    for (const algorithm of ["ring", "bruck", "double-binary-tree", "hierarchical"]) {
      const request = { collective: "all-reduce", algorithm, sizeBytes: 2 ** 22 } as const;
      if (algorithm === "hierarchical" && graph.ranksPerNode === 1) continue;
      const program = collectiveProgram(graph, request);
      const end = runMessages(expandedProgram(program, "barrier"), [{ startS: 0, graph }]);
      const lastS = Math.max(...end.finishS);
      const { durationS } = collectiveTime(graph, request).timeline;
      near(lastS + graph.collectiveStartS, durationS, 1e-8);
    }
  }
});

test("message by message, rings by dependency take the time of their closed forms", () => {
  const graph = buildGraph(bareFatTree({ portCount: 16, portsPerLeaf: 4, uplinksPerLeaf: 4 }), 16);
  for (const semantics of ["rendezvous", "stream"] as const) {
    const request = { collective: "all-reduce", algorithm: "ring", sizeBytes: 2 ** 24 } as const;
    const program = collectiveProgram(graph, request);
    const end = runMessages(expandedProgram(program, semantics), [{ startS: 0, graph }]);
    const { durationS } = collectiveTime(graph, { ...request, run: { semantics } }).timeline;
    near(Math.max(...end.finishS), durationS);
  }
});
