/**
 * Links with a queue before them and a pipe behind: a packet waits, is sent for size / rate, and is
 * at the other end a latency later, whole (store and forward). A lossy network drops what a queue
 * cannot hold. A lossless one counts at each input what is still in the box; an input above its
 * bound stops the link that feeds it, and half of the bound lets it go on, each a latency later.
 */
import type { Graph } from "../../records/graph.ts";
import type { PacketOptions } from "../../records/packet.ts";
import type { EventHeap } from "./event-heap.ts";
import type { PacketPool } from "./pool.ts";
import { Queues } from "./queues.ts";

export const PS_PER_S = 1e12;

/** Packets that came to the end of their way, or did not fit. */
export interface Receiver {
  deliver(packet: number, nowPs: number): void;
  drop(packet: number, nowPs: number): void;
}

export class Links {
  readonly #heap: EventHeap;
  readonly #pool: PacketPool;
  readonly #ways: Int32Array;
  readonly #options: PacketOptions;
  readonly #count: number;
  readonly #psPerByte: Float64Array;
  readonly #latencyPs: Float64Array;
  readonly #queues: Queues;
  readonly #pipes: Queues;
  readonly #queuedBytes: Float64Array;
  readonly #isBusy: Uint8Array;
  /** What came over a link and is still in the box at its end. */
  readonly #heldBytes: Float64Array;
  readonly #isPaused: Uint8Array;
  /** What the end of a link last asked of its sender. */
  readonly #asksPause: Uint8Array;
  #receiver: Receiver | undefined;
  dropCount = 0;
  markCount = 0;
  pauseCount = 0;
  queueMaxBytes = 0;

  constructor(
    graph: Graph,
    ways: Int32Array,
    { heap, pool, options }: { heap: EventHeap; pool: PacketPool; options: PacketOptions },
  ) {
    const count = graph.linkCount;
    this.#heap = heap;
    this.#pool = pool;
    this.#ways = ways;
    this.#options = options;
    this.#count = count;
    this.#psPerByte = graph.linkBytesPerS.map((rate) => PS_PER_S / rate);
    this.#latencyPs = graph.linkLatencyS.map((seconds) => Math.round(seconds * PS_PER_S));
    this.#queues = new Queues(pool, count);
    this.#pipes = new Queues(pool, count);
    this.#queuedBytes = new Float64Array(count);
    this.#isBusy = new Uint8Array(count);
    this.#heldBytes = new Float64Array(count);
    this.#isPaused = new Uint8Array(count);
    this.#asksPause = new Uint8Array(count);
  }

  /** Event sources that links need: end of sending, arrival, change of a pause. */
  static sourceCount(graph: Graph): number {
    return 3 * graph.linkCount;
  }

  receiveBy(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  /** Puts a packet before the link that its hop names. */
  enqueue(packet: number, nowPs: number): void {
    const link = this.#ways[this.#pool.hop[packet] as number] as number;
    const { isLossless, queueMaxBytes, markBytes } = this.#options;
    const queued = this.#queuedBytes[link] as number;
    const size = this.#sizeBytes(packet);
    if (!isLossless && queued + size > queueMaxBytes && queued > 0) {
      this.dropCount++;
      this.#release(packet, nowPs);
      this.#receiver?.drop(packet, nowPs);
      return;
    }
    if (queued > markBytes && this.#pool.isMarked[packet] === 0) {
      this.#pool.isMarked[packet] = 1;
      this.markCount++;
    }
    this.#queuedBytes[link] = queued + size;
    if (queued + size > this.queueMaxBytes) this.queueMaxBytes = queued + size;
    this.#queues.add(link, packet);
    if (this.#isBusy[link] === 0 && this.#isPaused[link] === 0) this.#send(link, nowPs);
  }

  act(source: number, nowPs: number): void {
    const count = this.#count;
    if (source < count) this.#endSending(source, nowPs);
    else if (source < 2 * count) this.#arrive(source - count, nowPs);
    else this.#changePause(source - 2 * count, nowPs);
  }

  #send(link: number, nowPs: number): void {
    this.#isBusy[link] = 1;
    const packet = this.#queues.first(link);
    this.#heap.push(link, nowPs + this.#sizeBytes(packet) * (this.#psPerByte[link] as number));
  }

  #endSending(link: number, nowPs: number): void {
    const packet = this.#queues.take(link);
    this.#isBusy[link] = 0;
    this.#queuedBytes[link] = (this.#queuedBytes[link] as number) - this.#sizeBytes(packet);
    this.#release(packet, nowPs);
    const readyPs = nowPs + (this.#latencyPs[link] as number);
    this.#pool.readyPs[packet] = readyPs;
    if (this.#pipes.first(link) === -1) this.#heap.push(this.#count + link, readyPs);
    this.#pipes.add(link, packet);
    if (this.#queues.first(link) !== -1 && this.#isPaused[link] === 0) this.#send(link, nowPs);
  }

  #arrive(link: number, nowPs: number): void {
    const packet = this.#pipes.take(link);
    const behind = this.#pipes.first(link);
    if (behind !== -1) this.#heap.push(this.#count + link, this.#pool.readyPs[behind] as number);
    const hop = (this.#pool.hop[packet] as number) + 1;
    this.#pool.hop[packet] = hop;
    if (hop === this.#pool.hopEnd[packet]) {
      this.#receiver?.deliver(packet, nowPs);
      return;
    }
    this.#pool.ingress[packet] = link;
    if (this.#options.isLossless) {
      const held = (this.#heldBytes[link] as number) + this.#sizeBytes(packet);
      this.#heldBytes[link] = held;
      if (held > this.#options.pauseBytes) this.#ask(link, 1, nowPs);
    }
    this.enqueue(packet, nowPs);
  }

  /** A packet leaves the box that it waited in. */
  #release(packet: number, nowPs: number): void {
    const ingress = this.#pool.ingress[packet] as number;
    this.#pool.ingress[packet] = -1;
    if (ingress === -1 || !this.#options.isLossless) return;
    const held = (this.#heldBytes[ingress] as number) - this.#sizeBytes(packet);
    this.#heldBytes[ingress] = held;
    if (held <= this.#options.pauseBytes / 2) this.#ask(ingress, 0, nowPs);
  }

  #ask(link: number, pause: number, nowPs: number): void {
    if (this.#asksPause[link] === pause) return;
    this.#asksPause[link] = pause;
    const source = 2 * this.#count + link;
    if (!this.#heap.isPending(source)) {
      this.#heap.push(source, nowPs + (this.#latencyPs[link] as number));
    }
  }

  #changePause(link: number, nowPs: number): void {
    const pause = this.#asksPause[link] as number;
    if (pause === this.#isPaused[link]) return;
    this.#isPaused[link] = pause;
    this.pauseCount += pause;
    const waits = this.#queues.first(link) !== -1 && this.#isBusy[link] === 0;
    if (pause === 0 && waits) this.#send(link, nowPs);
  }

  #sizeBytes(packet: number): number {
    return (this.#pool.bytes[packet] as number) + this.#options.headerBytes;
  }
}
