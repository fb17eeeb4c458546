/** `topology`: the fabric of a cluster at one size, as counted on its graph. */
import { at } from "../base/assert.ts";
import type { Cluster } from "../records/cluster.ts";
import { directPortCount } from "../records/fabric.ts";
import type { Drawing } from "../records/drawing.ts";
import type { Graph } from "../records/graph.ts";
import { buildGraph } from "../network/topology/build.ts";
import { drawingOf } from "./drawing.ts";

/** Idle: no load colors the links. */
export function answerTopology(cluster: Cluster, rankCount = fullRankCount(cluster)): Drawing {
  return drawingOf(cluster, buildGraph(cluster, rankCount));
}

export function graphOfCluster(cluster: Cluster, rankCount = fullRankCount(cluster)): Graph {
  return buildGraph(cluster, rankCount);
}

/** Ranks of the cluster at its full size. */
export function fullRankCount({ fabric, node }: Cluster): number {
  switch (fabric.kind) {
    case "switch":
      return fabric.hostCount * node.acceleratorCount;
    case "fat-tree":
      return fabric.portCount;
    case "torus": {
      const largest = at(fabric.shapes, fabric.shapes.length - 1);
      return largest.reduce((product, size) => product * size, 1) * node.acceleratorCount;
    }
    case "dragonfly":
    case "dragonfly-plus":
    case "hyperx":
    case "slim-fly":
    case "slices":
    case "custom":
      return Math.floor(directPortCount(fabric) / node.acceleratorCount) * node.acceleratorCount;
  }
}
