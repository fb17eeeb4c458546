/**
 * Messages that start together and share links: when does each arrive?
 *
 * A message first waits its latency, taking no capacity; then it is a flow with a max-min
 * fair rate until its bytes are through. Rates change only at arrivals and completions.
 *
 * Equal messages with equal latencies start their flows together, and then all times are
 * proportional to the size: such a batch is solved once, for 1 GiB, and scaled.
 */
import { assert } from "../../base/assert.ts";
import { FairShares } from "./fair-shares.ts";
import { FlowClock } from "./flow-clock.ts";
import type { Ways } from "./step.ts";

const REFERENCE_BYTES = 2 ** 30;

interface Flows {
  readonly messages: Int32Array;
  readonly latencyS: Float64Array;
  readonly weight: Float64Array;
  readonly entryStart: Int32Array;
  readonly entryLink: Int32Array;
  readonly capacity: Float64Array;
}

export class ContendedBatch {
  /** Message behind each flow of the batch. */
  readonly messages: Int32Array;
  /** When each flow arrived, in seconds from the start of the step. */
  readonly arrivalS: Float64Array;
  eventCount = 0;

  readonly #latencyS: Float64Array;
  readonly #isLatencyEqual: boolean;
  #secondsPerByte: Float64Array | undefined;
  /** No flow ever gets less: the least share of a link on its way. */
  readonly #bytesPerSMin: Float64Array;
  readonly #shares: FairShares;
  readonly #clock: FlowClock;
  readonly #bytes: Float64Array;
  readonly #isMoving: Uint8Array;
  /** Flows with an event at this tick. */
  readonly #due: Int32Array;

  private constructor(flows: Flows) {
    const { messages, latencyS, weight, entryStart, entryLink, capacity } = flows;
    const flowCount = messages.length;
    this.messages = messages;
    this.#latencyS = latencyS;
    this.#isLatencyEqual = latencyS.every((seconds) => seconds === latencyS[0]);
    this.#bytesPerSMin = leastShares(flows);
    this.#shares = new FairShares(entryStart, entryLink, capacity, weight);
    this.#clock = new FlowClock(this.#shares, flowCount);
    this.arrivalS = new Float64Array(flowCount);
    this.#bytes = new Float64Array(flowCount);
    this.#isMoving = new Uint8Array(flowCount);
    this.#due = new Int32Array(flowCount);
  }

  /** All messages with all their links. */
  static whole(ways: Ways): ContendedBatch {
    const messages = new Int32Array(ways.latencyS.length);
    for (let m = 0; m < messages.length; m++) messages[m] = m;
    return new ContendedBatch({ ...ways, messages, capacity: ways.capacityBytesPerS });
  }

  /** The messages that have entries to keep, on links numbered anew. */
  static of(request: Ways & { kept: Uint8Array; isContended: Uint8Array }): ContendedBatch {
    const { kept, isContended, entryStart, entryLink, capacityBytesPerS } = request;
    const messages = indicesOf(isContended);
    const linkIndex = new Int32Array(capacityBytesPerS.length).fill(-1);
    const links: number[] = [];
    const entries = new Int32Array(entryLink.length);
    let entryCount = 0;
    const starts = new Int32Array(messages.length + 1);
    for (let flow = 0; flow < messages.length; flow++) {
      const m = messages[flow]!;
      for (let e = entryStart[m]!; e < entryStart[m + 1]!; e++) {
        if (kept[e] === 0) continue;
        const link = entryLink[e]!;
        if (linkIndex[link] === -1) linkIndex[link] = links.push(link) - 1;
        entries[entryCount++] = linkIndex[link]!;
      }
      starts[flow + 1] = entryCount;
    }
    return new ContendedBatch({
      messages,
      latencyS: chosen(request.latencyS, messages),
      weight: chosen(request.weight, messages),
      entryStart: starts,
      entryLink: entries.slice(0, entryCount),
      capacity: Float64Array.from(links, (link) => capacityBytesPerS[link]!),
    });
  }

  /** Fills `arrivalS` for these sizes. With `verify` every solve proves its certificate. */
  run(messageBytes: Float64Array, verify: boolean): void {
    const bytes = messageBytes[this.messages[0]!]!;
    if (!this.#isLatencyEqual || this.messages.some((m) => messageBytes[m] !== bytes)) {
      this.runPlain(messageBytes, verify);
      return;
    }
    this.#secondsPerByte ??= this.#solveReference(verify);
    for (let flow = 0; flow < this.messages.length; flow++) {
      this.arrivalS[flow] = this.#latencyS[flow]! + bytes * this.#secondsPerByte[flow]!;
    }
  }

  /** The same by events for these very sizes, nothing reused. */
  runPlain(messageBytes: Float64Array, verify: boolean): void {
    for (let flow = 0; flow < this.messages.length; flow++) {
      this.#bytes[flow] = messageBytes[this.messages[flow]!]!;
    }
    this.#simulate(this.#latencyS, verify);
  }

  #solveReference(verify: boolean): Float64Array {
    this.#bytes.fill(REFERENCE_BYTES);
    this.#simulate(new Float64Array(this.messages.length), verify);
    return this.arrivalS.map((seconds) => seconds / REFERENCE_BYTES);
  }

  #simulate(latencyS: Float64Array, verify: boolean): void {
    this.#start(latencyS);
    this.eventCount = 0;
    const { queue } = this.#clock;
    while (queue.length > 0) {
      const now = queue.nextTick;
      this.#fire(now);
      this.#clock.settle(now, verify);
    }
    assert(this.eventCount <= 2 * this.messages.length, "a message starts and arrives once");
  }

  #start(latencyS: Float64Array): void {
    const flowCount = this.messages.length;
    let longestS = 0;
    for (let flow = 0; flow < flowCount; flow++) {
      const mostS = latencyS[flow]! + this.#bytes[flow]! / this.#bytesPerSMin[flow]!;
      if (mostS > longestS) longestS = mostS;
    }
    this.#clock.setTick(longestS, longestS);
    const { ticksPerS, queue } = this.#clock;
    for (let flow = 0; flow < flowCount; flow++) {
      this.#isMoving[flow] = 0;
      this.arrivalS[flow] = latencyS[flow]!;
      if (this.#bytes[flow] === 0) continue;
      queue.set(flow, Math.round(latencyS[flow]! * ticksPerS));
    }
  }

  /** All events of one tick; the rates are made fair once, afterwards. */
  #fire(now: number): void {
    const { queue, ticksPerS } = this.#clock;
    const count = queue.takeTick(this.#due);
    this.eventCount += count;
    for (let i = 0; i < count; i++) {
      const flow = this.#due[i]!;
      if (this.#isMoving[flow] === 1) {
        this.#shares.remove(flow);
        this.arrivalS[flow] = now / ticksPerS;
      } else {
        this.#isMoving[flow] = 1;
        this.#clock.begin(flow, now, this.#bytes[flow]!);
      }
    }
  }
}

function indicesOf(isIn: Uint8Array): Int32Array {
  const indices = new Int32Array(isIn.length);
  let count = 0;
  for (let i = 0; i < isIn.length; i++) if (isIn[i] === 1) indices[count++] = i;
  return indices.slice(0, count);
}

function chosen(values: Float64Array, indices: Int32Array): Float64Array {
  const made = new Float64Array(indices.length);
  for (let i = 0; i < made.length; i++) made[i] = values[indices[i]!]!;
  return made;
}

/** For each flow the rate that it has when all flows of its links move. */
export function leastShares(flows: Omit<Flows, "messages" | "latencyS">): Float64Array {
  const { weight, entryStart, entryLink, capacity } = flows;
  const weightOn = new Float64Array(capacity.length);
  const least = new Float64Array(weight.length).fill(Infinity);
  for (let flow = 0; flow < weight.length; flow++) {
    for (let e = entryStart[flow]!; e < entryStart[flow + 1]!; e++) {
      weightOn[entryLink[e]!]! += weight[flow]!;
    }
  }
  for (let flow = 0; flow < weight.length; flow++) {
    for (let e = entryStart[flow]!; e < entryStart[flow + 1]!; e++) {
      const link = entryLink[e]!;
      const share = (capacity[link]! * weight[flow]!) / weightOn[link]!;
      if (share < least[flow]!) least[flow] = share;
    }
  }
  return least;
}
