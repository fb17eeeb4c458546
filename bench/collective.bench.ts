/**
 * The flow engine on its kinds of work: a ring that needs no events, the same at growing
 * numbers of ranks, a random permutation on a torus, where everything contends (the plain
 * twin does it too, in the same run, as the peer); and whole processes of the built command.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { at } from "../src/base/assert.ts";
import { seeded } from "../src/base/random.ts";
import { collectiveTime } from "../src/network/collective-time.ts";
import { runProgram } from "../src/network/engine/run.ts";
import { twinDurationS } from "../src/network/engine/twin.ts";
import { orderOf } from "../src/network/routing/placement.ts";
import { sceneGraph } from "../src/network/scene.ts";
import { buildGraph } from "../src/network/topology/build.ts";
import type { Cluster } from "../src/records/cluster.ts";
import type { Graph } from "../src/records/graph.ts";
import type { Program } from "../src/records/schedule.ts";
import {
  bareFatTree,
  barePods,
  bareTorus,
  H100_NODE,
  h100FatTree,
} from "../test/support/clusters.ts";
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
      ...(await routings(size, runs)),
      ...(await hierarchical(size, runs)),
      ...(await commands(size)),
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

/** Ranks, hosts a leaf, and the engine's bar in seconds; the large two have three tiers. */
const SCALE = [
  { rankCount: 1024, leaf: 32, boundS: 0.005 },
  { rankCount: 4096, leaf: 64, boundS: 0.015 },
  { rankCount: 131_072, leaf: 64, boundS: 0.08 },
  { rankCount: 1_048_576, leaf: 64, boundS: 0.4 },
] as const;

/** Routes and solve on a fresh graph each time; time ~ ranks^exponent. */
async function growth(size: BenchSize, runs: number): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const times: { rankCount: number; ringS: number }[] = [];
  for (const { rankCount, leaf, boundS } of size === "large" ? SCALE : SCALE.slice(0, 2)) {
    const graph = buildGraph(nonBlocking(rankCount, leaf), rankCount);
    // A copy is a graph never seen: nothing compiled for another run is used again.
    const turns = rankCount > 1e5 ? runs : runs + 7;
    const ringS = await shortestS(turns, () => void ring({ ...graph }));
    times.push({ rankCount, ringS });
    const title = `ring, fat tree ${rankCount}, fresh routes`;
    rows.push(row(title, ringS, "s", boundOf(size, boundS)));
  }
  const first = at(times, Math.min(1, times.length - 1));
  const last = at(times, times.length - 1);
  const exponent =
    first === last
      ? 1
      : Math.log(last.ringS / first.ringS) / Math.log(last.rankCount / first.rankCount);
  // A growth has no unit of time, so its bound is a floor: of 2.1 less the exponent, 1.
  rows.push(row("ring, exponent of time over ranks", exponent, "exponent"));
  return [...rows, row("ring, 2.1 − that exponent", 2.1 - exponent, "", boundOf(size, 1))];
}

function nonBlocking(rankCount: number, leaf: number): Cluster {
  const tree = { portCount: rankCount, portsPerLeaf: leaf, uplinksPerLeaf: leaf };
  if (rankCount <= leaf * leaf) return bareFatTree({ ...tree, spineRadix: leaf });
  const leavesPerPod = rankCount > 1e6 ? 64 : 32;
  const shape = { ...tree, spineRadix: 2 * leavesPerPod, uplinksPerSpine: leavesPerPod };
  return barePods({ ...shape, leavesPerPod, coreRadix: rankCount / leaf / leavesPerPod });
}

/** A ring of 1,024 hosts placed at random is a permutation: one step, by each routing. */
async function routings(size: BenchSize, runs: number): Promise<BenchRow[]> {
  const rankCount = size === "large" ? 1024 : 64;
  const leaf = Math.sqrt(rankCount);
  const order = orderOf({ kind: "random", seed: 7 }, rankCount);
  const rows: BenchRow[] = [];
  for (const [name, routing] of [
    ["d-mod-k", { kind: "d-mod-k" }],
    ["hashed", { kind: "ecmp", seed: 1, isSalted: true }],
    ["sprayed", { kind: "spray" }],
  ] as const) {
    const graph = sceneGraph(nonBlocking(rankCount, leaf), rankCount, { routing });
    const request = { collective: "all-reduce", algorithm: "ring", sizeBytes: GIB, order } as const;
    const stepS = await shortestS(runs + 2, () => void collectiveTime({ ...graph }, request));
    rows.push(row(`permutation, ${name}, ${rankCount} flows`, stepS, "s", boundOf(size, 0.02)));
  }
  return rows;
}

/** 8-GPU nodes on three non-blocking tiers. */
async function hierarchical(size: BenchSize, runs: number): Promise<BenchRow[]> {
  const rankCount = size === "large" ? 16_384 : 128;
  const shape = { portCount: rankCount, portsPerLeaf: 32, uplinksPerLeaf: 32 };
  const pods = { spineRadix: 64, leavesPerPod: 32, uplinksPerSpine: 32, coreRadix: 64 };
  const made = { ...barePods({ ...shape, ...pods }), node: H100_NODE };
  const graph = buildGraph(made, rankCount);
  const request = { collective: "all-reduce", algorithm: "hierarchical", sizeBytes: GIB } as const;
  const engineS = await shortestS(runs, () => void collectiveTime({ ...graph }, request));
  return [row(`hierarchical, ${rankCount} in nodes of 8`, engineS, "s", boundOf(size, 0.6))];
}

/** Words of the built command, its bar in seconds, and the most it may take of memory. */
const COMMANDS: readonly (readonly [title: string, words: string, boundS: number, mib: number])[] =
  [
    ["ring, 1,024", "all_reduce bare-fat-tree-1024 ring", 0.35, 500],
    [
      "ring, 4,096",
      "all_reduce bare-fat-tree-2l ring --set hosts=4096 --set hostsPerLeaf=64",
      0.35,
      500,
    ],
    ["ring, 131,072", "all_reduce bare-fat-tree-131072 ring", 0.5, 500],
    ["ring, 1,048,576", "all_reduce bare-fat-tree-1048576 ring", 1.2, 500],
    ["ring, 1,024, plain engine", "all_reduce bare-fat-tree-1024 ring --unfolded", 1.2, 300],
    [
      "ring placed at random, torus 8×8×8",
      "all_reduce bare-torus-8x8x8 ring --placement random:7",
      0.4,
      500,
    ],
    ["all-to-all, 256, plain", `${pairs(256, 16)} --unfolded`, 0.5, 200],
    ["all-to-all, 512, plain", `${pairs(512, 32)} --unfolded`, 0.7, 200],
    ["all-to-all, 512, merged", pairs(512, 32), 0.4, 200],
    ["all-to-all, 4,096, merged", pairs(4096, 64), 0.9, 200],
  ];

function pairs(hosts: number, leaf: number): string {
  return `alltoall bare-fat-tree-2l direct --set hosts=${hosts} --set hostsPerLeaf=${leaf}`;
}

/** Says on stderr, at its end, how much memory a process took at most. */
const TELL_MEMORY =
  "data:text/javascript,process.on('exit',()=>process.stderr.write(" +
  "'maxRSS '+process.resourceUsage().maxRSS))";

/** Whole processes, the shortest of three. npm starts scripts in the repository. */
async function commands(size: BenchSize): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [title, line, boundS, mib] of size === "large" ? COMMANDS : COMMANDS.slice(0, 1)) {
    const [name = "", cluster = "", algorithm = "", ...more] = line.split(" ");
    const program = join(process.cwd(), "dist", "fabricast.js");
    const head = ["--import", TELL_MEMORY, program, "collective", name, "--cluster", cluster];
    const sizes = ["-b", "1G", "-e", "1G", "--algorithm", algorithm, "--json", ...more];
    let memoryMib = 0;
    const processS = await shortestS(size === "large" ? 3 : 1, () => {
      const done = spawnSync(process.execPath, [...head, ...sizes], { encoding: "utf8" });
      if (done.status !== 0) throw new Error(`${line} ended with ${done.status}: ${done.stderr}`);
      memoryMib = Number(/maxRSS ([0-9]+)/.exec(done.stderr)?.[1]) / 1024;
    });
    rows.push(row(`process: ${title}`, processS, "s", boundOf(size, boundS)));
    rows.push(row(`process: ${title}, memory`, memoryMib, "MiB", boundOf(size, mib)));
  }
  return rows;
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
