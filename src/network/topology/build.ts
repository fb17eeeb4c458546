/** Cluster → Graph for a number of ranks, and the numbers of ranks a cluster can hold. */
import { assert } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import type { Cluster, FatTreeFabric } from "../../records/cluster.ts";
import type { SlicesFabric } from "../../records/fabric.ts";
import { directPortCount } from "../../records/fabric.ts";
import type { Graph } from "../../records/graph.ts";
import { downPortsOfSpine, leafCountFor } from "./fat-tree-plan.ts";
import { customGraph } from "./custom.ts";
import { dragonflyPlusGraph } from "./dragonfly-plus.ts";
import { dragonflyGraph } from "./dragonfly.ts";
import { fatTreeGraph } from "./fat-tree.ts";
import { hyperxGraph } from "./hyperx.ts";
import { slicesGraph } from "./slices.ts";
import { slimFlyGraph } from "./slim-fly.ts";
import { switchGraph } from "./switch.ts";
import { shapeFor, torusGraph } from "./torus.ts";

/** Throws a Refusal that names the nearest counts if the cluster cannot hold so many ranks. */
export function buildGraph(cluster: Cluster, rankCount: number): Graph {
  if (!isPossible(cluster, rankCount)) throw refusal(cluster, rankCount);
  const { fabric } = cluster;
  switch (fabric.kind) {
    case "switch":
      return switchGraph(cluster, fabric, rankCount);
    case "fat-tree":
      return fatTreeGraph(cluster, fabric, rankCount);
    case "torus":
      return torusGraph(cluster, fabric, rankCount);
    case "dragonfly":
      return dragonflyGraph(cluster, fabric, rankCount);
    case "dragonfly-plus":
      return dragonflyPlusGraph(cluster, fabric, rankCount);
    case "hyperx":
      return hyperxGraph(cluster, fabric, rankCount);
    case "slim-fly":
      return slimFlyGraph(cluster, fabric, rankCount);
    case "slices":
      return slicesGraph(cluster, fabric, rankCount);
    case "custom":
      return customGraph(cluster, fabric, rankCount);
  }
}

/** All numbers of ranks up to `upTo` that the cluster can hold, ascending. */
export function possibleRankCounts(cluster: Cluster, upTo: number): number[] {
  const last = Math.min(upTo, rankCountMax(cluster));
  const possible: number[] = [];
  for (const count of candidates(cluster, last)) {
    if (count <= last && isPossible(cluster, count)) possible.push(count);
  }
  return possible;
}

/** The greatest possible count below (or at) and the least above, as far as they exist. */
export function nearestRankCounts(cluster: Cluster, rankCount: number): number[] {
  const possible = possibleRankCounts(cluster, rankCountMax(cluster));
  const below = possible.findLast((count) => count <= rankCount);
  const above = possible.find((count) => count > rankCount);
  if (below === rankCount) return [below];
  return [below, above].filter((count) => count !== undefined);
}

function isPossible(cluster: Cluster, rankCount: number): boolean {
  const perNode = cluster.node.acceleratorCount;
  if (!Number.isInteger(rankCount) || rankCount < 1) return false;
  if (rankCount > rankCountMax(cluster)) return false;
  if (rankCount > perNode && rankCount % perNode !== 0) return false;
  const { fabric } = cluster;
  if (fabric.kind === "slices") return rankCount % sliceSizeOf(fabric) === 0;
  return fabric.kind !== "torus" || shapeFor(fabric, Math.ceil(rankCount / perNode)) !== undefined;
}

const sliceSizeOf = ({ shape }: SlicesFabric): number => shape.reduce((a, b) => a * b, 1);

/** Every count within one node, whole nodes beyond. */
function* candidates(cluster: Cluster, last: number): Generator<number> {
  const { fabric, node } = cluster;
  const perNode = node.acceleratorCount;
  for (let count = 1; count < perNode; count++) yield count;
  if (fabric.kind === "torus") {
    const nodeCounts = fabric.shapes.map((shape) => shape.reduce((a, b) => a * b, 1));
    const distinct = new Set(nodeCounts.sort((a, b) => a - b));
    for (const nodeCount of distinct) yield nodeCount * perNode;
    return;
  }
  const step = fabric.kind === "slices" ? sliceSizeOf(fabric) : perNode;
  for (let count = step; count <= last; count += step) yield count;
}

/** As many as there are ports; on a fat tree also as many as its spines can join. */
function rankCountMax(cluster: Cluster): number {
  const { fabric, node } = cluster;
  const perNode = node.acceleratorCount;
  switch (fabric.kind) {
    case "switch":
      return fabric.hostCount * perNode;
    case "fat-tree": {
      const leafCount = leafCountFor(fabric, perNode, fabric.portCount);
      const leafCountMax = leavesJoined(fabric);
      const isJoined = leafCount === 1 || leafCount / railsOf(cluster) <= leafCountMax;
      if (fabric.size === "whole" && !isJoined) return 0;
      const ports = isJoined
        ? fabric.portCount
        : leafCountMax * fabric.portsPerLeaf * railsOf(cluster);
      return Math.floor(ports / perNode) * perNode;
    }
    case "torus":
      return perNode * Math.max(...fabric.shapes.map((shape) => shape.reduce((a, b) => a * b, 1)));
    case "dragonfly":
    case "dragonfly-plus":
    case "hyperx":
    case "slim-fly":
    case "slices":
    case "custom":
      return Math.floor(directPortCount(fabric) / perNode) * perNode;
  }
}

/** Trees of their own, one a rail, where rails do not meet. */
const railsOf = ({ fabric, node }: Cluster): number =>
  fabric.kind === "fat-tree" && fabric.railOnly === true ? node.acceleratorCount : 1;

/** Leaves that the tiers above can join: a port of a spine (and of a core) is one each. */
function leavesJoined(fabric: FatTreeFabric): number {
  const { core } = fabric;
  const downPorts = downPortsOfSpine(fabric);
  if (core === undefined) return downPorts;
  return core.leavesPerPod <= downPorts ? core.leavesPerPod * core.coreRadix : 0;
}

function refusal(cluster: Cluster, rankCount: number): Refusal {
  const nearest = nearestRankCounts(cluster, rankCount);
  const perNode = cluster.node.acceleratorCount;
  const most = rankCountMax(cluster);
  const name = cluster.id;
  const refused = (code: string, expected: string): Refusal =>
    new Refusal({
      code,
      pointer: "",
      found: `${rankCount} ranks on ${name}`,
      expected,
      nextStep:
        nearest.length === 0
          ? "give the cluster spines with more ports, or fewer ports in all"
          : `ask for ${nearest.join(" or ")} ranks`,
    });
  if (!Number.isInteger(rankCount) || rankCount < 1) {
    return refused("not-a-rank-count", "a whole number of ranks, at least 1");
  }
  if (rankCount > most) return refused("too-many-ranks", `at most ${most} ranks`);
  if (rankCount > perNode && rankCount % perNode !== 0) {
    return refused("does-not-divide", `whole nodes of ${perNode} ranks`);
  }
  const { fabric } = cluster;
  if (fabric.kind === "slices") {
    return refused("no-such-size", `whole slices of ${sliceSizeOf(fabric)} ranks`);
  }
  assert(fabric.kind === "torus", "only a torus comes in some shapes and not in others");
  const shapes = fabric.shapes.map((shape) => shape.join("×")).join(", ");
  return refused("no-such-size", `the nodes of one of its shapes (${shapes})`);
}
