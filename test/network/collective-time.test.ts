/** The choice among algorithms, what binds, and refusals. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at } from "../../src/base/assert.ts";
import { Refusal } from "../../src/base/errors.ts";
import { collectiveTime, collectiveTimer } from "../../src/network/collective-time.ts";
import { ALGORITHMS } from "../../src/network/collectives/table.ts";
import { buildGraph } from "../../src/network/topology/build.ts";
import type { Collective } from "../../src/records/schedule.ts";
import type { Graph } from "../../src/records/graph.ts";
import {
  bareFatTree,
  bareSwitch,
  bareTorus,
  cluster,
  endpoint,
  h100FatTree,
  h100Torus,
  link,
} from "../support/clusters.ts";

const GIB = 2 ** 30;

function seconds(
  graph: Graph,
  algorithm: string,
  sizeBytes: number,
  collective: Collective = "all-reduce",
): number {
  return collectiveTime(graph, { collective, algorithm, sizeBytes }).timeline.durationS;
}

function near(actual: number, expected: number): void {
  ok(Math.abs(actual - expected) <= 1e-12 * expected, `${actual} is ${expected}`);
}

test("an all-reduce takes as long as its two halves", () => {
  for (const graph of [buildGraph(bareTorus([4, 4, 2], 3), 32), buildGraph(h100FatTree(2), 256)]) {
    const whole = collectiveTime(graph, request(graph, "all-reduce"));
    for (const name of [whole.algorithm, ...whole.losers.map((loser) => loser.algorithm)]) {
      if (name === "double-binary-tree") continue; // has no halves
      const halves = (["reduce-scatter", "all-gather"] as const).map((half) =>
        seconds(graph, name, 1e8, half),
      );
      const starts = graph.collectiveStartS; // one start less
      near(seconds(graph, name, 1e8) + starts, at(halves, 0) + at(halves, 1));
    }
  }
});

function request(_: Graph, collective: Collective) {
  return { collective, algorithm: "auto", sizeBytes: 1e8 };
}

test("the fastest is first, the losers follow in order, and the rest say why not", () => {
  const graph = buildGraph(bareTorus([4, 4, 4]), 64);
  const time = collectiveTime(graph, request(graph, "all-reduce"));
  // All dimensions at once keep three times the links busy that one after the other does.
  equal(time.algorithm, "torus-all-links");
  const durations = [time.timeline.durationS, ...time.losers.map((loser) => loser.durationS)];
  deepEqual(
    durations,
    durations.toSorted((a, b) => a - b),
  );
  const reasons = new Map(time.refused.map(({ algorithm, reason }) => [algorithm, reason]));
  equal(reasons.get("hierarchical"), "needs several ranks in a node; here it is one");
  equal(reasons.get("bruck"), "is for 512 KiB and less, as in MPICH");
  equal(reasons.get("sharp"), "needs a tree of switches; the fabric is a torus");
  equal(time.losers.length + 1 + time.refused.length, ALGORITHMS.length);
});

test("a named algorithm is not held back by the guards of the choice", () => {
  const graph = buildGraph(bareSwitch(8), 8);
  const head = { collective: "all-reduce", sizeBytes: GIB } as const;
  for (const algorithm of ["bruck", "aggregated-trees", "ring-both-ways", "sharp"]) {
    ok(collectiveTime(graph, { ...head, algorithm }).timeline.durationS > 0, algorithm);
  }
  const short = collectiveTime(graph, { ...head, sizeBytes: 1000, algorithm: "auto" });
  ok([short.algorithm, ...short.losers.map((one) => one.algorithm)].includes("bruck"));
});

test("of equals the simpler algorithm wins", () => {
  // Two ranks: one exchange of halves each way, by ring as by halving-doubling.
  const time = collectiveTime(buildGraph(bareSwitch(2), 2), {
    collective: "all-reduce",
    algorithm: "auto",
    sizeBytes: 1e6,
  });
  equal(time.algorithm, "ring");
  equal(at(time.losers, 0).durationS, time.timeline.durationS);
});

test("an algorithm asked for by name runs alone", () => {
  const graph = buildGraph(bareSwitch(4), 4);
  const time = collectiveTime(graph, {
    collective: "all-gather",
    algorithm: "Ring",
    sizeBytes: 8,
  });
  deepEqual([time.algorithm, time.losers, time.refused], ["ring", [], []]);
});

function refusal(graph: Graph, algorithm: string, collective: Collective = "all-reduce"): Refusal {
  let caught: unknown;
  throws(
    () => collectiveTime(graph, { collective, algorithm, sizeBytes: 1 }),
    (error) => {
      caught = error;
      return error instanceof Refusal;
    },
  );
  return caught as Refusal;
}

test("a named algorithm that cannot run is refused with the reason and what can", () => {
  const halving = refusal(buildGraph(bareSwitch(6), 6), "halving-doubling", "all-gather");
  equal(halving.code, "unsupported-algorithm");
  ok(halving.expected.includes("needs a power of two of ranks for all-gather, not 6"));
  ok(halving.nextStep.startsWith("use ring or auto"));
  const graph = buildGraph(h100FatTree(2), 24);
  const nodes = refusal(graph, "hierarchical-halving-doubling", "all-gather");
  ok(nodes.nextStep.startsWith("use hierarchical or auto"));
  equal(refusal(buildGraph(bareSwitch(6), 6), "butterfly").code, "unknown-algorithm");
});

test("one rank is done before it starts", () => {
  const { timeline, algorithm } = collectiveTime(buildGraph(bareSwitch(4), 1), {
    collective: "all-reduce",
    algorithm: "auto",
    sizeBytes: GIB,
  });
  equal(algorithm, "ring");
  deepEqual([timeline.durationS, timeline.latencyS, timeline.transferS], [0, 0, 0]);
  equal(timeline.limit.id, "one rank has nobody to talk to");
});

test("links without latency and buffers without bytes are times too", () => {
  const fabric = {
    kind: "torus",
    shapes: [[4, 4]],
    wrapLengthMin: 1,
    link: link(50e9, 0),
  } as const;
  const graph = buildGraph(cluster("no-latency", { fabric }), 16);
  near(seconds(graph, "torus", GIB), (2 * 3 * GIB) / 8 / 50e9 + (2 * 3 * GIB) / 32 / 50e9);
  equal(seconds(graph, "auto", 0), 0);
  near(seconds(buildGraph(bareSwitch(4), 4), "ring", 0), 6e-6);
});

test("waiting and sending add up to the duration in every bit", () => {
  const graphs = [buildGraph(h100FatTree(2), 256), buildGraph(h100Torus(), 256)];
  fc.assert(
    fc.property(fc.constantFrom(...graphs), fc.integer({ min: 0, max: 1e9 }), (graph, size) => {
      const { timeline } = collectiveTime(graph, {
        collective: "all-reduce",
        algorithm: "auto",
        sizeBytes: size,
      });
      equal(timeline.latencyS + timeline.transferS, timeline.durationS);
      const steps = timeline.steps.reduce((sum, step) => sum + step.repeat * step.stepS, 0);
      near(steps + graph.collectiveStartS, timeline.durationS);
      ok(timeline.limit.utilization >= 0 && timeline.limit.utilization <= 1);
    }),
    { seed: 13, numRuns: 40 },
  );
});

test("large buffers are bound by a link, small ones by waiting", () => {
  const graph = buildGraph(bareFatTree(), 1024);
  const limit = (sizeBytes: number) =>
    collectiveTime(graph, { collective: "all-reduce", algorithm: "ring", sizeBytes }).timeline
      .limit;
  const large = limit(GIB);
  // 31 → 32 crosses leaves and so arrives last; its port is as busy as any.
  deepEqual(
    [large.kind, large.id, large.pointer],
    ["host", "host-31 → leaf-0", "/fabric/link/rate"],
  );
  // 2·1023·S/1024/50e9 of 2·1023·(S/1024/50e9 + 2e-6).
  const sending = GIB / 1024 / 50e9;
  near(large.utilization, sending / (sending + 2e-6));
  const small = limit(1024);
  // 31 → 32 is the first message to leave its leaf, over four links.
  deepEqual(
    [small.kind, small.id, small.pointer],
    ["latency", "rank 31 → rank 32", "/fabric/link/latency"],
  );
});

test("the pointer of a limit is the input that moves the time", () => {
  const slow = { scaleOutMessageS: 20e-6, scaleUpMessageS: 1e-6, collectiveStartS: 0 };
  const pointerOf = (times: Parameters<typeof endpoint>[0], sizeBytes = 8): string =>
    collectiveTime(buildGraph({ ...h100FatTree(1), endpoint: endpoint(times) }, 64), {
      collective: "all-reduce",
      algorithm: "hierarchical",
      sizeBytes,
    }).timeline.limit.pointer;
  equal(pointerOf(slow), "/endpoint/scaleOutMessage");
  equal(pointerOf({ ...slow, scaleUpMessageS: 200e-6 }), "/endpoint/scaleUpMessage");
  equal(pointerOf({ ...slow, collectiveStartS: 1 }), "/endpoint/collectiveStart");
  // Without endpoint times 14 messages in the node wait 14·2·250 ns = 7 µs, and 14 between
  // leaves wait 14·2·(200 + 150) ns = 9.8 µs on ports, where links are the greater part, and
  // 14·2·(200 + 300) ns = 14 µs on uplinks, where switches are.
  equal(pointerOf({}), "/fabric/switchLatency");
  equal(pointerOf(slow, 1e9), "/fabric/link/rate");
});

test("an oversubscribed tree is slower, and says that its uplinks bind", () => {
  const time = (oversubscription: number) =>
    collectiveTime(buildGraph(h100FatTree(oversubscription), 256), {
      collective: "all-reduce",
      algorithm: "halving-doubling",
      sizeBytes: GIB,
    }).timeline;
  ok(time(2).durationS > time(1).durationS * 1.02);
  ok(time(4).durationS > time(2).durationS * 1.02);
  // At 8:1 the messages to the next leaf, 1/64 of the buffer, share an uplink by eight, and
  // so take longer than those within a leaf, 1/16 of it over a port each.
  equal(time(8).limit.kind, "uplink");
});

test("the timer gives the same answers and makes none twice", () => {
  const graph = buildGraph(h100FatTree(2), 64);
  const timer = collectiveTimer(graph);
  const asked = request(graph, "all-reduce");
  deepEqual(timer(asked), collectiveTime(graph, asked));
  equal(timer(asked), timer({ ...asked }));
});

test("what was timed before does not change what is timed next", () => {
  const fresh = (sizeBytes: number): number =>
    seconds(buildGraph(h100FatTree(4), 256), "auto", sizeBytes);
  const graph = buildGraph(h100FatTree(4), 256);
  for (const size of [1e9, 17, 1e6, 1e9]) equal(seconds(graph, "auto", size), fresh(size));
});
