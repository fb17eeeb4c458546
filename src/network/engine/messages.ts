/**
 * Any messages by events: each waits for its date and for the messages named before it, then
 * its latency, taking no capacity; then it is a flow with a max-min fair rate until its bytes
 * are through. Links that fail in mid-run move what is under way to another way with the
 * bytes that are left.
 *
 *     finish = max(start, finishes waited for) + latency + bytes at the rates it gets
 *
 * Ticks as in `flow-clock.ts`. Their length is chosen from a guess of the whole run; a run
 * that turns out longer is started again with longer ones.
 */
import { assert, at } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import type { OnProgress, Sharing } from "../../records/schedule.ts";
import type { Messages, MessagesEnd } from "../../records/traffic.ts";
import { leastShares } from "./contended.ts";
import { FairShares } from "./fair-shares.ts";
import { FlowClock } from "./flow-clock.ts";
import { assertMessagesHold } from "./guards.ts";
import { longestChainS, Waits } from "./message-waits.ts";
import { messageWays } from "./message-ways.ts";
import type { Epoch, MessageWays } from "./message-ways.ts";

export interface MessagesOptions {
  readonly share?: Sharing;
  /** Prove the fairness of every solve (slow; for tests). */
  readonly verify?: boolean;
  readonly onProgress?: OnProgress;
  /** Upper bound of one transfer, where the caller knows a better one than all at once. */
  readonly longestS?: number;
}

/** A run may have so many ticks, a quarter of what a float counts exactly. */
const TICKS_MOST = 2 ** 51;
const COARSER = 256;
/** Events between two words about progress. */
const TELL_EVERY = 16_384;

export function runMessages(
  messages: Messages,
  epochs: readonly Epoch[],
  options: MessagesOptions = {},
): MessagesEnd {
  const ways = messageWays(messages, epochs, options.share ?? "equal");
  const longestS = options.longestS ?? longestTransferS(messages, ways);
  const chainS = longestChainS(messages, ways);
  // Twice the longest chain with nobody in the way, and one longest transfer on top.
  for (let horizonS = 2 * chainS + longestS; ; horizonS *= COARSER) {
    const end = new MessageRun(messages, epochs, ways).run(longestS, horizonS, options);
    if (end === undefined) continue;
    assertMessagesHold(at(epochs, 0).graph, messages, end);
    return { ...end, chainS };
  }
}

/** As if all messages moved at once; a message never gets less than that. */
function longestTransferS({ sizeBytes, source }: Messages, ways: MessageWays): number {
  const least = leastShares({
    weight: ways.weight,
    entryStart: ways.entryStart,
    entryLink: ways.entryLink,
    capacity: ways.capacityBytesPerS,
  });
  let longestS = 0;
  for (let flow = 0; flow < ways.flowCount; flow++) {
    const rate = Math.min(least[flow]!, ways.bytesPerS[flow]!);
    const mostS = ways.latencyS[flow]! + sizeBytes[flow % source.length]! / rate;
    if (mostS > longestS) longestS = mostS;
  }
  return longestS;
}

type Ran = Omit<MessagesEnd, "chainS">;

const WAITS = 0;
const LATENCY = 1;
/** Its latency is over; the bytes before it on its connection are not. */
const PARKED = 2;
const MOVES = 3;
const THROUGH = 4;

class MessageRun {
  readonly #messages: Messages;
  readonly #epochs: readonly Epoch[];
  readonly #ways: MessageWays;
  readonly #waits: Waits;
  readonly #shares: FairShares;
  readonly #clock: FlowClock;
  readonly #phase: Uint8Array;
  /** Bytes a message has still to send; whole until a failure moves it. */
  readonly #left: Float64Array;
  readonly #beginTick: Float64Array;
  readonly #finishTick: Float64Array;
  readonly #ahead: Int32Array;
  readonly #linkBytes: Float64Array;
  readonly #due: Int32Array;
  #epoch = 0;
  #eventCount = 0;
  #detourCount = 0;
  #doneCount = 0;

  constructor(messages: Messages, epochs: readonly Epoch[], ways: MessageWays) {
    const count = messages.source.length;
    const { entryStart, entryLink, capacityBytesPerS, weight, flowCount } = ways;
    this.#messages = messages;
    this.#epochs = epochs;
    this.#ways = ways;
    this.#waits = new Waits(messages);
    this.#shares = new FairShares(entryStart, entryLink, capacityBytesPerS, weight);
    this.#clock = new FlowClock(this.#shares, flowCount);
    this.#phase = new Uint8Array(count);
    this.#left = messages.sizeBytes.slice();
    this.#beginTick = new Float64Array(count);
    this.#finishTick = new Float64Array(count);
    this.#ahead = aheadOf(messages);
    this.#linkBytes = new Float64Array(at(epochs, 0).graph.linkCount);
    this.#due = new Int32Array(flowCount);
  }

  /** Undefined when the ticks were too short for so long a run. */
  run(
    longestS: number,
    horizonS: number,
    { verify = false, onProgress }: MessagesOptions,
  ): Ran | undefined {
    let toldCount = TELL_EVERY;
    this.#clock.setTick(longestS, horizonS);
    const { queue, ticksPerS } = this.#clock;
    for (const m of this.#waits.free()) this.#makeReady(m, 0);
    while (queue.length > 0) {
      const nextEpoch = this.#epochs[this.#epoch + 1];
      const epochTick = nextEpoch === undefined ? Infinity : nextEpoch.startS * ticksPerS;
      const now = Math.min(queue.nextTick, Math.round(epochTick));
      if (now > TICKS_MOST) return undefined;
      if (now === Math.round(epochTick)) this.#turnEpoch(now);
      // An event can bring another one at its own tick.
      while (queue.length > 0 && queue.nextTick === now) this.#fireAll(now);
      this.#clock.settle(now, verify);
      if (onProgress !== undefined && this.#eventCount >= toldCount) {
        toldCount = this.#eventCount + TELL_EVERY;
        onProgress(this.#eventCount, 2 * this.#phase.length);
      }
    }
    if (this.#doneCount < this.#phase.length) throw this.#deadlock();
    const seconds = (ticks: Float64Array) => ticks.map((tick) => tick / ticksPerS);
    return {
      beginS: seconds(this.#beginTick),
      finishS: seconds(this.#finishTick),
      linkBytes: this.#linkBytes,
      eventCount: this.#eventCount,
      detourCount: this.#detourCount,
    };
  }

  #flowOf(m: number): number {
    return this.#epoch * this.#phase.length + m;
  }

  #fireAll(now: number): void {
    const count = this.#clock.queue.takeTick(this.#due);
    this.#eventCount += count;
    for (let i = 0; i < count; i++) {
      const m = this.#due[i]! % this.#phase.length;
      if (this.#phase[m] === MOVES) this.#arrive(m, now);
      else this.#latencyOver(m, now);
    }
  }

  /** Nothing is waited for any more: the latency runs from its date on. */
  #makeReady(m: number, now: number): void {
    const { ticksPerS, queue } = this.#clock;
    const flow = this.#flowOf(m);
    const eligible = Math.max(now, Math.round(this.#messages.startS[m]! * ticksPerS));
    this.#phase[m] = LATENCY;
    const latencyTicks = Math.round(this.#ways.latencyS[flow]! * ticksPerS);
    queue.set(flow, Math.min(eligible + latencyTicks, Number.MAX_SAFE_INTEGER));
  }

  #latencyOver(m: number, now: number): void {
    const before = this.#messages.behind?.[m] ?? -1;
    if (before !== -1 && this.#phase[before] !== THROUGH) this.#phase[m] = PARKED;
    else this.#begin(m, now);
  }

  #begin(m: number, now: number): void {
    const flow = this.#flowOf(m);
    const { entryStart, bytesPerS } = this.#ways;
    const bytes = this.#left[m]!;
    this.#phase[m] = MOVES;
    if (bytes === this.#messages.sizeBytes[m]) this.#beginTick[m] = now;
    if (bytes === 0) this.#clock.queue.set(flow, now);
    else if (entryStart[flow] === entryStart[flow + 1]) {
      this.#clock.alone(flow, { now, bytes, bytesPerS: bytesPerS[flow]! });
    } else this.#clock.begin(flow, now, bytes);
  }

  #arrive(m: number, now: number): void {
    const flow = this.#flowOf(m);
    if (this.#isShared(flow, m)) this.#shares.remove(flow);
    this.#count(flow, this.#left[m]!);
    this.#phase[m] = THROUGH;
    this.#finishTick[m] = now;
    this.#doneCount++;
    const ahead = this.#ahead[m]!;
    if (ahead !== -1 && this.#phase[ahead] === PARKED) this.#begin(ahead, now);
    this.#waits.release(m, (follower) => {
      if (this.#waits.open[follower] === 0) this.#makeReady(follower, now);
    });
  }

  /** Whether it took part in the solving: something to send, over links that can bind. */
  #isShared(flow: number, m: number): boolean {
    const { entryStart } = this.#ways;
    return this.#left[m]! > 0 && entryStart[flow] !== entryStart[flow + 1];
  }

  #count(flow: number, bytes: number): void {
    const { wayStart, way } = this.#ways;
    for (let e = wayStart[flow]!; e < wayStart[flow + 1]!; e++) this.#linkBytes[way[e]!]! += bytes;
  }

  /** Links have failed: what is under way or waits takes the ways of the next epoch. */
  #turnEpoch(now: number): void {
    const before = this.#epoch++;
    const count = this.#phase.length;
    for (let m = 0; m < count; m++) {
      const phase = this.#phase[m]!;
      if (phase === WAITS || phase === THROUGH) continue;
      const flow = before * count + m;
      if (phase === LATENCY) {
        const dueTick = this.#clock.queue.dropped(flow);
        this.#clock.queue.set(flow + count, dueTick);
      } else if (phase === MOVES) this.#moveOver(m, flow, now);
    }
  }

  #moveOver(m: number, flow: number, now: number): void {
    const left = this.#left[m]! === 0 ? 0 : this.#clock.leftBytes(flow, now);
    this.#clock.queue.dropped(flow);
    if (this.#isShared(flow, m)) this.#shares.remove(flow);
    this.#count(flow, this.#left[m]! - left);
    this.#left[m] = left;
    const next = flow + this.#phase.length;
    if (this.#isSameWay(flow, next)) {
      this.#begin(m, now);
      return;
    }
    this.#detourCount++;
    this.#phase[m] = LATENCY;
    const { ticksPerS, queue } = this.#clock;
    queue.set(next, now + Math.round(this.#ways.latencyS[next]! * ticksPerS));
  }

  #isSameWay(flow: number, next: number): boolean {
    const { wayStart, way } = this.#ways;
    const length = wayStart[flow + 1]! - wayStart[flow]!;
    if (wayStart[next + 1]! - wayStart[next]! !== length) return false;
    for (let i = 0; i < length; i++) {
      if (way[wayStart[flow]! + i] !== way[wayStart[next]! + i]) return false;
    }
    return true;
  }

  #deadlock(): Refusal {
    const { source, target, afterStart, after } = this.#messages;
    const stuck = [...this.#phase.keys()].filter((m) => this.#phase[m] !== THROUGH);
    const words = stuck.slice(0, 3).map((m) => {
      const waited = [...after.slice(afterStart[m], afterStart[m + 1])];
      const first = waited.find((one) => this.#phase[one] !== THROUGH) ?? m;
      return `message ${m} (rank ${source[m]} → rank ${target[m]}) waits for message ${first}`;
    });
    assert(words.length > 0, "somebody is stuck");
    return new Refusal({
      code: "deadlock",
      pointer: "",
      found: `${stuck.length} messages that never start: ${words.join("; ")}`,
      expected: "an order in which every message can start",
      nextStep: "break the circle of waiting",
    });
  }
}

function aheadOf({ source, behind }: Messages): Int32Array {
  const ahead = new Int32Array(source.length).fill(-1);
  behind?.forEach((before, m) => {
    if (before !== -1) ahead[before] = m;
  });
  return ahead;
}
