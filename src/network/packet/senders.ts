/**
 * Both ends of messages. A sender keeps a window of unacknowledged bytes in the network (and, with
 * DCQCN, a rate); acknowledgements come back after the latencies of the way and take no bandwidth.
 * Dropped packets are reported like that too, and sent again (as with trimming).
 */
import { assert, at } from "../../base/assert.ts";
import { rankId } from "../../base/ids.ts";
import type { Graph } from "../../records/graph.ts";
import type { PacketOptions } from "../../records/packet.ts";
import type { Messages } from "../../records/traffic.ts";
import { Rates } from "./dcqcn.ts";
import type { EventHeap } from "./event-heap.ts";
import type { Links, Receiver } from "./links.ts";
import { PS_PER_S } from "./links.ts";
import type { PacketPool } from "./pool.ts";
import { Queues } from "./queues.ts";
import type { PacketWays } from "./ways.ts";

export interface SenderParts {
  readonly graph: Graph;
  readonly messages: Messages;
  readonly ways: PacketWays;
  readonly links: Links;
  readonly heap: EventHeap;
  readonly pool: PacketPool;
  readonly options: PacketOptions;
  /** Sources of the heap from here on: acknowledgements, then starts and paces. */
  readonly firstSourceIndex: number;
}

export class Senders implements Receiver {
  readonly #parts: SenderParts;
  readonly #count: number;
  readonly #unsentBytes: Float64Array;
  readonly #inFlightBytes: Float64Array;
  readonly #undeliveredBytes: Float64Array;
  readonly #windowBytes: Float64Array;
  readonly #backPs: Float64Array;
  readonly #lastAckPs: Float64Array;
  readonly #nextWay: Int32Array;
  readonly #paceP: Float64Array;
  readonly #acks: Queues;
  readonly #rates: Rates;
  readonly finishPs: Float64Array;
  readonly beginPs: Float64Array;
  packetCount = 0;
  /** Called once, when all bytes of a message are there. */
  #done: (message: number, nowPs: number) => void = () => undefined;

  constructor(parts: SenderParts) {
    const { graph, messages, ways, pool, options } = parts;
    const count = messages.source.length;
    this.#parts = parts;
    this.#count = count;
    this.#unsentBytes = messages.sizeBytes.slice();
    this.#undeliveredBytes = messages.sizeBytes.slice();
    this.#inFlightBytes = new Float64Array(count);
    this.#windowBytes = new Float64Array(count);
    this.#backPs = new Float64Array(count);
    this.#lastAckPs = new Float64Array(count);
    this.#nextWay = new Int32Array(count);
    this.#paceP = new Float64Array(count);
    this.#acks = new Queues(pool, count);
    this.finishPs = new Float64Array(count).fill(-1);
    this.beginPs = new Float64Array(count);
    const line = new Float64Array(count).fill(1);
    for (let m = 0; m < count; m++) {
      const way = at(ways.firstWay, m);
      if (way === at(ways.firstWay, m + 1)) continue;
      const alone = aloneOf(graph, ways, way, options);
      this.#backPs[m] = alone.latencyPs;
      this.#windowBytes[m] = Math.max(
        2 * options.payloadMaxBytes,
        options.windowFactor * alone.bytesPerPs * alone.roundPs,
      );
      line[m] = alone.bytesPerPs;
    }
    this.#rates = new Rates(line);
  }

  onDone(done: (message: number, nowPs: number) => void): void {
    this.#done = done;
  }

  /** From this instant on, and after the endpoint's own time, the message may send. */
  release(message: number, nowPs: number): void {
    const { heap, firstSourceIndex, graph, messages } = this.#parts;
    const [from, to] = [at(messages.source, message), at(messages.target, message)];
    const overheadS = from === -1 ? 0 : graph.messageOverheadS(rankId(from), rankId(to));
    heap.push(firstSourceIndex + this.#count + message, nowPs + Math.round(overheadS * PS_PER_S));
  }

  act(source: number, nowPs: number): void {
    if (source < this.#count) this.#acknowledge(source, nowPs);
    else this.#go(source - this.#count, nowPs);
  }

  deliver(packet: number, nowPs: number): void {
    const { pool } = this.#parts;
    const message = pool.message[packet] as number;
    const left = (this.#undeliveredBytes[message] as number) - (pool.bytes[packet] as number);
    this.#undeliveredBytes[message] = left;
    pool.isLost[packet] = 0;
    this.#answer(packet, message, nowPs);
    if (left === 0) this.#finish(message, nowPs);
  }

  drop(packet: number, nowPs: number): void {
    const { pool } = this.#parts;
    pool.isLost[packet] = 1;
    this.#answer(packet, pool.message[packet] as number, nowPs);
  }

  #answer(packet: number, message: number, nowPs: number): void {
    const { pool, heap, firstSourceIndex } = this.#parts;
    const backPs = nowPs + (this.#backPs[message] as number);
    // Answers of one message keep their order.
    const readyPs = Math.max(backPs, this.#lastAckPs[message] as number);
    this.#lastAckPs[message] = readyPs;
    pool.readyPs[packet] = readyPs;
    if (this.#acks.first(message) === -1) heap.push(firstSourceIndex + message, readyPs);
    this.#acks.add(message, packet);
  }

  #acknowledge(message: number, nowPs: number): void {
    const { pool, heap, firstSourceIndex, options } = this.#parts;
    const packet = this.#acks.take(message);
    const behind = this.#acks.first(message);
    if (behind !== -1) heap.push(firstSourceIndex + message, pool.readyPs[behind] as number);
    const bytes = pool.bytes[packet] as number;
    this.#inFlightBytes[message] = (this.#inFlightBytes[message] as number) - bytes;
    if (pool.isLost[packet] === 1) {
      this.#unsentBytes[message] = (this.#unsentBytes[message] as number) + bytes;
    }
    if (options.control === "dcqcn") {
      this.#rates.hear(message, pool.isMarked[packet] === 1, nowPs);
    }
    pool.give(packet);
    this.#send(message, nowPs);
  }

  #go(message: number, nowPs: number): void {
    const { messages, ways } = this.#parts;
    const hasWay = at(ways.firstWay, message) < at(ways.firstWay, message + 1);
    if (this.#paceP[message] === 0) this.beginPs[message] = nowPs;
    if (!hasWay || messages.sizeBytes[message] === 0) {
      const latencyPs = hasWay ? (this.#backPs[message] as number) : 0;
      this.#finish(message, nowPs + latencyPs);
    } else this.#send(message, nowPs);
  }

  #send(message: number, nowPs: number): void {
    const { options, heap, firstSourceIndex } = this.#parts;
    const isPaced = options.control === "dcqcn";
    for (;;) {
      const unsent = this.#unsentBytes[message] as number;
      if (unsent === 0) return;
      const bytes = Math.min(unsent, options.payloadMaxBytes);
      const inFlight = (this.#inFlightBytes[message] as number) + bytes;
      if (inFlight > (this.#windowBytes[message] as number)) return;
      if (isPaced) {
        const pacePs = this.#paceP[message] as number;
        const source = firstSourceIndex + this.#count + message;
        if (nowPs < pacePs) {
          if (!heap.isPending(source)) heap.push(source, pacePs);
          return;
        }
        const wire = bytes + options.headerBytes;
        this.#paceP[message] = nowPs + this.#rates.sendPs(message, wire);
      }
      this.#inFlightBytes[message] = inFlight;
      this.#unsentBytes[message] = unsent - bytes;
      this.#emit(message, bytes, nowPs);
    }
  }

  #emit(message: number, bytes: number, nowPs: number): void {
    const { pool, ways, links } = this.#parts;
    const first = ways.firstWay[message] as number;
    const count = (ways.firstWay[message + 1] as number) - first;
    const turn = this.#nextWay[message] as number;
    this.#nextWay[message] = turn + 1 === count ? 0 : turn + 1;
    const way = first + turn;
    const packet = pool.take();
    pool.message[packet] = message;
    pool.bytes[packet] = bytes;
    pool.hop[packet] = ways.wayStart[way] as number;
    pool.hopEnd[packet] = ways.wayStart[way + 1] as number;
    pool.ingress[packet] = -1;
    pool.isMarked[packet] = 0;
    this.packetCount++;
    links.enqueue(packet, nowPs);
  }

  #finish(message: number, nowPs: number): void {
    assert(this.finishPs[message] === -1, "a message ends once");
    this.finishPs[message] = nowPs;
    this.#done(message, nowPs);
  }
}

/** One way with nobody on it: latencies, the slowest rate, and a packet's round trip. */
function aloneOf(graph: Graph, ways: PacketWays, way: number, options: PacketOptions) {
  const packetBytes = options.payloadMaxBytes + options.headerBytes;
  let [latencyPs, bytesPerPs, sendPs] = [0, Infinity, 0];
  for (let i = at(ways.wayStart, way); i < at(ways.wayStart, way + 1); i++) {
    const link = at(ways.links, i);
    const rate = at(graph.linkBytesPerS, link) / PS_PER_S;
    latencyPs += Math.round(at(graph.linkLatencyS, link) * PS_PER_S);
    bytesPerPs = Math.min(bytesPerPs, rate);
    sendPs += packetBytes / rate;
  }
  return { latencyPs, bytesPerPs, roundPs: 2 * latencyPs + sendPs };
}
