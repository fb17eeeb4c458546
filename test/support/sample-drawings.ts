/** Drawings of the sample clusters at their full size, with made-up loads. */
import { at } from "../../src/base/assert.ts";
import type { Drawing } from "../../src/records/drawing.ts";
import { CLUSTERS } from "./sample-rows.ts";

const tier = (kind: string, name: string, cableCount: number, max: number, mean: number) => ({
  kind,
  name,
  cableCount,
  linkBytesPerS: 5e10,
  utilizationMax: max,
  utilizationMean: mean,
});

const loadOf = "one reduce-scatter of 105 MB, its whole duration";

function fatTreeDrawing(index: number, spineCount: number, uplinksPerLeaf: number): Drawing {
  const { id, name } = at(CLUSTERS, index);
  return {
    family: "fat-tree",
    clusterId: id,
    name,
    rankCount: 1024,
    nodeCount: 128,
    ranksPerNode: 8,
    loadOf,
    tiers: [
      tier("scale-up", "accelerator to NVSwitch", 1024, 0.31, 0.29),
      tier("host", "node to leaf", 1024, 0.74, 0.64),
      tier("uplink", "leaf to spine", 32 * uplinksPerLeaf, 0.96, 0.83),
    ],
    leafCount: 32,
    spineCount,
    leafPortCounts: Array<number>(32).fill(32),
    uplinksPerLeaf,
  };
}

function torusDrawing(index: number, shape: readonly number[], ranksPerNode: number): Drawing {
  const { id, name } = at(CLUSTERS, index);
  const nodeCount = shape.reduce((product, length) => product * length, 1);
  return {
    family: "torus",
    clusterId: id,
    name,
    rankCount: nodeCount * ranksPerNode,
    nodeCount,
    ranksPerNode,
    loadOf,
    tiers: [
      ...(ranksPerNode > 1
        ? [
            tier(
              "nic",
              "accelerator to the node's torus ports",
              nodeCount * ranksPerNode,
              0.95,
              0.9,
            ),
          ]
        : []),
      tier("x", "x", nodeCount, 0.93, 0.9),
      tier("y", "y", nodeCount, 0.47, 0.45),
      tier("z", "z", nodeCount, 0.24, 0.22),
    ],
    shape,
    wraps: shape.map((length) => length >= 4),
  };
}

export const DRAWINGS: readonly Drawing[] = [
  fatTreeDrawing(0, 16, 16),
  fatTreeDrawing(1, 32, 32),
  torusDrawing(2, [8, 4, 4], 8),
  torusDrawing(3, [8, 8, 16], 1),
];

export const SWITCH_DRAWING: Drawing = {
  family: "switch",
  clusterId: "bare-switch-64",
  name: "bare switch",
  rankCount: 64,
  nodeCount: 64,
  ranksPerNode: 1,
  loadOf,
  tiers: [tier("host", "host to switch", 64, 0.95, 0.95)],
};
