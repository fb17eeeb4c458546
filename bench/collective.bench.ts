/**
 * The flow engine on its three kinds of work: a ring that needs no events, the same at
 * growing numbers of ranks, and a random permutation on a torus, where everything contends.
 * The plain twin does the last one too, in the same run, as the peer.
 */
import { at } from "../src/base/assert.ts";
import { seeded } from "../src/base/random.ts";
import { collectiveTime } from "../src/network/collective-time.ts";
import { runProgram } from "../src/network/engine/run.ts";
import { twinDurationS } from "../src/network/engine/twin.ts";
import { buildGraph } from "../src/network/topology/build.ts";
import type { Graph } from "../src/records/graph.ts";
import type { Program } from "../src/records/schedule.ts";
import { bareFatTree, bareTorus, h100FatTree } from "../test/support/clusters.ts";
import { shortestS } from "./harness.ts";
import type { Bench, BenchRow, BenchSize } from "./harness.ts";

const GIB = 2 ** 30;

export const bench: Bench = {
  name: "collective",
  async run(size) {
    const runs = size === "large" ? 5 : 1;
    return [
      ...(await coldRing(size)),
      ...(await autoChoice(size, runs)),
      ...(await growth(size, runs)),
      ...(await permutation(size, runs)),
    ];
  },
};

function row(title: string, value: number, unit: string, bound: number | null = null): BenchRow {
  return { case: title, threads: 1, value, unit, bound };
}

/** Small runs are cold and shorter than the clock is sharp: only large ones have bounds. */
function boundOf(size: BenchSize, bound: number): number | null {
  return size === "large" ? bound : null;
}

/** The first call in this process, graph included; the engine's code is still cold. */
async function coldRing(size: BenchSize): Promise<BenchRow[]> {
  const coldS = await shortestS(1, () => {
    ring(buildGraph(bareFatTree(), 1024));
  });
  return [row("1 GiB ring, fat tree 1,024, graph and engine cold", coldS, "s", boundOf(size, 0.1))];
}

function ring(graph: Graph): number {
  const request = { collective: "all-reduce", algorithm: "ring", sizeBytes: GIB } as const;
  return collectiveTime(graph, request).timeline.durationS;
}

/** All algorithms on one graph, at a size not seen before; patterns are known from the first. */
async function autoChoice(size: BenchSize, runs: number): Promise<BenchRow[]> {
  const rankCount = size === "large" ? 1024 : 128;
  const graph = buildGraph(h100FatTree(2), rankCount);
  let sizeBytes = 1e8;
  const choiceS = await shortestS(runs + 1, () => {
    collectiveTime(graph, { collective: "all-reduce", algorithm: "auto", sizeBytes: sizeBytes++ });
  });
  const ranks = rankCount.toString();
  return [
    row(
      `choice of algorithm, 2:1 fat tree, ${ranks} ranks, warm`,
      choiceS,
      "s",
      boundOf(size, 0.02),
    ),
  ];
}

/** Routes and solve on a fresh graph each time; time ~ ranks^exponent. */
async function growth(size: BenchSize, runs: number): Promise<BenchRow[]> {
  const leafSizes = size === "large" ? [64, 128, 256] : [8, 16];
  const times: { rankCount: number; ringS: number }[] = [];
  for (const leaf of leafSizes) {
    const rankCount = leaf * leaf;
    const shape = { portCount: rankCount, portsPerLeaf: leaf, uplinksPerLeaf: leaf };
    const graph = buildGraph(bareFatTree({ ...shape, spineRadix: leaf }), rankCount);
    // A copy is a graph never seen: nothing compiled for another run is used again.
    const ringS = await shortestS(runs + 7, () => void ring({ ...graph }));
    times.push({ rankCount, ringS });
  }
  const first = at(times, 0);
  const last = at(times, times.length - 1);
  const grown = last.rankCount / first.rankCount;
  // The growth is bound through the last time: at most ranks^1.1.
  const mostS = boundOf(size, first.ringS * grown ** 1.1);
  const rows = times.map(({ rankCount, ringS }) =>
    row(
      `ring, fat tree ${rankCount}, fresh routes`,
      ringS,
      "s",
      rankCount === last.rankCount ? mostS : null,
    ),
  );
  const exponent = Math.log(last.ringS / first.ringS) / Math.log(grown);
  return [...rows, row("ring, exponent of time over ranks", exponent, "exponent")];
}

async function permutation(size: BenchSize, runs: number): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const sides = size === "large" ? [8, 16] : [3];
  for (const side of sides) {
    const { graph, program } = permutationOn(side);
    const engineS = await shortestS(runs + 1, () => void runProgram(program(), graph));
    const { eventCount } = runProgram(program(), graph);
    const name = `permutation, torus ${side}×${side}×${side}`;
    rows.push(row(`${name}, contended step`, engineS, "s", side === 8 ? 0.1 : null));
    rows.push(row(`${name}, events`, eventCount / engineS, "1/s"));
  }
  const side = size === "large" ? 6 : 3;
  const { graph, program } = permutationOn(side);
  const engineS = await shortestS(runs + 1, () => void runProgram(program(), graph));
  const twinS = await shortestS(1, () => void twinDurationS(program(), graph));
  const title = `permutation, torus ${side}×${side}×${side}, time of the plain twin / ours`;
  return [...rows, row(title, twinS / engineS, "ratio", boundOf(size, 10))];
}

/** Every rank sends to another, sizes drawn as well, so that hardly two end together. */
function permutationOn(side: number): { graph: Graph; program: () => Program } {
  const rankCount = side ** 3;
  const graph = buildGraph(bareTorus([side, side, side]), rankCount);
  const random = seeded(7);
  const order = Int32Array.from({ length: rankCount }, (_, rank) => rank);
  for (let i = rankCount - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [at(order, j), at(order, i)];
  }
  const source = order;
  const target = order.map((_, i) => at(order, (i + 1) % rankCount));
  const messageBytes = Float64Array.from({ length: rankCount }, () => 1e6 * (0.5 + random()));
  const step = { name: "permutation", repeat: 1, source, target, messageBytes, part: noData };
  return {
    graph,
    program: () => ({
      collective: "all-gather",
      algorithm: "permutation",
      rankCount,
      sizeBytes: 0,
      steps: [step],
    }),
  };
}

const noData = () => ({ from: 0, to: 1, reduces: false });
