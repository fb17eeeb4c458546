/**
 * Rings whose messages wait for each other and not for a barrier, where no link binds.
 *
 * Member i of a ring sends `stepCount` messages to member i + 1; each waits a_i and then
 * takes s_i. With y[i] the time at which a message of i arrives, the next one arrives at
 *
 *     rendezvous  y'[i] = max(y[i−1], y[i]) + a_i + s_i
 *     stream      y'[i] = max(y[i−1] + a_i, y[i]) + s_i
 *
 * from y = 0. So the last arrival is the heaviest path of `stepCount` moves, each a hop to
 * the next member or a stay. Rendezvous: all stays at the member of the greatest a + s. In
 * a stream a stay costs s alone, so a path hops m ≤ K times and stays at the slowest member
 * it has met:
 *
 *     T = max over q of  K·s_q + best run through q of at most K gains (a_j + s_j − s_q)
 */
import { assert, at } from "../../base/assert.ts";
import type { Semantics } from "../../records/schedule.ts";

/** One ring, in the order in which messages go round. */
export interface Ring {
  readonly latencyS: Float64Array;
  readonly transferS: Float64Array;
  readonly stepCount: number;
}

/** The last arrival, the part of it that is latency, and the member that decides it. */
export interface Makespan {
  readonly durationS: number;
  readonly latencyS: number;
  readonly memberId: number;
}

export type Dependency = Exclude<Semantics, "barrier">;

export function ringMakespan(ring: Ring, semantics: Dependency): Makespan {
  assert(ring.latencyS.length > 0 && ring.stepCount > 0, "a ring has members and messages");
  return semantics === "rendezvous" ? rendezvousMakespan(ring) : streamMakespan(ring);
}

/** The recurrence itself, step by step: the plain form, for the end of every member. */
export function ringVectors(ring: Ring, semantics: Dependency): Float64Array {
  const { latencyS, transferS, stepCount } = ring;
  const n = latencyS.length;
  let ends = new Float64Array(n);
  let next = new Float64Array(n);
  for (let k = 0; k < stepCount; k++) {
    for (let i = 0; i < n; i++) {
      const received = ends[(i + n - 1) % n]!;
      const a = latencyS[i]!;
      const free = semantics === "stream" ? ends[i]! : ends[i]! + a;
      next[i] = Math.max(received + a, free) + transferS[i]!;
    }
    [ends, next] = [next, ends];
  }
  return ends;
}

function rendezvousMakespan({ latencyS, transferS, stepCount }: Ring): Makespan {
  let member = 0;
  for (let i = 1; i < latencyS.length; i++) {
    if (latencyS[i]! + transferS[i]! > latencyS[member]! + transferS[member]!) member = i;
  }
  const waitedS = stepCount * at(latencyS, member);
  return {
    durationS: waitedS + stepCount * at(transferS, member),
    latencyS: waitedS,
    memberId: member,
  };
}

function streamMakespan(ring: Ring): Makespan {
  const { transferS, stepCount } = ring;
  const mostLatencyS = greatestWindow(ring.latencyS, stepCount);
  const order = slowestFirst(transferS);
  let best: Makespan = { durationS: -1, latencyS: 0, memberId: 0 };
  for (const member of order) {
    const boundS = stepCount * at(transferS, member) + mostLatencyS;
    if (boundS <= best.durationS * (1 + 1e-15)) break;
    const found = bestThrough(ring, member);
    if (found.durationS > best.durationS) best = found;
  }
  return best;
}

/** Members by falling transfer time; equal ones in order. A ring of equals is not sorted. */
function slowestFirst(transferS: Float64Array): Iterable<number> {
  if (transferS.every((seconds) => seconds === transferS[0])) return transferS.keys();
  return [...transferS.keys()].sort((a, b) => transferS[b]! - transferS[a]! || a - b);
}

/** The greatest sum of so many consecutive values round the ring. */
function greatestWindow(values: Float64Array, length: number): number {
  const n = values.length;
  const rounds = Math.floor(length / n);
  const rest = length % n;
  let sum = 0;
  let whole = 0;
  for (let i = 0; i < n; i++) {
    whole += values[i]!;
    if (i < rest) sum += values[i]!;
  }
  let most = sum;
  for (let i = 0; i < n; i++) {
    sum += values[(i + rest) % n]! - values[i]!;
    if (sum > most) most = sum;
  }
  return rounds * whole + most;
}

/** The best path that stays at member q and else hops, by sums to the right and the left. */
function bestThrough({ latencyS, transferS, stepCount }: Ring, q: number): Makespan {
  const n = latencyS.length;
  const stay = at(transferS, q);
  const gain = (j: number): number => latencyS[j]! + transferS[j]! - stay;
  // rightBest[r]: the best of at most r hops beyond q, and how many hops it takes.
  const reach = stepCount;
  const rightBest = new Float64Array(reach);
  const rightHops = new Int32Array(reach);
  let sum = 0;
  for (let r = 1; r < reach; r++) {
    sum += gain((q + r) % n);
    const isBetter = sum > rightBest[r - 1]!;
    rightBest[r] = isBetter ? sum : rightBest[r - 1]!;
    rightHops[r] = isBetter ? r : rightHops[r - 1]!;
  }
  let best = -Infinity;
  let from = 0;
  let hops = 1;
  sum = 0;
  for (let left = 0; left < reach; left++) {
    if (left > 0) sum += gain((((q - left) % n) + n) % n);
    const total = sum + rightBest[reach - 1 - left]!;
    if (total <= best) continue;
    best = total;
    from = left;
    hops = left + 1 + rightHops[reach - 1 - left]!;
  }
  let waitedS = 0;
  for (let i = 0; i < hops; i++) waitedS += latencyS[(((q - from + i) % n) + n) % n]!;
  const durationS = stepCount * stay + gain(q) + best;
  return { durationS, latencyS: Math.min(waitedS, durationS), memberId: q };
}
