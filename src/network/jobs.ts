/**
 * Collectives of several jobs on one cluster at the same time: where their ranks sit, and
 * their messages among all others.
 *
 * Jobs take whole nodes, in their order: `packed` the first free ones, `spread` free ones at
 * equal distances, `fragmented` free ones drawn by a seed.
 */
import { assert, at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import { seeded } from "../base/random.ts";
import type { Cluster } from "../records/cluster.ts";
import type { Graph } from "../records/graph.ts";
import type { Program, RunOptions, Step } from "../records/schedule.ts";
import type { JobAsked, JobPlacement } from "../records/traffic.ts";
import { buildGraph } from "./topology/build.ts";
import { findAlgorithm } from "./collectives/table.ts";
import { collectiveProgram, collectiveTime } from "./collective-time.ts";

export interface PlacedJob {
  readonly asked: JobAsked;
  /** Over the ranks of the whole cluster. */
  readonly program: Program;
  /** Rank r of the job is rank order[r] of the cluster. */
  readonly order: Int32Array;
}

/** The jobs one after the other on the nodes that are left. */
export function placedJobs(
  cluster: Cluster,
  graph: Graph,
  jobs: readonly JobAsked[],
  run: RunOptions,
): PlacedJob[] {
  const perNode = cluster.node.acceleratorCount;
  let free = Array.from({ length: Math.floor(graph.rankCount / perNode) }, (_, node) => node);
  return jobs.map((asked) => {
    const nodeCount = Math.ceil(asked.rankCount / perNode);
    if (nodeCount > free.length) throw tooLarge(graph, asked, free.length * perNode);
    const nodes = chosenNodes(free, nodeCount, asked.placement);
    const taken = new Set(nodes);
    free = free.filter((node) => !taken.has(node));
    const order = Int32Array.from(
      { length: asked.rankCount },
      (_, rank) => nodes[Math.floor(rank / perNode)]! * perNode + (rank % perNode),
    );
    const own = buildGraph(cluster, asked.rankCount);
    const { algorithm } =
      asked.algorithm === "auto" ? collectiveTime(own, { ...asked, run }) : asked;
    if (findAlgorithm(algorithm)?.graphFor !== undefined) throw noSwitches(algorithm);
    const program = collectiveProgram(own, { ...asked, algorithm });
    return { asked, order, program: seated(program, order, graph) };
  });
}

/** The same messages between the cluster's ranks; all pairs of a part of them are a list. */
function seated(program: Program, order: Int32Array, graph: Graph): Program {
  const steps = program.steps.map(({ name, repeat, source, target, messageBytes, part }): Step => {
    const place = (ranks: Int32Array): Int32Array => ranks.map((rank) => at(order, rank));
    return { name, repeat, source: place(source), target: place(target), messageBytes, part };
  });
  return { ...program, rankCount: graph.rankCount, steps };
}

function chosenNodes(
  free: readonly number[],
  count: number,
  placement: JobPlacement,
): readonly number[] {
  assert(count <= free.length, "there are nodes enough");
  switch (placement.kind) {
    case "packed":
      return free.slice(0, count);
    case "spread":
      return Array.from({ length: count }, (_, i) => free[Math.floor((i * free.length) / count)]!);
    case "fragmented": {
      const random = seeded(placement.seed);
      const left = [...free];
      return Array.from({ length: count }, () => {
        const [taken] = left.splice(Math.floor(random() * left.length), 1);
        return taken!;
      });
    }
  }
}

function noSwitches(algorithm: string): Refusal {
  return new Refusal({
    code: "unsupported-algorithm",
    pointer: "",
    found: `${algorithm} for a job among others`,
    expected: "an algorithm whose messages go from rank to rank",
    nextStep: "take ring, hierarchical or auto",
  });
}

function tooLarge(graph: Graph, asked: JobAsked, freeCount: number): Refusal {
  return new Refusal({
    code: "too-many-ranks",
    pointer: "",
    found: `a job of ${asked.rankCount} ranks on ${graph.clusterId}`,
    expected: `at most ${freeCount} ranks, which is what is left of ${graph.rankCount}`,
    nextStep: "take fewer or smaller jobs, or a larger cluster",
  });
}
