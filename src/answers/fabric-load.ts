/**
 * Experts' exchange as a load on a fabric: groups of so many nodes' ranks, each rank sending
 * to every other of its group, all groups at once. Members of a group are spread evenly over
 * the cluster, node by node, so the exchange crosses the fabric and not one leaf.
 */
import type { Program } from "../records/schedule.ts";

/** Nodes of one group; with eight accelerators a node 64 ranks, as of 64 experts. */
const GROUP_NODES = 8;

export interface ExpertExchange {
  readonly program: Program;
  readonly groupRankCount: number;
  /** Of all ranks together. */
  readonly movedBytes: number;
}

/** Every rank sends `sizeBytes` in all, in equal parts to the others of its group. */
export function expertExchange(
  rankCount: number,
  perNode: number,
  sizeBytes: number,
): ExpertExchange {
  const nodeCount = Math.floor(rankCount / perNode);
  const groupNodes = Math.min(GROUP_NODES, nodeCount);
  const groupCount = Math.max(1, Math.floor(nodeCount / groupNodes));
  const source: number[] = [];
  const target: number[] = [];
  const rankOf = (group: number, member: number): number =>
    (Math.floor(member / perNode) * groupCount + group) * perNode + (member % perNode);
  const size = groupNodes * perNode;
  for (let shift = 1; shift < size; shift++) {
    for (let group = 0; group < groupCount; group++) {
      for (let member = 0; member < size; member++) {
        source.push(rankOf(group, member));
        target.push(rankOf(group, (member + shift) % size));
      }
    }
  }
  const each = sizeBytes / Math.max(1, size - 1);
  const program: Program = {
    ...{ collective: "all-to-all", algorithm: "experts", rankCount, sizeBytes },
    steps: [
      {
        ...{ name: "experts' exchange", repeat: 1 },
        source: Int32Array.from(source),
        target: Int32Array.from(target),
        messageBytes: new Float64Array(source.length).fill(each),
        part: () => ({ from: 0, to: 1, reduces: false }),
      },
    ],
  };
  return { program, groupRankCount: size, movedBytes: each * source.length };
}
