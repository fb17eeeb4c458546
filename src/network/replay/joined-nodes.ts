/**
 * All nodes of all ranks under one number each, with who waits for whom: the dependencies of the
 * trace, and besides, a group's collectives one after the other on each rank, as a communicator
 * runs them.
 */
import { at } from "../../base/assert.ts";
import type { ExecutionTrace } from "../../records/execution-trace.ts";

export interface JoinedNodes {
  readonly nodeCount: number;
  /** The number of the first node of each rank, and one more. */
  readonly firstNode: Int32Array;
  readonly rankOf: Int32Array;
  /** Nodes waited for and not finished. */
  readonly open: Int32Array;
  readonly dependentStart: Int32Array;
  readonly dependents: Int32Array;
}

export function joinedNodes({ ranks, groups }: ExecutionTrace): JoinedNodes {
  const firstNode = new Int32Array(ranks.length + 1);
  ranks.forEach(({ nodeCount }, rank) => {
    firstNode[rank + 1] = at(firstNode, rank) + nodeCount;
  });
  const nodeCount = at(firstNode, ranks.length);
  const rankOf = new Int32Array(nodeCount);
  ranks.forEach((_, rank) => rankOf.fill(rank, firstNode[rank], firstNode[rank + 1]));
  const open = new Int32Array(nodeCount);
  const dependentStart = new Int32Array(nodeCount + 1);
  const eachEdge = (edge: (waits: number, on: number) => void): void => {
    ranks.forEach(({ waitStart, waits }, rank) => {
      const first = at(firstNode, rank);
      for (let i = 0; i + 1 < waitStart.length; i++) {
        for (let w = waitStart[i]!; w < waitStart[i + 1]!; w++) edge(first + i, first + waits[w]!);
      }
    });
    for (const { members, places } of groups) {
      members.forEach((rank, m) => {
        const [first, own] = [at(firstNode, rank), at(places, m)];
        for (let k = 1; k < own.length; k++) edge(first + own[k]!, first + own[k - 1]!);
      });
    }
  };
  eachEdge((waits, on) => {
    open[waits]!++;
    dependentStart[on + 1]!++;
  });
  for (let i = 0; i < nodeCount; i++) dependentStart[i + 1]! += dependentStart[i]!;
  const next = dependentStart.slice();
  const dependents = new Int32Array(at(dependentStart, nodeCount));
  eachEdge((waits, on) => {
    dependents[next[on]!++] = waits;
  });
  return { nodeCount, firstNode, rankOf, open, dependentStart, dependents };
}
