/** A fabric as a reader sees it. */
import type { FabricFamily } from "./graph.ts";

/**
 * A fabric as a reader sees it: counts taken from the graph that was simulated, with the
 * load of the busiest and of the mean link of each tier in the step that was simulated.
 */
export type Drawing = FatTreeDrawing | TorusDrawing | SwitchDrawing | GroupsDrawing;

interface DrawingHead {
  readonly clusterId: string;
  readonly name: string;
  readonly rankCount: number;
  readonly nodeCount: number;
  readonly ranksPerNode: number;
  /** Of what: "one reduce-scatter of 105 MB, its whole duration". */
  readonly loadOf: string;
  readonly tiers: readonly DrawnTier[];
}

/** Boxes in groups that are joined to each other: all fabrics without tiers above. */
export interface GroupsDrawing extends DrawingHead {
  readonly family: Exclude<FabricFamily, "switch" | "fat-tree" | "torus">;
  /** "group", "row", "column", "slice", "switch". */
  readonly groupKind: string;
  readonly groups: readonly DrawnGroup[];
  readonly bundles: readonly DrawnBundle[];
}

export interface DrawnGroup {
  readonly name: string;
  readonly boxCount: number;
  readonly hostPortCount: number;
  /** Between boxes of the group. */
  readonly insideCableCount: number;
}

/** All cables between two groups, numbered from 0. */
export interface DrawnBundle {
  readonly aId: number;
  readonly bId: number;
  readonly cableCount: number;
}

/** Links between two rows of a drawing. Cables = two directed links. */
export interface DrawnTier {
  readonly kind: string;
  readonly name: string;
  readonly cableCount: number;
  readonly linkBytesPerS: number;
  /** Bytes carried / (capacity × duration): the busiest and the mean link. */
  readonly utilizationMax: number;
  readonly utilizationMean: number;
}

export interface SwitchDrawing extends DrawingHead {
  readonly family: "switch";
}

export interface FatTreeDrawing extends DrawingHead {
  readonly family: "fat-tree";
  readonly leafCount: number;
  readonly spineCount: number;
  /** Ports in use on each leaf, in leaf order. */
  readonly leafPortCounts: readonly number[];
  readonly uplinksPerLeaf: number;
  /** Trees like this one side by side; all counts are of one. */
  readonly planeCount?: number;
  /** Three tiers: pods, and the cores that join them. */
  readonly podCount?: number;
  readonly coreCount?: number;
}

export interface TorusDrawing extends DrawingHead {
  readonly family: "torus";
  /** Nodes per dimension, x first. */
  readonly shape: readonly number[];
  readonly wraps: readonly boolean[];
}
