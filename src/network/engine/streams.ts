/**
 * Rings by events: every message of every step, with the links that it shares.
 *
 * Each member is a stream of messages to its successor. In `rendezvous` the latency of
 * message k+1 starts when the member has received and sent message k; in `stream` it starts
 * when it has received message k, and bytes start when the latency is over and the bytes
 * before them are out. At one tick: completions, then starts, then one solve.
 */
import { assert, at } from "../../base/assert.ts";
import type { OnProgress } from "../../records/schedule.ts";
import { leastShares } from "./contended.ts";
import { FairShares } from "./fair-shares.ts";
import { FlowClock } from "./flow-clock.ts";
import type { Dependency } from "./max-plus.ts";

export interface Streams {
  /** The stream whose messages go to the sender of this one. */
  readonly successor: Int32Array;
  readonly latencyS: Float64Array;
  readonly messageBytes: Float64Array;
  readonly weight: Float64Array;
  readonly entryStart: Int32Array;
  readonly entryLink: Int32Array;
  readonly capacityBytesPerS: Float64Array;
  readonly stepCount: number;
}

export interface StreamsEnd {
  readonly endS: Float64Array;
  readonly eventCount: number;
}

interface StreamOptions {
  readonly verify?: boolean;
  readonly onProgress?: OnProgress;
}

export function runStreams(
  streams: Streams,
  semantics: Dependency,
  options: StreamOptions,
): StreamsEnd {
  return new StreamRun(streams, semantics === "stream").run(options);
}

/** Events between two words about progress. */
const TELL_EVERY = 16_384;

class StreamRun {
  readonly #streams: Streams;
  readonly #isStream: boolean;
  readonly #shares: FairShares;
  readonly #clock: FlowClock;
  readonly #latencyTicks: Float64Array;
  readonly #sent: Int32Array;
  readonly #received: Int32Array;
  /** 1 while bytes move; 2 while a latency runs that holds the member (rendezvous). */
  readonly #isMoving: Uint8Array;
  readonly #isWaiting: Uint8Array;
  /** Ticks at which latencies of later messages are over, oldest first (stream). */
  readonly #ready: number[][];
  readonly #readyAt: Int32Array;
  readonly #endTick: Float64Array;
  readonly #due: Int32Array;
  #eventCount = 0;

  constructor(streams: Streams, isStream: boolean) {
    const { latencyS, entryStart, entryLink, capacityBytesPerS, weight, stepCount } = streams;
    const count = latencyS.length;
    this.#streams = streams;
    this.#isStream = isStream;
    this.#shares = new FairShares(entryStart, entryLink, capacityBytesPerS, weight);
    this.#clock = new FlowClock(this.#shares, count);
    const least = leastShares({ weight, entryStart, entryLink, capacity: capacityBytesPerS });
    let longestS = 0;
    for (let m = 0; m < count; m++) {
      const mostS = latencyS[m]! + streams.messageBytes[m]! / least[m]!;
      if (mostS > longestS) longestS = mostS;
    }
    this.#clock.setTick(longestS, stepCount * longestS);
    const { ticksPerS } = this.#clock;
    this.#latencyTicks = latencyS.map((seconds) => Math.round(seconds * ticksPerS));
    this.#sent = new Int32Array(count);
    this.#received = new Int32Array(count);
    this.#isMoving = new Uint8Array(count);
    this.#isWaiting = new Uint8Array(count);
    this.#ready = Array.from({ length: count }, () => []);
    this.#readyAt = new Int32Array(count);
    this.#endTick = new Float64Array(count);
    this.#due = new Int32Array(count);
  }

  run({ verify = false, onProgress }: StreamOptions): StreamsEnd {
    let toldCount = TELL_EVERY;
    const { queue, ticksPerS } = this.#clock;
    const due = this.#due;
    const count = this.#sent.length;
    for (let m = 0; m < count; m++) {
      this.#isWaiting[m] = 1;
      queue.set(m, this.#latencyTicks[m]!);
    }
    while (queue.length > 0) {
      const now = queue.nextTick;
      // An event can bring another one at its own tick.
      while (queue.length > 0 && queue.nextTick === now) this.#fireAll(queue.takeTick(due), now);
      this.#clock.settle(now, verify);
      if (onProgress !== undefined && this.#eventCount >= toldCount) {
        toldCount = this.#eventCount + TELL_EVERY;
        onProgress(this.#eventCount, 2 * this.#streams.stepCount * count);
      }
    }
    const stuck = this.#sent.findIndex((sent) => sent < this.#streams.stepCount);
    assert(stuck === -1, `message ${at(this.#sent, Math.max(0, stuck))} of stream ${stuck} left`);
    return {
      endS: this.#endTick.map((tick) => tick / ticksPerS),
      eventCount: this.#eventCount,
    };
  }

  #fireAll(count: number, now: number): void {
    for (let i = 0; i < count; i++) this.#fire(this.#due[i]!, now);
  }

  #fire(m: number, now: number): void {
    this.#eventCount++;
    if (this.#isMoving[m] === 1) {
      this.#deliver(m, now);
      return;
    }
    this.#isWaiting[m] = 0;
    this.#isMoving[m] = 1;
    this.#clock.begin(m, now, this.#streams.messageBytes[m]!);
  }

  #deliver(m: number, now: number): void {
    this.#shares.remove(m);
    this.#isMoving[m] = 0;
    this.#sent[m]!++;
    this.#endTick[m] = now;
    const next = this.#streams.successor[m]!;
    this.#received[next]!++;
    if (this.#isStream) this.#streamOn(m, next, now);
    else {
      this.#rendezvous(next, now);
      if (next !== m) this.#rendezvous(m, now);
    }
  }

  /** The member's next message, if it has received and sent all before it. */
  #rendezvous(m: number, now: number): void {
    const index = this.#sent[m]!;
    if (index >= this.#streams.stepCount || this.#received[m]! < index) return;
    if (this.#isMoving[m] === 1 || this.#isWaiting[m] === 1) return;
    this.#isWaiting[m] = 1;
    this.#clock.queue.set(m, now + this.#latencyTicks[m]!);
  }

  #streamOn(m: number, next: number, now: number): void {
    if (this.#received[next]! < this.#streams.stepCount) {
      this.#ready[next]!.push(now + this.#latencyTicks[next]!);
      this.#startReady(next, now);
    }
    this.#startReady(m, now);
  }

  /** Dates the start of the oldest waiting message, if nothing of the member is under way. */
  #startReady(m: number, now: number): void {
    if (this.#isMoving[m] === 1 || this.#isWaiting[m] === 1) return;
    const ready = this.#ready[m]!;
    const place = this.#readyAt[m]!;
    if (place === ready.length) return;
    this.#isWaiting[m] = 1;
    this.#clock.queue.set(m, Math.max(now, ready[place]!));
    if (place > 1000 && 2 * place > ready.length) {
      ready.splice(0, place + 1);
      this.#readyAt[m] = 0;
    } else this.#readyAt[m] = place + 1;
  }
}
