/**
 * Hierarchical: in the node first, where links are fast, then between nodes.
 *
 * A ring over the ranks of each node leaves each with its share; then the ranks with the
 * same place in their nodes exchange these shares, all places at the same time, by a ring
 * or by halving-doubling; then a ring in the node brings the rest. Each port carries
 * 1/ranksPerNode of what it would in one flat exchange, and rings between nodes are short.
 * Source: Cho et al. 2019, "BlueConnect: decomposing all-reduce for deep learning on
 * heterogeneous network hierarchy", MLSys 1.
 *
 *     T = 2(g−1)·(S/(g·B_in) + a_in) + T_between(N, S/g)
 */
import type { Graph } from "../../records/graph.ts";
import { ringStage } from "./ring.ts";
import type { Axis, PlannedStage, StageMaker } from "./stage.ts";

export function inNodeAxis(graph: Graph): Axis {
  return { name: "in the node", rankStep: 1, memberCount: graph.ranksPerNode };
}

export function betweenNodesAxis(graph: Graph): Axis {
  return { name: "between nodes", rankStep: graph.ranksPerNode, memberCount: graph.nodeCount };
}

export function hierarchicalStages(
  graph: Graph,
  betweenNodes: (axis: Axis) => StageMaker,
): PlannedStage[] {
  const inNode = inNodeAxis(graph);
  const between = betweenNodesAxis(graph);
  return [
    { axis: inNode, make: ringStage(inNode) },
    { axis: between, make: betweenNodes(between) },
  ];
}
