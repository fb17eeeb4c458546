/** Columns of a GOAL schedule that grow op by op, and its edges sorted by who is waited for. */
import { at } from "../../base/assert.ts";
import type { GoalSchedule } from "../../records/goal.ts";

export interface GoalOp {
  readonly kind: number;
  readonly size: number;
  readonly peer: number;
  readonly tag: number;
  readonly cpu: number;
  readonly nic: number;
}

/** `waits` is the op that may start once `on` has finished, or, with `isStart`, has started. */
interface Edge {
  readonly waits: number;
  readonly on: number;
}

export class GoalBuilder {
  readonly #ops: GoalOp[] = [];
  readonly #firstOp: number[] = [];
  readonly #finish: Edge[] = [];
  readonly #start: Edge[] = [];

  beginRank(): void {
    this.#firstOp.push(this.#ops.length);
  }

  /** Its index among all ops. */
  add(op: GoalOp): number {
    this.#ops.push(op);
    return this.#ops.length - 1;
  }

  wait(waits: number, on: number, isStart: boolean): void {
    (isStart ? this.#start : this.#finish).push({ waits, on });
  }

  schedule(): GoalSchedule {
    const ops = this.#ops;
    const finish = sortedEdges(this.#finish, ops.length);
    const start = sortedEdges(this.#start, ops.length);
    return {
      rankCount: this.#firstOp.length,
      firstOp: Int32Array.from([...this.#firstOp, ops.length]),
      kinds: Uint8Array.from(ops, ({ kind }) => kind),
      sizes: Float64Array.from(ops, ({ size }) => size),
      peers: Int32Array.from(ops, ({ peer }) => peer),
      tags: Int32Array.from(ops, ({ tag }) => tag),
      cpus: Uint8Array.from(ops, ({ cpu }) => cpu),
      nics: Uint8Array.from(ops, ({ nic }) => nic),
      finishFirst: finish.first,
      finishDependents: finish.dependents,
      startFirst: start.first,
      startDependents: start.dependents,
    };
  }
}

/** By the op that is waited for; edges of one op stay in the order in which they were given. */
function sortedEdges(edges: readonly Edge[], opCount: number) {
  const first = new Int32Array(opCount + 1);
  for (const { on } of edges) first[on + 1] = at(first, on + 1) + 1;
  for (let op = 0; op < opCount; op++) first[op + 1] = at(first, op + 1) + at(first, op);
  const next = first.slice();
  const dependents = new Int32Array(edges.length);
  for (const { waits, on } of edges) {
    const place = at(next, on);
    dependents[place] = waits;
    next[on] = place + 1;
  }
  return { first, dependents };
}
