/** Which ops of a schedule may start: counters of what each still waits for. */
import type { GoalSchedule } from "../../records/goal.ts";

export class GoalProgress {
  readonly #schedule: GoalSchedule;
  readonly #unmet: Int32Array;
  readonly #ranks: Int32Array;
  readonly #started: Uint8Array;
  /** Ready and not yet taken, by rank, in the order in which they became so. */
  readonly #ready: number[][];

  constructor(schedule: GoalSchedule) {
    const { kinds, firstOp, rankCount, finishDependents, startDependents } = schedule;
    this.#schedule = schedule;
    this.#unmet = new Int32Array(kinds.length);
    this.#ranks = new Int32Array(kinds.length);
    this.#started = new Uint8Array(kinds.length);
    for (const op of finishDependents) this.#unmet[op] = (this.#unmet[op] as number) + 1;
    for (const op of startDependents) this.#unmet[op] = (this.#unmet[op] as number) + 1;
    this.#ready = Array.from({ length: rankCount }, () => []);
    for (let rank = 0; rank < rankCount; rank++) {
      const end = firstOp[rank + 1] as number;
      this.#ranks.fill(rank, firstOp[rank], end);
      for (let op = firstOp[rank] as number; op < end; op++) {
        if (this.#unmet[op] === 0) this.#ready[rank]?.push(op);
      }
    }
  }

  rankOf(op: number): number {
    return this.#ranks[op] as number;
  }

  takeReady(rank: number): readonly number[] {
    const ready = this.#ready[rank] ?? [];
    if (ready.length > 0) this.#ready[rank] = [];
    return ready;
  }

  start(op: number): void {
    this.#started[op] = 1;
    this.#meet(this.#schedule.startFirst, this.#schedule.startDependents, op);
  }

  finish(op: number): void {
    this.#meet(this.#schedule.finishFirst, this.#schedule.finishDependents, op);
  }

  /** The rank of an op that never started, if there is one. */
  firstUnstarted(): number | undefined {
    const op = this.#started.indexOf(0);
    return op === -1 ? undefined : this.rankOf(op);
  }

  #meet(first: Int32Array, dependents: Int32Array, op: number): void {
    for (let i = first[op] as number; i < (first[op + 1] as number); i++) {
      const dependent = dependents[i] as number;
      const unmet = (this.#unmet[dependent] as number) - 1;
      this.#unmet[dependent] = unmet;
      if (unmet === 0) this.#ready[this.rankOf(dependent)]?.push(dependent);
    }
  }
}
