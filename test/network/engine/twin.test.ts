/** The engine against its plain twin, on clusters and programs drawn at random. */
import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { seeded } from "../../../src/base/random.ts";
import { runProgram } from "../../../src/network/engine/run.ts";
import { twinDurationS } from "../../../src/network/engine/twin.ts";
import { ALGORITHMS } from "../../../src/network/collectives/table.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import type { DragonflyPlusFabric, HyperXFabric } from "../../../src/records/fabric.ts";
import type { SlicesFabric, SlimFlyFabric } from "../../../src/records/fabric.ts";
import type { Graph } from "../../../src/records/graph.ts";
import type { Program, Step } from "../../../src/records/schedule.ts";
import { sceneGraph } from "../../../src/network/scene.ts";
import { BARE_LINK, bareFatTree, bareTorus, direct } from "../../support/clusters.ts";
import { dragonfly, h100FatTree, h100Torus } from "../../support/clusters.ts";

/** Fabrics without tiers above, two of them by detours. */
const DIRECT: readonly Graph[] = [
  sceneGraph(dragonfly(3, 2), 24, { routing: { kind: "valiant", seed: 2 } }),
  buildGraph(dragonfly(4, 1), 32),
  buildGraph(
    direct<HyperXFabric>({ kind: "hyperx", shape: [3, 2], widths: [1, 2], hostsPerSwitch: 4 }),
    24,
  ),
  sceneGraph(direct<SlimFlyFabric>({ kind: "slim-fly", elementCount: 3, hostsPerSwitch: 2 }), 36, {
    routing: { kind: "valiant", seed: 5 },
  }),
  buildGraph(
    direct<DragonflyPlusFabric>({
      ...{ kind: "dragonfly-plus", groupCount: 3, leavesPerGroup: 2, spinesPerGroup: 2 },
      ...{ hostsPerLeaf: 4, globalLinksPerSpine: 1, arrangement: "absolute" },
    }),
    24,
  ),
  buildGraph(
    direct<SlicesFabric>({
      ...{ kind: "slices", shape: [4, 2], sliceCount: 3, acceleratorsPerLink: 4 },
      slice: { link: BARE_LINK, wrapLengthMin: 4 },
    }),
    24,
  ),
];

/** 4:1 oversubscribed tree, meshes, tori and nodes with stars, each with slow links. */
const GRAPHS: readonly Graph[] = [
  buildGraph(bareFatTree({ portCount: 32, portsPerLeaf: 8, uplinksPerLeaf: 2, spineRadix: 8 }), 32),
  buildGraph(bareTorus([3, 4, 2], 9), 24),
  buildGraph(bareTorus([5, 5]), 25),
  buildGraph(h100FatTree(4), 48),
  buildGraph(h100Torus(), 32),
  ...DIRECT,
];

/** A copy of which some links run at a fraction of their rate or wait longer. */
function worn(graph: Graph, seed: number): Graph {
  const random = seeded(seed);
  return {
    ...graph,
    linkBytesPerS: graph.linkBytesPerS.map((rate) => (random() < 0.1 ? rate / 4 : rate)),
    linkLatencyS: graph.linkLatencyS.map((wait) => (random() < 0.2 ? wait * 3 * random() : wait)),
  };
}

function randomStep(graph: Graph, seed: number): Step {
  const random = seeded(seed);
  const below = (bound: number): number => Math.floor(random() * bound);
  const messageCount = 1 + below(2 * graph.rankCount);
  const source = Int32Array.from({ length: messageCount }, () => below(graph.rankCount));
  const target = source.map((rank) => (rank + 1 + below(graph.rankCount - 1)) % graph.rankCount);
  const sizes = [
    () => 1e6,
    () => Math.ceil(1e6 * random()),
    () => 10 ** (1 + below(9)),
    () => 1e6 + below(2),
    () => (random() < 0.3 ? 0 : 4096),
  ];
  const sizeOf = at(sizes, below(sizes.length));
  const messageBytes = Float64Array.from({ length: messageCount }, () => sizeOf());
  const part = () => ({ from: 0, to: 1, reduces: false });
  return { name: "random", repeat: 1 + below(2), source, target, messageBytes, part };
}

function close(graph: Graph, program: Program): number {
  const timeline = runProgram(program, graph, { verify: true });
  const twinS = twinDurationS(program, graph);
  // 1e-9 relative; the domain's tick is 2^-40 of its longest transfer, far below that.
  ok(
    Math.abs(timeline.durationS - twinS) <= 1e-9 * twinS,
    `${graph.clusterId}: ${timeline.durationS} against ${twinS}`,
  );
  return timeline.eventCount;
}

test("random messages of random sizes on worn fabrics arrive as the twin says", () => {
  let contendedCount = 0;
  fc.assert(
    fc.property(fc.nat(GRAPHS.length - 1), fc.nat(), (index, seed) => {
      const graph = worn(at(GRAPHS, index), seed);
      const steps = [randomStep(graph, seed), randomStep(graph, seed + 1)];
      const { rankCount } = graph;
      const program: Program = {
        collective: "all-reduce",
        algorithm: "random",
        rankCount,
        sizeBytes: 0,
        steps,
      };
      if (close(graph, program) > 0) contendedCount++;
    }),
    { seed: 12, numRuns: 150 },
  );
  ok(contendedCount > 75, "most of the cases have contention");
});

test("every algorithm on every fabric takes the time of the twin", () => {
  for (const graph of GRAPHS) {
    for (const algorithm of ALGORITHMS) {
      if (algorithm.supports(graph, "all-reduce") !== undefined) continue;
      // The plain twin is slow: of large graphs it sees those that know the fabric.
      const isFlat = ["ring-both-ways", "ring-channels", "aggregated-trees"].includes(
        algorithm.name,
      );
      if (isFlat && graph.rankCount > 16) continue;
      const ways = algorithm.graphFor?.(graph) ?? graph;
      close(ways, algorithm.program(graph, "all-reduce", 3e6));
      const other = worn(graph, 99);
      if (algorithm.supports(other, "reduce-scatter") !== undefined) continue;
      close(other, algorithm.program(other, "reduce-scatter", 5e5));
    }
  }
});

test("equal flows over one slow link finish in one instant", () => {
  // Eight hosts of leaf 0 send to eight of leaf 1 over two uplinks: four flows an uplink, so
  // each has 12.5 GB/s: 1e6/12.5e9 = 80 µs behind 2 µs of latency.
  const graph = at(GRAPHS, 0);
  const source = Int32Array.from({ length: 8 }, (_, i) => i);
  const step: Step = {
    name: "shift",
    repeat: 1,
    source,
    target: source.map((rank) => rank + 8),
    messageBytes: new Float64Array(8).fill(1e6),
    part: () => ({ from: 0, to: 1, reduces: false }),
  };
  const program: Program = {
    collective: "all-gather",
    algorithm: "shift",
    rankCount: 32,
    sizeBytes: 1e6,
    steps: [step],
  };
  const { durationS, latencyS, limit } = runProgram(program, graph);
  ok(Math.abs(durationS - 82e-6) < 1e-9 * 82e-6);
  ok(Math.abs(latencyS - 2e-6) < 1e-18);
  equal(limit.kind, "uplink");
  equal(limit.id, "leaf-0 → spine-0 (cable 0)");
});
