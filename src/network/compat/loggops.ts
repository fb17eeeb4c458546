/**
 * LogGOPS as LogGOPSim simulates it (Hoefler, Schneider, Lumsdaine 2010), quirks included, in whole
 * nanoseconds. A host has for each processor the time from which it is free, and for each network
 * card one for sending and one for receiving:
 *
 *     computing c:         processor to t + c
 *     sending s bytes:     processor to t + o + (s − 1)·O, card to t + g + (s − 1)·G,
 *                          the first byte arrives at t + o + L
 *     an arrived message:  processor to t + o + max((s − 1)·O, (s − 1)·G),
 *                          card to t + g + (s − 1)·G
 *
 * So bandwidth is paid by the receiver's processor, links are never shared, and a message above S
 * frees its sender only once it is matched, without the time of an answer.
 */
import { Refusal } from "../../base/errors.ts";
import type { GoalSchedule } from "../../records/goal.ts";
import { GOAL_ANY, GOAL_CALCULATE, GOAL_RECEIVE, GOAL_SEND } from "../../records/goal.ts";
import { GoalProgress } from "./goal-progress.ts";
import { OpHeap } from "./op-heap.ts";

/** Names as in the papers; nanoseconds, nanoseconds a byte, and bytes for S. */
export interface LogGops {
  readonly latencyNs: number;
  readonly overheadNs: number;
  readonly overheadNsPerByte: number;
  readonly gapNs: number;
  readonly gapNsPerByte: number;
  /** The longest message that is sent without waiting for its receive. */
  readonly eagerBytes: number;
}

/** What the program takes where nothing is said. */
export const DEFAULT_LOGGOPS: LogGops = {
  latencyNs: 2500,
  overheadNs: 1500,
  overheadNsPerByte: 0,
  gapNs: 1000,
  gapNsPerByte: 6,
  eagerBytes: 65535,
};

/** A send that has been sent: what waits at the receiver. */
const MESSAGE = 4;

/** When each host's last processor is free, ns. */
export function loggopsFinishNs(schedule: GoalSchedule, parameters: LogGops): Float64Array {
  const run = new Run(schedule, parameters);
  run.play();
  return run.finishNs();
}

class Run {
  readonly #schedule: GoalSchedule;
  readonly #parameters: LogGops;
  readonly #progress: GoalProgress;
  readonly #heap: OpHeap;
  readonly #cpuFreeNs: Float64Array;
  readonly #sendFreeNs: Float64Array;
  readonly #receiveFreeNs: Float64Array;
  readonly #cpuCount: number;
  readonly #nicCount: number;
  /** What the heap holds of an op: itself, or, of a send, its message. */
  readonly #state: Uint8Array;
  /** Receives that wait for a message, and messages that wait for a receive, by host. */
  readonly #posted: number[][];
  readonly #unexpected: number[][];
  #number = 0;

  constructor(schedule: GoalSchedule, parameters: LogGops) {
    const { rankCount, kinds, cpus, nics } = schedule;
    this.#schedule = schedule;
    this.#parameters = parameters;
    this.#progress = new GoalProgress(schedule);
    this.#heap = new OpHeap(kinds.length);
    this.#cpuCount = cpus.reduce((most, cpu) => Math.max(most, cpu + 1), 1);
    this.#nicCount = nics.reduce((most, nic) => Math.max(most, nic + 1), 1);
    this.#cpuFreeNs = new Float64Array(rankCount * this.#cpuCount);
    this.#sendFreeNs = new Float64Array(rankCount * this.#nicCount);
    this.#receiveFreeNs = new Float64Array(rankCount * this.#nicCount);
    this.#state = Uint8Array.from(kinds);
    this.#posted = Array.from({ length: rankCount }, () => []);
    this.#unexpected = Array.from({ length: rankCount }, () => []);
  }

  finishNs(): Float64Array {
    const { rankCount } = this.#schedule;
    const times = new Float64Array(rankCount);
    for (const [i, free] of this.#cpuFreeNs.entries()) {
      const rank = Math.floor(i / this.#cpuCount);
      times[rank] = Math.max(times[rank] as number, free);
    }
    return times;
  }

  play(): void {
    for (let rank = 0; rank < this.#schedule.rankCount; rank++) this.#release(rank, true);
    const { kinds } = this.#schedule;
    while (this.#heap.count > 0) {
      const op = this.#heap.pop();
      if (this.#state[op] === MESSAGE) this.#arrive(op);
      else if (kinds[op] === GOAL_CALCULATE) this.#calculate(op);
      else if (kinds[op] === GOAL_SEND) this.#send(op);
      else this.#receive(op);
    }
    refuseStuck(this.#progress, this.#posted, this.#unexpected);
  }

  /** Puts the newly ready ops of a host into the queue: sends, receives, then computation. */
  #release(rank: number, isFirst = false): void {
    const ready = this.#progress.takeReady(rank);
    for (const kind of [GOAL_SEND, GOAL_RECEIVE, GOAL_CALCULATE]) {
      for (const op of ready) {
        if (this.#schedule.kinds[op] !== kind) continue;
        let time = isFirst ? 0 : (this.#cpuFreeNs[this.#cpu(rank, op)] as number);
        if (kind === GOAL_SEND && !isFirst) {
          time = Math.max(time, this.#sendFreeNs[this.#nic(rank, op)] as number);
        }
        this.#heap.times[op] = time;
        this.#heap.numbers[op] = this.#number++;
        this.#heap.push(op);
      }
    }
  }

  #calculate(op: number): void {
    const rank = this.#progress.rankOf(op);
    const cpu = this.#cpu(rank, op);
    if (this.#waits(op, this.#cpuFreeNs[cpu] as number)) return;
    const time = this.#heap.times[op] as number;
    this.#cpuFreeNs[cpu] = time + (this.#schedule.sizes[op] as number);
    this.#progress.start(op);
    this.#progress.finish(op);
    this.#release(rank);
  }

  #send(op: number): void {
    const { latencyNs, overheadNs, overheadNsPerByte, gapNs, gapNsPerByte, eagerBytes } =
      this.#parameters;
    const rank = this.#progress.rankOf(op);
    const [cpu, nic] = [this.#cpu(rank, op), this.#nic(rank, op)];
    const free = Math.max(this.#cpuFreeNs[cpu] as number, this.#sendFreeNs[nic] as number);
    if (this.#waits(op, free)) return;
    const time = this.#heap.times[op] as number;
    const size = this.#schedule.sizes[op] as number;
    this.#progress.start(op);
    this.#cpuFreeNs[cpu] = Math.floor(time + overheadNs + (size - 1) * overheadNsPerByte);
    this.#sendFreeNs[nic] = Math.floor(time + gapNs + (size - 1) * gapNsPerByte);
    this.#state[op] = MESSAGE;
    this.#heap.times[op] = time + overheadNs + latencyNs;
    this.#heap.numbers[op] = this.#number++;
    this.#heap.push(op);
    if (size <= eagerBytes) this.#progress.finish(op);
    this.#release(rank);
  }

  #receive(op: number): void {
    const rank = this.#progress.rankOf(op);
    this.#progress.start(op);
    const unexpected = this.#unexpected[rank] ?? [];
    const place = unexpected.findIndex((message) => this.#matches(op, message));
    const [message] = place === -1 ? [] : unexpected.splice(place, 1);
    if (message === undefined) {
      this.#posted[rank]?.push(op);
      this.#release(rank);
      return;
    }
    const time = this.#heap.times[op] as number;
    // The program judges by the receive's size here, and uses the receive's own indices.
    const isLong = (this.#schedule.sizes[op] as number) > this.#parameters.eagerBytes;
    const sender = isLong ? this.#freeSender(message, op, time) : undefined;
    this.#progress.finish(op);
    this.#releaseBoth(rank, sender);
  }

  #arrive(op: number): void {
    const { overheadNs, overheadNsPerByte, gapNs, gapNsPerByte, eagerBytes } = this.#parameters;
    const rank = this.#schedule.peers[op] as number;
    const [cpu, nic] = [this.#cpu(rank, op), this.#nic(rank, op)];
    const free = Math.max(this.#cpuFreeNs[cpu] as number, this.#receiveFreeNs[nic] as number);
    if (this.#waits(op, free)) return;
    const time = this.#heap.times[op] as number;
    const size = this.#schedule.sizes[op] as number;
    const bytesNs = unsignedMax((size - 1) * overheadNsPerByte, (size - 1) * gapNsPerByte);
    this.#cpuFreeNs[cpu] = Math.floor(time + overheadNs + bytesNs);
    this.#receiveFreeNs[nic] = Math.floor(time + gapNs + (size - 1) * gapNsPerByte);
    const posted = this.#posted[rank] ?? [];
    const place = posted.findIndex((receive) => this.#matches(receive, op));
    const [receive] = place === -1 ? [] : posted.splice(place, 1);
    if (receive === undefined) {
      this.#unexpected[rank]?.push(op);
      return;
    }
    const sender = size > eagerBytes ? this.#freeSender(op, op, time) : undefined;
    this.#progress.finish(receive);
    this.#releaseBoth(rank, sender);
  }

  /** A long message is matched: its sender may go on, and cannot have done so before. */
  #freeSender(message: number, indices: number, time: number): number {
    const sender = this.#progress.rankOf(message);
    this.#progress.finish(message);
    const [cpu, nic] = [this.#cpu(sender, indices), this.#nic(sender, indices)];
    this.#cpuFreeNs[cpu] = Math.max(this.#cpuFreeNs[cpu] as number, time);
    this.#sendFreeNs[nic] = Math.max(this.#sendFreeNs[nic] as number, time);
    return sender;
  }

  #releaseBoth(rank: number, sender: number | undefined): void {
    if (sender === undefined || sender === rank) return this.#release(rank);
    this.#release(Math.min(rank, sender));
    this.#release(Math.max(rank, sender));
  }

  /** Puts an op back until what it needs is free. */
  #waits(op: number, freeNs: number): boolean {
    if (freeNs <= (this.#heap.times[op] as number)) return false;
    this.#heap.times[op] = freeNs;
    this.#heap.push(op);
    return true;
  }

  #matches(receive: number, message: number): boolean {
    const { peers, tags } = this.#schedule;
    const [peer, tag] = [peers[receive] as number, tags[receive] as number];
    if (peer !== GOAL_ANY && peer !== this.#progress.rankOf(message)) return false;
    const sent = tags[message] as number;
    return tag === GOAL_ANY || sent === GOAL_ANY || tag === sent;
  }

  #cpu(rank: number, op: number): number {
    return rank * this.#cpuCount + (this.#schedule.cpus[op] as number);
  }

  #nic(rank: number, op: number): number {
    return rank * this.#nicCount + (this.#schedule.nics[op] as number);
  }
}

/**
 * The greater of two 64-bit unsigned numbers: of a message of no bytes both are −1 times something,
 * and a negative number, read as unsigned, exceeds every other.
 */
function unsignedMax(a: number, b: number): number {
  if (a < 0 !== b < 0) return Math.min(a, b);
  return Math.max(a, b);
}

function refuseStuck(
  progress: GoalProgress,
  posted: readonly (readonly number[])[],
  unexpected: readonly (readonly number[])[],
): void {
  const waiting = posted.findIndex((ops) => ops.length > 0);
  const lost = unexpected.findIndex((ops) => ops.length > 0);
  const never = progress.firstUnstarted();
  if (waiting === -1 && lost === -1 && never === undefined) return;
  const found =
    waiting !== -1
      ? `a receive of rank ${waiting} that no message matches`
      : lost !== -1
        ? `a message to rank ${lost} that no receive matches`
        : `an operation of rank ${never} that never becomes ready`;
  throw new Refusal({
    code: "unmatched-message",
    pointer: "",
    found,
    expected: "a receive for each send, with the same tag, and no circle of dependencies",
    nextStep: "correct the schedule",
  });
}
