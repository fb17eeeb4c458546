/** The algorithms there are: one line each, with what they cannot do. */
import { at, present } from "../../base/assert.ts";
import { AXES } from "../../records/graph.ts";
import type { Graph } from "../../records/graph.ts";
import type { Collective, Program } from "../../records/schedule.ts";
import { directAllToAll, pairwiseAllToAll } from "./all-to-all.ts";
import { binomialBroadcast, scatterAllGatherBroadcast } from "./broadcast.ts";
import { bruckStage } from "./bruck.ts";
import { disjointRingStages, ringsProblem } from "./disjoint-rings.ts";
import { doubleTreeAllReduce } from "./double-tree.ts";
import { halvingStage, isPowerOfTwo } from "./halving-doubling.ts";
import { betweenNodesAxis, hierarchicalStages, inNodeAxis } from "./hierarchical.ts";
import { parallelStage } from "./parallel.ts";
import { ringStage } from "./ring.ts";
import { makeStages, sizedProgram, unitProgram } from "./stage.ts";
import type { Axis, PlannedStage, Range, Stage } from "./stage.ts";
import { bothWaysStage, lineStage } from "./torus.ts";

export interface Algorithm {
  readonly name: AlgorithmName;
  /** Whether "auto" tries it; the others have no constants fitted to measured runs yet. */
  readonly isAutomatic: boolean;
  /** Why this graph cannot run it; undefined if it can. */
  supports(graph: Graph, collective: Collective): string | undefined;
  program(graph: Graph, collective: Collective, sizeBytes: number): Program;
  /** What a rank holds after a reduce-scatter and before an all-gather. */
  holding(graph: Graph, rank: number): readonly Range[];
}

export type AlgorithmName =
  | "ring"
  | "halving-doubling"
  | "hierarchical"
  | "hierarchical-halving-doubling"
  | "torus"
  | "bruck"
  | "direct"
  | "pairwise"
  | "binomial"
  | "scatter-all-gather"
  | "double-binary-tree"
  | "torus-all-links"
  | "disjoint-rings";

/** In order of preference where times are equal: the simplest first. */
export const ALGORITHMS: readonly Algorithm[] = [
  algorithm(
    "ring",
    () => undefined,
    (graph) => {
      const axis = allRanks(graph);
      return [{ axis, make: ringStage(axis) }];
    },
  ),
  algorithm("halving-doubling", powerOfTwoRanks, (graph) => {
    const axis = allRanks(graph);
    return [{ axis, make: halvingStage(axis) }];
  }),
  algorithm("hierarchical", twoLevels, (graph) => hierarchicalStages(graph, ringStage)),
  algorithm(
    "hierarchical-halving-doubling",
    (graph, collective) => twoLevels(graph) ?? powerOfTwoNodes(graph, collective),
    (graph) => hierarchicalStages(graph, halvingStage),
  ),
  algorithm("torus", torusOnly, torusStages),
  {
    ...algorithm(
      "bruck",
      () => undefined,
      (graph) => {
        const axis = allRanks(graph);
        return [{ axis, make: bruckStage(axis) }];
      },
    ),
    isAutomatic: false,
  },
  { ...algorithm("disjoint-rings", ringsProblem, disjointRingStages), isAutomatic: false },
  { ...algorithm("torus-all-links", torusOnly, allLinksStages), isAutomatic: false },
  sized("direct", "all-to-all", directAllToAll),
  sized("pairwise", "all-to-all", pairwiseAllToAll),
  sized("binomial", "broadcast", binomialBroadcast),
  sized("scatter-all-gather", "broadcast", scatterAllGatherBroadcast),
  { ...sized("double-binary-tree", "all-reduce", doubleTreeAllReduce), isAutomatic: false },
];

/** An algorithm of one collective that needs only the number of ranks. */
function sized(
  name: AlgorithmName,
  only: Collective,
  make: (rankCount: number, sizeBytes: number) => Program,
): Algorithm {
  return {
    name,
    isAutomatic: true,
    supports: (_, collective) => (collective === only ? undefined : `makes ${only} only`),
    program: (graph, _, sizeBytes) => make(graph.rankCount, sizeBytes),
    holding: () => [{ from: 0, to: 1 }],
  };
}

export function findAlgorithm(name: string): Algorithm | undefined {
  return ALGORITHMS.find((candidate) => candidate.name === name);
}

function algorithm(
  name: AlgorithmName,
  supports: (graph: Graph, collective: Collective) => string | undefined,
  plan: (graph: Graph) => PlannedStage[],
): Algorithm {
  // One graph, one set of stages: the engine recognizes their arrays of ranks.
  const made = new WeakMap<Graph, Stage[]>();
  const stagesOf = (graph: Graph): Stage[] => {
    const stages = made.get(graph) ?? makeStages(graph.rankCount, plan(graph));
    made.set(graph, stages);
    return stages;
  };
  return {
    name,
    isAutomatic: true,
    supports: (graph, collective) =>
      collective === "all-to-all" || collective === "broadcast"
        ? "makes all-reduce, reduce-scatter and all-gather only"
        : supports(graph, collective),
    program(graph, collective, sizeBytes) {
      const { rankCount } = graph;
      const stages = stagesOf(graph);
      const unit = unitProgram({ collective, algorithm: name, rankCount, stages });
      return sizedProgram(unit, sizeBytes);
    },
    holding(graph, rank) {
      const last = stagesOf(graph).at(-1);
      return last === undefined ? [{ from: 0, to: 1 }] : last.holding(rank);
    },
  };
}

function allRanks(graph: Graph): Axis {
  return { name: "", rankStep: 1, memberCount: graph.rankCount };
}

/** Other counts fold the rest in, which leaves them without a part of the result. */
function powerOfTwoRanks({ rankCount }: Graph, collective: Collective): string | undefined {
  if (isPowerOfTwo(rankCount) || collective === "all-reduce") return undefined;
  return `needs a power of two of ranks for ${collective}, not ${rankCount}`;
}

function powerOfTwoNodes({ nodeCount }: Graph, collective: Collective): string | undefined {
  if (isPowerOfTwo(nodeCount) || collective === "all-reduce") return undefined;
  return `needs a power of two of nodes for ${collective}, not ${nodeCount}`;
}

function twoLevels(graph: Graph): string | undefined {
  if (inNodeAxis(graph).memberCount === 1) return "needs several ranks in a node; here it is one";
  if (betweenNodesAxis(graph).memberCount === 1) return "needs several nodes; here it is one";
  return undefined;
}

function torusOnly(graph: Graph): string | undefined {
  if (graph.shape.length > 0) return undefined;
  return `needs the dimensions of a torus; the fabric is a ${graph.family}`;
}

/**
 * The buffer in as many parts as there are dimensions, part p along p, p + 1 … in turn, all
 * at once: so on a torus of equal sizes every link works all the time.
 */
function allLinksStages(graph: Graph): PlannedStage[] {
  const [inNode, ...dimensions] = torusStages(graph);
  const long = dimensions.filter(({ axis }) => axis.memberCount > 1);
  const chains = long.map((_, p) => [...long.slice(p), ...long.slice(0, p)]);
  const memberCount = graph.nodeCount;
  const axis = { name: "all dimensions", rankStep: graph.ranksPerNode, memberCount };
  return [present(inNode, "the node"), { axis, make: parallelStage(chains) }];
}

/** A ring in the node where nodes hold several ranks, then one stage a dimension. */
function torusStages(graph: Graph): PlannedStage[] {
  const inNode = inNodeAxis(graph);
  let rankStep = graph.ranksPerNode;
  const dimensions = graph.shape.map((memberCount, d): PlannedStage => {
    const axis = { name: present(AXES[d], "the axis"), rankStep, memberCount };
    rankStep *= memberCount;
    // Two nodes have one link each to the other, closed or not: see the half-way rule.
    const isRing = memberCount > 2 && at(graph.wraps, d);
    return { axis, make: isRing ? bothWaysStage(axis) : lineStage(axis) };
  });
  return [{ axis: inNode, make: ringStage(inNode) }, ...dimensions];
}
