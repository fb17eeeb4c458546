/** The algorithms there are: one line each, with what they cannot do. */
import { at, present } from "../../base/assert.ts";
import { AXES } from "../../records/graph.ts";
import type { Graph } from "../../records/graph.ts";
import type { Collective, Program } from "../../records/schedule.ts";
import { aggregatedTreesStage } from "./aggregated-trees.ts";
import { pipelined, sized, staged } from "./algorithm.ts";
import type { Algorithm } from "./algorithm.ts";
import { directAllToAll, pairwiseAllToAll } from "./all-to-all.ts";
import { binomialBroadcast, scatterAllGatherBroadcast } from "./broadcast.ts";
import { bruckStage } from "./bruck.ts";
import { channelChains } from "./channels.ts";
import { disjointRingStages, ringsProblem } from "./disjoint-rings.ts";
import { doubleTreeEdges } from "./double-tree.ts";
import { halvingStage, isPowerOfTwo } from "./halving-doubling.ts";
import { betweenNodesAxis, hierarchicalStages, inNodeAxis } from "./hierarchical.ts";
import { inNetworkEdges, inNetworkProblem, switchEndsGraph } from "./in-network.ts";
import { levelsProblem, levelStages } from "./levels.ts";
import { dissemination, sendReceive } from "./neighbors.ts";
import { parallelStage } from "./parallel.ts";
import { pipelinedProgram } from "./pipelined-program.ts";
import { ringStage } from "./ring.ts";
import { binomial, chainEdges, direct, ringReduce } from "./rooted.ts";
import { sizedProgram } from "./stage.ts";
import type { Axis, PlannedStage, StageMaker } from "./stage.ts";
import { bothWaysStage, lineStage } from "./torus.ts";
import { unevenDirect, unevenPairwise } from "./uneven.ts";

/** In order of preference where times are equal: the simplest first. */
export const ALGORITHMS: readonly Algorithm[] = [
  staged("ring", always, (graph) => flat(graph, ringStage)),
  staged("halving-doubling", powerOfTwoRanks, (graph) => flat(graph, halvingStage)),
  staged("hierarchical", twoLevels, (graph) => hierarchicalStages(graph, ringStage)),
  staged(
    "hierarchical-halving-doubling",
    (graph, collective) => twoLevels(graph) ?? powerOfTwoNodes(graph, collective),
    (graph) => hierarchicalStages(graph, halvingStage),
  ),
  staged("torus", torusOnly, torusStages),
  guarded(
    staged("bruck", always, (graph) => flat(graph, bruckStage)),
    shortOnly,
  ),
  staged("torus-all-links", torusOnly, allLinksStages),
  sized("direct", {
    "all-to-all": directAllToAll,
    "uneven-all-to-all": unevenDirect,
    gather: direct("gather"),
    scatter: direct("scatter"),
    "send-receive": sendReceive,
  }),
  sized("pairwise", { "all-to-all": pairwiseAllToAll, "uneven-all-to-all": unevenPairwise }),
  sized("binomial", {
    broadcast: binomialBroadcast,
    reduce: binomial("reduce"),
    gather: binomial("gather"),
    scatter: binomial("scatter"),
  }),
  sized("scatter-all-gather", { broadcast: scatterAllGatherBroadcast, reduce: ringReduce }),
  guarded(
    pipelined("double-binary-tree", 2, {
      "all-reduce": ({ rankCount }) => doubleTreeEdges(rankCount),
    }),
    manyEdges,
  ),
  guarded(
    pipelined("chain", 1, {
      broadcast: ({ rankCount }) => chainEdges(rankCount, "broadcast"),
      reduce: ({ rankCount }) => chainEdges(rankCount, "reduce"),
    }),
    longChain,
  ),
  sized("dissemination", { barrier: dissemination }),
  staged("hierarchical-3", (graph) => twoLevels(graph) ?? levelsProblem(graph), levelStages),
  guarded(pipelinedHierarchy(), onlyByName),
  guarded(
    staged("ring-both-ways", severalRanks, (graph) => flat(graph, bothWaysStage)),
    onlyByName,
  ),
  guarded(staged("ring-channels", twoLevels, channelStages), onlyByName),
  guarded(
    staged("aggregated-trees", always, (graph) => flat(graph, aggregatedTreesStage)),
    onlyByName,
  ),
  guarded(staged("disjoint-rings", ringsProblem, disjointRingStages), onlyByName),
  inNetwork("nvls", "node"),
  inNetwork("sharp", "fabric"),
];

export function findAlgorithm(name: string): Algorithm | undefined {
  return ALGORITHMS.find((candidate) => candidate.name === name);
}

/** Bruck's long last message crosses the whole fabric: MPICH takes it below 512 KiB only. */
const SHORT_BYTES = 524_288;
/** Trees have a pattern of their own in most steps: beyond this the choice takes too long. */
const EDGES_RANKS_MOST = 256;
const CHAIN_RANKS_MOST = 256;

function guarded(algorithm: Algorithm, guard: NonNullable<Algorithm["guard"]>): Algorithm {
  return { ...algorithm, guard };
}

function shortOnly(_: Graph, sizeBytes: number): string | undefined {
  return sizeBytes <= SHORT_BYTES ? undefined : "is for 512 KiB and less, as in MPICH";
}

function manyEdges({ rankCount }: Graph): string | undefined {
  if (rankCount <= EDGES_RANKS_MOST) return undefined;
  return `is tried up to ${EDGES_RANKS_MOST} ranks unless named`;
}

function longChain({ rankCount }: Graph): string | undefined {
  if (rankCount <= CHAIN_RANKS_MOST) return undefined;
  return `is tried up to ${CHAIN_RANKS_MOST} ranks unless named`;
}

/** Its constants are fitted to no published run. */
function onlyByName(): string {
  return "is taken by name only: no published run calibrates it";
}

/** Parts that follow each other: while one is between nodes, the next is inside them. */
const PIPELINE_PARTS = 4;

function pipelinedHierarchy(): Algorithm {
  const name = "hierarchical-pipelined";
  const whole = staged(name, twoLevels, (graph) => hierarchicalStages(graph, ringStage));
  // One pattern a graph, so that the engine knows its arrays again.
  const units = new WeakMap<Graph, Program>();
  return {
    ...whole,
    supports: (graph, collective) =>
      collective === "all-reduce" ? twoLevels(graph) : "makes all-reduce only",
    program(graph, collective, sizeBytes) {
      const known = units.get(graph);
      const unit = known ?? pipelinedProgram(whole.program(graph, collective, 1), PIPELINE_PARTS);
      units.set(graph, unit);
      return sizedProgram(unit, sizeBytes);
    },
    holding: () => [{ from: 0, to: 1 }],
  };
}

/** Switches that add: cluster files do not say whether theirs can. */
function inNetwork(name: "nvls" | "sharp", where: "node" | "fabric"): Algorithm {
  const options = {
    graphFor: switchEndsGraph,
    problem: (graph: Graph) => inNetworkProblem(graph, where),
  };
  const made = pipelined(name, 1, { "all-reduce": inNetworkEdges }, options);
  return guarded(made, () => "is taken by name only: the cluster does not say its switches add");
}

function always(): undefined {
  return undefined;
}

function severalRanks({ rankCount }: Graph): string | undefined {
  return rankCount > 2 ? undefined : "needs three ranks: two have one way to each other";
}

function flat(graph: Graph, make: (axis: Axis) => StageMaker): PlannedStage[] {
  const axis = { name: "", rankStep: 1, memberCount: graph.rankCount };
  return [{ axis, make: make(axis) }];
}

function channelStages(graph: Graph): PlannedStage[] {
  const axis = { name: "", rankStep: 1, memberCount: graph.rankCount };
  return [{ axis, make: parallelStage(channelChains(graph, axis)) }];
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
