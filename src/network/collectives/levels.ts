/**
 * Three levels: in the node, among the nodes that share their first switches, and beyond.
 *
 * How many nodes those are is read off the ways: neighbors without more hops than to the next
 * node. The data that crosses the top is 1/(ranks below) of the whole.
 *
 *     T = T_node(S) + T_near(S/g) + T_far(S/(g·k)), and back
 */
import { rankId } from "../../base/ids.ts";
import type { Graph } from "../../records/graph.ts";
import { ringStage } from "./ring.ts";
import type { PlannedStage } from "./stage.ts";
import { inNodeAxis } from "./hierarchical.ts";

/** Nodes in a row that are as near to the first one as its neighbor is. */
export function nearNodeCount(graph: Graph): number {
  const { nodeCount, ranksPerNode } = graph;
  const scratch = new Int32Array(graph.routeLengthMax);
  const hops = (node: number): number =>
    graph.route(rankId(0), rankId(node * ranksPerNode), scratch, 0);
  let near = 1;
  while (near < nodeCount && hops(near) <= hops(1)) near++;
  return near;
}

export function levelsProblem(graph: Graph): string | undefined {
  if (graph.deadLinks !== undefined) return "reads its levels off an intact fabric";
  const near = nearNodeCount(graph);
  const { nodeCount } = graph;
  if (near === 1 || near === nodeCount) return "needs a level between node and fabric";
  if (nodeCount % near === 0) return undefined;
  return `needs whole groups of ${near} nodes, not ${nodeCount} nodes`;
}

export function levelStages(graph: Graph): PlannedStage[] {
  const { nodeCount, ranksPerNode } = graph;
  const near = nearNodeCount(graph);
  const inNode = inNodeAxis(graph);
  const nearby = { name: "near nodes", rankStep: ranksPerNode, memberCount: near };
  const far = {
    name: "far nodes",
    rankStep: ranksPerNode * near,
    memberCount: nodeCount / near,
  };
  return [inNode, nearby, far].map((axis) => ({ axis, make: ringStage(axis) }));
}
