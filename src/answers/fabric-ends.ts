/** Bisection and diameter of a fabric, and whether they had to be measured on its graph. */
import { buildGraph } from "../network/topology/build.ts";
import type { Design } from "../records/cluster.ts";
import { countsOf } from "./bill.ts";
import { fullRankCount } from "./topology.ts";

export interface FabricEnds {
  readonly bisectionBytesPerS: number;
  readonly diameterHopCount: number;
  /** By maximum flow from the first half of the nodes to the second, not by a formula. */
  readonly isMeasured: boolean;
}

const TIERED: readonly string[] = ["fat-tree", "switch", "torus"];

export function fabricEnds(design: Design, rankCount?: number): FabricEnds {
  const { bisectionBytesPerS, diameterHopCount } = countsOf(design, rankCount);
  const { cluster } = design;
  const ranks = rankCount ?? fullRankCount(cluster);
  const isMeasured =
    !TIERED.includes(cluster.fabric.kind) &&
    buildGraph(cluster, ranks).bisectionBytesPerS === undefined;
  return { bisectionBytesPerS, diameterHopCount, isMeasured };
}
