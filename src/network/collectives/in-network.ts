/**
 * All-reduce with help from switches, in chunks.
 *
 * NVLS, inside a node: every rank sends all it has up to the switch, which returns to rank i
 * the sum of slice i; rank i sends that up once more, and the switch hands it to all. A link
 * carries S(1 + 1/g) each way, where a ring sends 2S(g−1)/g.
 * SHARP, between nodes: sums climb a tree of switches and come down again, S over each link,
 * one tree a place in the node. With several ranks in a node both are one pipeline.
 * Sources: Graham et al. 2016, "Scalable Hierarchical Aggregation Protocol (SHArP)", COMHPC;
 * NVIDIA/nccl, src/transport/nvls.cc.
 *
 *     NVLS: T ≈ S(1 + 1/g)/B,  SHARP: T ≈ S/B, and a chunk's way through all levels
 */
import { assert, at } from "../../base/assert.ts";
import type { RankId } from "../../base/ids.ts";
import type { Graph } from "../../records/graph.ts";
import type { PipelineEdge } from "./pipeline.ts";

/** Switches have the numbers behind all ports. */
function firstSwitch({ vertexTiers }: Graph): number {
  return at(vertexTiers, 0).vertexCount;
}

/** Why switches cannot help here; undefined if they can. */
export function inNetworkProblem(graph: Graph, where: "node" | "fabric"): string | undefined {
  if (graph.deadLinks !== undefined) return "needs an intact fabric: its tree is laid once";
  const hasStar = graph.linkTiers.some(({ kind }) => kind === "scale-up");
  if (where === "node") {
    if (graph.nodeCount > 1) return `works inside one node; here there are ${graph.nodeCount}`;
    return hasStar && graph.ranksPerNode > 1 ? undefined : "needs a switch inside the node";
  }
  if (graph.family !== "fat-tree" && graph.family !== "switch") {
    return `needs a tree of switches; the fabric is a ${graph.family}`;
  }
  if (graph.nodeCount === 1) return "needs several nodes; here it is one";
  return graph.ranksPerNode === 1 || hasStar ? undefined : "needs a switch inside the node";
}

/** All phases of a chunk, in the order in which it takes them. */
export function inNetworkEdges(graph: Graph): PipelineEdge[] {
  const { rankCount, ranksPerNode: g, nodeCount } = graph;
  const stars = g > 1 ? starsOf(graph) : undefined;
  const edges: PipelineEdge[] = [];
  const slice = (rank: number): Pick<PipelineEdge, "slice"> =>
    g > 1 ? { slice: { index: rank % g, count: g } } : {};
  const depth = nodeCount > 1 ? addTrees(graph, edges, { first: g > 1 ? 2 : 0, slice }) : 0;
  if (stars === undefined) return edges;
  const back = 2 + 2 * depth;
  for (let rank = 0; rank < rankCount; rank++) {
    const star = at(stars, Math.floor(rank / g));
    const own = slice(rank);
    const up = { part: 0, source: rank, target: star };
    const down = { part: 0, source: star, target: rank };
    edges.push(
      { ...up, startStep: 0, reduces: true },
      { ...down, startStep: 1, reduces: false, ...own },
      { ...up, startStep: back, reduces: false, ...own },
      { ...down, startStep: back + 1, reduces: false },
    );
  }
  return edges;
}

/** One tree a place in the node, its root another top switch for each; returns its depth. */
function addTrees(
  graph: Graph,
  edges: PipelineEdge[],
  phase: {
    readonly first: number;
    readonly slice: (rank: number) => Pick<PipelineEdge, "slice">;
  },
): number {
  const { ranksPerNode: g, nodeCount } = graph;
  const tops = at(graph.vertexTiers, graph.vertexTiers.length - 1).vertexCount;
  let depthMost = 0;
  for (let place = 0; place < g; place++) {
    const members = Array.from({ length: nodeCount }, (_, node) => node * g + place);
    const parents = treeOver(graph, members, graph.vertexCount - tops + (place % tops));
    const levelOf = (vertex: number): number => {
      const parent = parents.get(vertex);
      return parent === undefined ? 0 : 1 + levelOf(parent);
    };
    const depth = members.reduce((most, rank) => Math.max(most, levelOf(rank)), 0);
    depthMost = Math.max(depthMost, depth);
    for (const [child, parent] of parents) {
      const level = levelOf(child);
      const part = { part: 0, ...phase.slice(place) };
      const [up, down] = [phase.first + depth - level, phase.first + depth + level - 1];
      edges.push(
        { ...part, source: child, target: parent, startStep: up, reduces: true },
        { ...part, source: parent, target: child, startStep: down, reduces: false },
      );
    }
  }
  return depthMost;
}

/** Child → parent on shortest ways from the root down to the members, through switches. */
function treeOver(graph: Graph, members: readonly number[], root: number): Map<number, number> {
  const { neighbors } = adjacencyOf(graph);
  const first = firstSwitch(graph);
  const from = new Map<number, number>([[root, -1]]);
  const queue = [root];
  for (let next = 0; next < queue.length; next++) {
    const vertex = queue[next]!;
    for (const other of neighbors[vertex]!) {
      if (from.has(other) || isStar(graph, other)) continue;
      from.set(other, vertex);
      if (other >= first) queue.push(other);
    }
  }
  const parents = new Map<number, number>();
  for (const member of members) {
    for (let child = member; child !== root && !parents.has(child);) {
      const parent = from.get(child);
      assert(parent !== undefined, "the root reaches every member");
      parents.set(child, parent);
      child = parent;
    }
  }
  return parents;
}

function isStar(graph: Graph, vertex: number): boolean {
  const adjacency = adjacencyOf(graph);
  return (
    vertex >= firstSwitch(graph) &&
    adjacency.neighbors[vertex]!.some((other) => {
      const tier = graph.linkTier[adjacency.link(vertex, other)];
      return at(graph.linkTiers, tier ?? 0).kind === "scale-up";
    })
  );
}

function starsOf(graph: Graph): number[] {
  const { neighbors } = adjacencyOf(graph);
  return Array.from({ length: graph.nodeCount }, (_, node) => {
    const star = neighbors[node * graph.ranksPerNode]!.find((other) => isStar(graph, other));
    assert(star !== undefined, "the node has a switch");
    return star;
  });
}

interface Adjacency {
  readonly neighbors: readonly (readonly number[])[];
  /** The first link from one vertex to its neighbor. */
  link(source: number, target: number): number;
}

const known = new WeakMap<Int32Array, Adjacency>();

function adjacencyOf(graph: Graph): Adjacency {
  const found = known.get(graph.linkSource);
  if (found !== undefined) return found;
  const links = Array.from({ length: graph.vertexCount }, () => new Map<number, number>());
  graph.linkSource.forEach((source, link) => {
    const target = graph.linkTarget[link]!;
    if (!links[source]!.has(target)) links[source]!.set(target, link);
  });
  const made: Adjacency = {
    neighbors: links.map((one) => [...one.keys()]),
    link(source, target) {
      const link = links[source]!.get(target);
      assert(link !== undefined, "neighbors have a link");
      return link;
    },
  };
  known.set(graph.linkSource, made);
  return made;
}

const wrapped = new WeakMap<Graph, Graph>();

/** The graph on which messages may also end at a neighboring switch. */
export function switchEndsGraph(graph: Graph): Graph {
  const before = wrapped.get(graph);
  if (before !== undefined) return before;
  const first = firstSwitch(graph);
  const made: Graph = {
    ...graph,
    route(source, target, out, start) {
      if (source < first && target < first) return graph.route(source, target, out, start);
      out[start] = adjacencyOf(graph).link(source, target);
      return start + 1;
    },
    /** A rank's own time to send; switches add none. */
    messageOverheadS(source, target) {
      if (source < first && target < first) return graph.messageOverheadS(source, target);
      if (source >= first) return 0;
      const other = ((source + 1) % graph.rankCount) as RankId;
      const far = ((source + graph.ranksPerNode) % graph.rankCount) as RankId;
      return graph.messageOverheadS(source, isStar(graph, target) ? other : far);
    },
  };
  wrapped.set(graph, made);
  return made;
}
