/**
 * Maximum flow by Dinic's method: shortest augmenting paths, level by level.
 * Source: Dinitz 1970, "Algorithm for solution of a problem of maximum flow in networks with
 * power estimation", Soviet Math. Doklady 11.
 */
import { at } from "../../base/assert.ts";

/** Capacities below this share of the largest are noise of sums. */
const NOISE = 1e-12;

export class MaxFlow {
  readonly #arcs: number[][];
  readonly #to: number[] = [];
  readonly #left: number[] = [];
  #level: Int32Array;
  #next: Int32Array;
  #least = 0;

  constructor(vertexCount: number) {
    this.#arcs = Array.from({ length: vertexCount }, () => []);
    this.#level = new Int32Array(vertexCount);
    this.#next = new Int32Array(vertexCount);
  }

  /** An arc one way; what flows along it may be taken back. */
  add(from: number, to: number, capacity: number): void {
    at(this.#arcs, from).push(this.#to.length);
    this.#to.push(to);
    this.#left.push(capacity);
    at(this.#arcs, to).push(this.#to.length);
    this.#to.push(from);
    this.#left.push(0);
    if (Number.isFinite(capacity)) this.#least = Math.max(this.#least, capacity * NOISE);
  }

  run(source: number, target: number): number {
    let sum = 0;
    while (this.#layer(source, target)) {
      this.#next.fill(0);
      for (let sent = this.#send(source, target); sent > 0; sent = this.#send(source, target)) {
        sum += sent;
      }
    }
    return sum;
  }

  #layer(source: number, target: number): boolean {
    this.#level.fill(-1);
    this.#level[source] = 0;
    const queue = [source];
    for (const here of queue) {
      for (const arc of at(this.#arcs, here)) {
        const to = this.#to[arc]!;
        if (this.#left[arc]! <= this.#least || this.#level[to] !== -1) continue;
        this.#level[to] = this.#level[here]! + 1;
        queue.push(to);
      }
    }
    return this.#level[target] !== -1;
  }

  /** One augmenting path, without recursion: ways can be long. */
  #send(source: number, target: number): number {
    const path: number[] = [];
    let here = source;
    while (here !== target) {
      const arcs = at(this.#arcs, here);
      let arc = -1;
      for (; this.#next[here]! < arcs.length; this.#next[here]!++) {
        const candidate = arcs[this.#next[here]!]!;
        const isNext = this.#level[this.#to[candidate]!] === this.#level[here]! + 1;
        if (isNext && this.#left[candidate]! > this.#least) {
          arc = candidate;
          break;
        }
      }
      if (arc >= 0) {
        path.push(arc);
        here = this.#to[arc]!;
        continue;
      }
      const back = path.pop();
      if (back === undefined) return 0;
      here = this.#to[back ^ 1]!;
      this.#next[here]!++;
    }
    const sent = Math.min(...path.map((arc) => this.#left[arc]!));
    for (const arc of path) {
      this.#left[arc]! -= sent;
      this.#left[arc ^ 1]! += sent;
    }
    return sent;
  }
}
