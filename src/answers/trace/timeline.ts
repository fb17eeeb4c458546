/**
 * When each node of a recorded program would run: as soon as those it waits for have ended. With
 * measured durations, or, without, a microsecond each, which shows the order and no more.
 */
import { at } from "../../base/assert.ts";
import type { RankProgram } from "../../records/trace-file.ts";
import { nodeCount, streamOf } from "../../records/trace-file.ts";

export interface TimedNode {
  readonly nodeId: number;
  readonly stream: string;
  readonly startS: number;
  readonly durationS: number;
}

const NOMINAL_S = 1e-6;

/** In the order in which they become ready; nodes of a circle never do. */
export function timelineOf(
  { trace, dependencies }: RankProgram,
  opDurationsS: readonly number[] = [],
): TimedNode[] {
  const count = nodeCount(trace);
  const open = Int32Array.from({ length: count }, (_, node) => dependencies[node]?.length ?? 0);
  const waiters: number[][] = Array.from({ length: count }, () => []);
  for (const [node, own] of dependencies.entries()) {
    for (const other of own) at(waiters, other).push(node);
  }
  const isMeasured = opDurationsS.length > 0;
  const readyS = new Float64Array(count);
  const queue = [...open.keys()].filter((node) => open[node] === 0);
  const timed: TimedNode[] = [];
  for (let i = 0; i < queue.length; i++) {
    const node = at(queue, i);
    const startS = at(readyS, node);
    // How long an exchange took is not measured apart from waiting for the others.
    const durationS = isMeasured ? (opDurationsS[node] ?? 0) : NOMINAL_S;
    timed.push({ nodeId: node, stream: streamOf(trace, node), startS, durationS });
    for (const waiter of at(waiters, node)) {
      readyS[waiter] = Math.max(at(readyS, waiter), startS + durationS);
      open[waiter] = at(open, waiter) - 1;
      if (open[waiter] === 0) queue.push(waiter);
    }
  }
  return timed;
}
