/** Which numbers of ranks a cluster can be had in. */
import type { Cluster } from "../records/cluster.ts";
import { directPortCount } from "../records/fabric.ts";

/** The largest job the cluster holds, in ranks. */
export function rankCountMax(cluster: Cluster): number {
  const { fabric, node } = cluster;
  if (fabric.kind === "fat-tree") return fabric.portCount;
  if (fabric.kind === "switch") return fabric.hostCount * node.acceleratorCount;
  if (fabric.kind === "torus") {
    return Math.max(...torusSizes(fabric.shapes)) * node.acceleratorCount;
  }
  return Math.floor(directPortCount(fabric) / node.acceleratorCount) * node.acceleratorCount;
}

/** For tori, whose shapes fix their sizes: the sizes in ranks; undefined elsewhere. */
export function fixedSizes(cluster: Cluster): number[] | undefined {
  const { fabric, node } = cluster;
  if (fabric.kind !== "torus") return undefined;
  return torusSizes(fabric.shapes).map((nodes) => nodes * node.acceleratorCount);
}

function torusSizes(shapes: readonly (readonly number[])[]): number[] {
  return shapes.map((shape) => shape.reduce((product, length) => product * length, 1));
}
