/**
 * Messages that start together and share links: when does each arrive?
 *
 * A message first waits its latency, taking no capacity; then it is a flow with a max-min
 * fair rate until its bytes are through. Rates change only at arrivals and completions.
 *
 * Time is counted in whole ticks of 2^−k ps, with k such that the longest transfer has
 * about 2^40 of them: equal messages then finish in one tick, as they do on paper, and are
 * one batch. A completion is due at now + max(1, ceil(remaining/rate − 1/64)): never before
 * the bytes fit, and free of float noise just above a whole tick.
 *
 * Equal messages with equal latencies start their flows together, and then all times are
 * proportional to the size: such a batch is solved once, for 1 GiB, and scaled.
 */
import { assert } from "../../base/assert.ts";
import { FairShares } from "./fair-shares.ts";
import { EventQueue } from "./queue.ts";
import type { Ways } from "./step.ts";

/** Ticks in the longest transfer, as a power of two, and the bounds of k. */
const LONGEST_BITS = 40;
const K_MIN = -80;
const K_MAX = 24;
const PS_PER_S = 1e12;
const REFERENCE_BYTES = 2 ** 30;

export class ContendedBatch {
  /** Message behind each flow of the batch. */
  readonly messages: Int32Array;
  /** When each flow arrived, in seconds from the start of the step. */
  readonly arrivalS: Float64Array;
  eventCount = 0;

  readonly #latencyS: Float64Array;
  readonly #isLatencyEqual: boolean;
  #secondsPerByte: Float64Array | undefined;
  /** No flow ever gets less: the least capacity / flows of a link on its way. */
  readonly #bytesPerSMin: Float64Array;
  readonly #shares: FairShares;
  readonly #queue: EventQueue;
  readonly #remaining: Float64Array;
  readonly #datedTick: Float64Array;
  readonly #isMoving: Uint8Array;
  #ticksPerS = 1;

  private constructor(flows: {
    readonly messages: Int32Array;
    readonly latencyS: Float64Array;
    readonly entryStart: Int32Array;
    readonly entryLink: Int32Array;
    readonly capacity: Float64Array;
  }) {
    const { messages, latencyS, entryStart, entryLink, capacity } = flows;
    const flowCount = messages.length;
    this.messages = messages;
    this.#latencyS = latencyS;
    this.#isLatencyEqual = latencyS.every((seconds) => seconds === latencyS[0]);
    this.#bytesPerSMin = leastShares(flows);
    this.#shares = new FairShares(entryStart, entryLink, capacity);
    this.#queue = new EventQueue(flowCount);
    this.arrivalS = new Float64Array(flowCount);
    this.#remaining = new Float64Array(flowCount);
    this.#datedTick = new Float64Array(flowCount);
    this.#isMoving = new Uint8Array(flowCount);
  }

  /** The messages that have entries to keep, on links numbered anew. */
  static of(request: Ways & { kept: Uint8Array; isContended: Uint8Array }): ContendedBatch {
    const { kept, isContended, entryStart, entryLink, capacityBytesPerS } = request;
    const indices = [...isContended.keys()].filter((m) => isContended[m] === 1);
    const messages = Int32Array.from(indices);
    const linkIndex = new Int32Array(capacityBytesPerS.length).fill(-1);
    const links: number[] = [];
    const entries: number[] = [];
    const starts = new Int32Array(messages.length + 1);
    for (let flow = 0; flow < messages.length; flow++) {
      const m = messages[flow]!;
      for (let e = entryStart[m]!; e < entryStart[m + 1]!; e++) {
        if (kept[e] === 0) continue;
        const link = entryLink[e]!;
        if (linkIndex[link] === -1) linkIndex[link] = links.push(link) - 1;
        entries.push(linkIndex[link]!);
      }
      starts[flow + 1] = entries.length;
    }
    return new ContendedBatch({
      messages,
      latencyS: Float64Array.from(messages, (m) => request.latencyS[m]!),
      entryStart: starts,
      entryLink: Int32Array.from(entries),
      capacity: Float64Array.from(links, (link) => capacityBytesPerS[link]!),
    });
  }

  /** Fills `arrivalS` for these sizes. With `verify` every solve proves its certificate. */
  run(messageBytes: Float64Array, verify: boolean): void {
    const bytes = messageBytes[this.messages[0]!]!;
    if (!this.#isLatencyEqual || this.messages.some((m) => messageBytes[m] !== bytes)) {
      for (let flow = 0; flow < this.messages.length; flow++) {
        this.#remaining[flow] = messageBytes[this.messages[flow]!]!;
      }
      this.#simulate(this.#latencyS, verify);
      return;
    }
    this.#secondsPerByte ??= this.#solveReference(verify);
    for (let flow = 0; flow < this.messages.length; flow++) {
      this.arrivalS[flow] = this.#latencyS[flow]! + bytes * this.#secondsPerByte[flow]!;
    }
  }

  #solveReference(verify: boolean): Float64Array {
    this.#remaining.fill(REFERENCE_BYTES);
    this.#simulate(new Float64Array(this.messages.length), verify);
    return this.arrivalS.map((seconds) => seconds / REFERENCE_BYTES);
  }

  /** Takes the sizes from `#remaining`. */
  #simulate(latencyS: Float64Array, verify: boolean): void {
    this.#start(latencyS);
    this.eventCount = 0;
    while (this.#queue.length > 0) {
      const now = this.#queue.nextTick;
      this.#fire(now);
      const movedCount = this.#shares.solve();
      if (verify) this.#shares.verify();
      this.#redate(now, movedCount);
    }
    assert(this.eventCount <= 2 * this.messages.length, "a message starts and arrives once");
  }

  #start(latencyS: Float64Array): void {
    const flowCount = this.messages.length;
    let longestS = 0;
    for (let flow = 0; flow < flowCount; flow++) {
      const mostS = latencyS[flow]! + this.#remaining[flow]! / this.#bytesPerSMin[flow]!;
      if (mostS > longestS) longestS = mostS;
    }
    const bits = Math.ceil(Math.log2(Math.max(longestS, Number.MIN_VALUE) * PS_PER_S));
    const k = Math.min(K_MAX, Math.max(K_MIN, LONGEST_BITS - bits));
    this.#ticksPerS = PS_PER_S * 2 ** k;
    for (let flow = 0; flow < flowCount; flow++) {
      this.#isMoving[flow] = 0;
      this.arrivalS[flow] = latencyS[flow]!;
      if (this.#remaining[flow] === 0) continue;
      this.#queue.set(flow, Math.round(latencyS[flow]! * this.#ticksPerS));
    }
  }

  /** All events of one tick; the rates are made fair once, afterwards. */
  #fire(now: number): void {
    while (this.#queue.length > 0 && this.#queue.nextTick === now) {
      const flow = this.#queue.pop();
      this.eventCount++;
      if (this.#isMoving[flow] === 1) {
        this.#shares.remove(flow);
        this.arrivalS[flow] = now / this.#ticksPerS;
      } else {
        this.#isMoving[flow] = 1;
        this.#datedTick[flow] = now;
        this.#shares.add(flow);
      }
    }
  }

  #redate(now: number, movedCount: number): void {
    const { changed, rateBefore, rate } = this.#shares;
    const ticksPerS = this.#ticksPerS;
    for (let i = 0; i < movedCount; i++) {
      const flow = changed[i]!;
      const elapsedS = (now - this.#datedTick[flow]!) / ticksPerS;
      const remaining = Math.max(0, this.#remaining[flow]! - rateBefore[i]! * elapsedS);
      this.#remaining[flow] = remaining;
      this.#datedTick[flow] = now;
      const ticks = (remaining / rate[flow]!) * ticksPerS;
      this.#queue.set(flow, now + Math.max(1, Math.ceil(ticks - 1 / 64)));
    }
  }
}

function leastShares(flows: {
  readonly messages: Int32Array;
  readonly entryStart: Int32Array;
  readonly entryLink: Int32Array;
  readonly capacity: Float64Array;
}): Float64Array {
  const { messages, entryStart, entryLink, capacity } = flows;
  const flowsOn = new Int32Array(capacity.length);
  for (const link of entryLink) flowsOn[link]!++;
  const least = new Float64Array(messages.length).fill(Infinity);
  for (let flow = 0; flow < messages.length; flow++) {
    for (let e = entryStart[flow]!; e < entryStart[flow + 1]!; e++) {
      const link = entryLink[e]!;
      const share = capacity[link]! / flowsOn[link]!;
      if (share < least[flow]!) least[flow] = share;
    }
  }
  return least;
}
