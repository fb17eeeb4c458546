/**
 * Messages with waits as a schedule of sends and receives: a send waits for what its rank has
 * received and sent of those before it. A wait for a message between two other ranks has no words
 * there.
 */
import { at } from "../../base/assert.ts";
import type { GoalSchedule } from "../../records/goal.ts";
import { GOAL_CALCULATE, GOAL_RECEIVE, GOAL_SEND } from "../../records/goal.ts";
import type { Messages } from "../../records/traffic.ts";

interface Op {
  readonly kind: number;
  readonly size: number;
  readonly peer: number;
  readonly tag: number;
  readonly dependents: Op[];
  place: number;
}

/** Undefined where a message waits for one that neither leaves nor reaches its sender. */
export function messagesAsGoal(messages: Messages, rankCount: number): GoalSchedule | undefined {
  const { source, target, sizeBytes, startS, afterStart, after } = messages;
  const ops = Array.from({ length: rankCount }, (): Op[] => []);
  const add = (rank: number, kind: number, size: number, peer = 0, tag = 0): Op => {
    const op = { kind, size, peer, tag, dependents: [], place: 0 };
    at(ops, rank).push(op);
    return op;
  };
  const sends: Op[] = [];
  const receives: Op[] = [];
  for (let m = 0; m < source.length; m++) {
    const [from, to] = [at(source, m), at(target, m)];
    if (from < 0) return undefined;
    const size = Math.max(1, Math.round(at(sizeBytes, m)));
    sends.push(add(from, GOAL_SEND, size, to, m));
    receives.push(add(to, GOAL_RECEIVE, size, from, m));
    const startNs = Math.round(at(startS, m) * 1e9);
    if (startNs > 0) add(from, GOAL_CALCULATE, startNs).dependents.push(at(sends, m));
  }
  for (let m = 0; m < source.length; m++) {
    for (let i = at(afterStart, m); i < at(afterStart, m + 1); i++) {
      const before = at(after, i);
      const isReceived = at(target, before) === at(source, m);
      if (!isReceived && at(source, before) !== at(source, m)) return undefined;
      at(isReceived ? receives : sends, before).dependents.push(at(sends, m));
    }
  }
  return schedule(ops);
}

function schedule(ops: readonly (readonly Op[])[]): GoalSchedule {
  const all = ops.flat();
  for (const [place, op] of all.entries()) op.place = place;
  const firstOp = new Int32Array(ops.length + 1);
  for (const [rank, own] of ops.entries()) firstOp[rank + 1] = at(firstOp, rank) + own.length;
  const finishFirst = new Int32Array(all.length + 1);
  for (const [i, { dependents }] of all.entries()) {
    finishFirst[i + 1] = at(finishFirst, i) + dependents.length;
  }
  return {
    rankCount: ops.length,
    firstOp,
    kinds: Uint8Array.from(all, ({ kind }) => kind),
    sizes: Float64Array.from(all, ({ size }) => size),
    peers: Int32Array.from(all, ({ peer }) => peer),
    tags: Int32Array.from(all, ({ tag }) => tag),
    cpus: new Uint8Array(all.length),
    nics: new Uint8Array(all.length),
    finishFirst,
    finishDependents: Int32Array.from(
      all.flatMap(({ dependents }) => dependents.map((d) => d.place)),
    ),
    startFirst: new Int32Array(all.length + 1),
    startDependents: new Int32Array(0),
  };
}
