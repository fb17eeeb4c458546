/**
 * Flows that move on shared links, with the tick at which each is through.
 *
 * Time is counted in whole ticks of 2^−k ps, with k such that the longest transfer has
 * about 2^40 of them and the whole run fewer than 2^52: sums and differences of times are
 * then exact, and equal messages finish in one tick, as they do on paper. A completion is
 * due at now + max(1, ceil(remaining/rate − 1/64)): never before the bytes fit, and free of
 * float noise just above a whole tick.
 */
import { EventQueue } from "./queue.ts";
import type { FairShares } from "./fair-shares.ts";

/** Ticks in the longest transfer and in the whole run, as powers of two; bounds of k. */
const LONGEST_BITS = 40;
const HORIZON_BITS = 52;
const K_MIN = -80;
const K_MAX = 24;
const PS_PER_S = 1e12;

export class FlowClock {
  /** One pending event a flow: its start, or its completion while it moves. */
  readonly queue: EventQueue;
  ticksPerS = 1;

  readonly #shares: FairShares;
  readonly #remaining: Float64Array;
  readonly #datedTick: Float64Array;
  /** Rates of flows that share nothing; 0: the shares say it. */
  readonly #fixed: Float64Array;

  constructor(shares: FairShares, flowCount: number) {
    this.#shares = shares;
    this.queue = new EventQueue(flowCount);
    this.#remaining = new Float64Array(flowCount);
    this.#datedTick = new Float64Array(flowCount);
    this.#fixed = new Float64Array(flowCount);
  }

  /** Chooses the tick, from upper bounds on one transfer and on the whole run. */
  setTick(longestS: number, horizonS: number): void {
    const bits = (seconds: number): number =>
      Math.ceil(Math.log2(Math.max(seconds, Number.MIN_VALUE) * PS_PER_S));
    const k = Math.min(LONGEST_BITS - bits(longestS), HORIZON_BITS - bits(horizonS));
    this.ticksPerS = PS_PER_S * 2 ** Math.min(K_MAX, Math.max(K_MIN, k));
  }

  begin(flow: number, now: number, bytes: number): void {
    this.#remaining[flow] = bytes;
    this.#datedTick[flow] = now;
    this.#shares.add(flow);
  }

  /** A flow that shares nothing: its rate stays as it is. */
  alone(
    flow: number,
    start: { readonly now: number; readonly bytes: number; readonly bytesPerS: number },
  ): void {
    const { now, bytes, bytesPerS } = start;
    this.#remaining[flow] = bytes;
    this.#datedTick[flow] = now;
    this.#fixed[flow] = bytesPerS;
    this.#date(flow, now, bytes / bytesPerS);
  }

  /** What a moving flow has still to send. */
  leftBytes(flow: number, now: number): number {
    const rate = this.#fixed[flow]! || this.#shares.level[flow]! * this.#shares.weight[flow]!;
    const sent = rate * ((now - this.#datedTick[flow]!) / this.ticksPerS);
    return Math.max(0, this.#remaining[flow]! - sent);
  }

  #date(flow: number, now: number, seconds: number): void {
    const tick = now + Math.max(1, Math.ceil(seconds * this.ticksPerS - 1 / 64));
    this.queue.set(flow, tick < Number.MAX_SAFE_INTEGER ? tick : Number.MAX_SAFE_INTEGER);
  }

  /** After all events of one tick: fair shares, and a new date for whom they changed. */
  settle(now: number, verify: boolean): void {
    const movedCount = this.#shares.solve();
    if (verify) this.#shares.verify();
    const { changed, levelBefore, level, weight } = this.#shares;
    const ticksPerS = this.ticksPerS;
    for (let i = 0; i < movedCount; i++) {
      const flow = changed[i]!;
      const elapsedS = (now - this.#datedTick[flow]!) / ticksPerS;
      const sent = levelBefore[i]! * weight[flow]! * elapsedS;
      const remaining = Math.max(0, this.#remaining[flow]! - sent);
      this.#remaining[flow] = remaining;
      this.#datedTick[flow] = now;
      this.#date(flow, now, remaining / (level[flow]! * weight[flow]!));
    }
  }
}
