/**
 * A trace on a fabric, by events. A rank computes one node at a time on its accelerator, and one
 * on its host; of those that could start the lowest number is first. A collective begins when all
 * members have reached it and takes what the engine says of it. A rank's messages leave one after
 * the other; one is received when it has arrived and the receive is reached.
 *
 *     arrival = departure + latency + bytes / slowest link of the way
 *
 * Collectives of other families and messages do not slow each other down here.
 */
import { assert, at } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import type { ExecutionTrace } from "../../records/execution-trace.ts";
import { NODE, ON_HOST, TRACE_COLLECTIVES } from "../../records/execution-trace.ts";
import type { Collective } from "../../records/schedule.ts";
import { OpHeap } from "../compat/op-heap.ts";
import type { JoinedNodes } from "./joined-nodes.ts";
import { joinedNodes } from "./joined-nodes.ts";
import { RankClocks } from "./rank-clocks.ts";
import type { RankTimes } from "./rank-clocks.ts";

export interface ReplayNetwork {
  collectiveS(group: number, collective: Collective, bytes: number): number;
  message(source: number, target: number): { readonly latencyS: number; readonly perByteS: number };
  /** Of a compute or memory node. */
  computeS(rank: number, place: number): number;
}

export interface TraceReplayed {
  readonly durationS: number;
  readonly ranks: readonly RankTimes[];
  readonly collectives: readonly CollectiveSum[];
}

/** All collectives of one kind and group. */
export interface CollectiveSum {
  readonly group: number;
  readonly collective: Collective;
  readonly count: number;
  readonly totalBytes: number;
  readonly totalS: number;
}

export function replayTrace(trace: ExecutionTrace, network: ReplayNetwork): TraceReplayed {
  return new Replay(trace, network).run();
}

interface Meeting {
  readonly group: number;
  readonly collective: Collective;
  readonly bytes: number;
  readonly nodes: Int32Array;
  reached: number;
}

class Replay {
  readonly #trace: ExecutionTrace;
  readonly #network: ReplayNetwork;
  readonly #joined: JoinedNodes;
  readonly #heap: OpHeap;
  readonly #clocks: RankClocks;
  /** Of a collective's nodes. */
  readonly #meetings = new Map<number, Meeting>();
  /** The other end of a message. */
  readonly #partner: Int32Array;
  /** Of a receive: when its message arrives, once known; and when it was reached. */
  readonly #arrivalS: Float64Array;
  readonly #reachedS: Float64Array;
  /** Two a rank: accelerator and host. */
  readonly #isBusy: Uint8Array;
  readonly #waiting: number[][];
  readonly #portFreeS: Float64Array;
  readonly #sums = new Map<string, { -readonly [K in keyof CollectiveSum]: CollectiveSum[K] }>();
  #doneCount = 0;

  constructor(trace: ExecutionTrace, network: ReplayNetwork) {
    const rankCount = trace.ranks.length;
    this.#trace = trace;
    this.#network = network;
    this.#joined = joinedNodes(trace);
    const { nodeCount } = this.#joined;
    this.#heap = new OpHeap(nodeCount);
    this.#clocks = new RankClocks(rankCount);
    this.#partner = new Int32Array(nodeCount).fill(-1);
    this.#arrivalS = new Float64Array(nodeCount).fill(Number.NaN);
    this.#reachedS = new Float64Array(nodeCount).fill(Number.NaN);
    this.#isBusy = new Uint8Array(2 * rankCount);
    this.#waiting = Array.from(this.#isBusy, () => []);
    this.#portFreeS = new Float64Array(rankCount);
    this.#meet();
  }

  #meet(): void {
    const { firstNode } = this.#joined;
    this.#trace.groups.forEach(({ members, places }, group) => {
      const [lead = 0] = members;
      const { partners, bytes } = at(this.#trace.ranks, lead);
      at(places, 0).forEach((place, k) => {
        const nodes = Int32Array.from(members, (rank, m) => at(firstNode, rank) + places[m]![k]!);
        const collective = at(TRACE_COLLECTIVES, at(partners, place));
        const meeting = { group, collective, bytes: at(bytes, place), nodes, reached: 0 };
        for (const node of nodes) this.#meetings.set(node, meeting);
      });
    });
    for (const { source, target, sends, receives } of this.#trace.messages) {
      sends.forEach((send, k) => {
        const from = at(firstNode, source) + send;
        const to = at(firstNode, target) + at(receives, k);
        this.#partner[from] = to;
        this.#partner[to] = from;
      });
    }
  }

  run(): TraceReplayed {
    const { nodeCount, open } = this.#joined;
    for (let node = 0; node < nodeCount; node++) if (open[node] === 0) this.#reach(node, 0);
    let nowS = 0;
    while (this.#heap.count > 0) {
      const node = this.#heap.pop();
      nowS = this.#heap.times[node]!;
      this.#finish(node, nowS);
    }
    if (this.#doneCount < nodeCount) throw this.#deadlock();
    return {
      durationS: nowS,
      ranks: this.#clocks.times(nowS),
      collectives: [...this.#sums.values()],
    };
  }

  #placeOf(node: number): { readonly rank: number; readonly place: number } {
    const rank = this.#joined.rankOf[node]!;
    return { rank, place: node - this.#joined.firstNode[rank]! };
  }

  #kindOf(node: number): number {
    const { rank, place } = this.#placeOf(node);
    return this.#trace.ranks[rank]!.kinds[place]!;
  }

  #until(node: number, timeS: number): void {
    this.#heap.times[node] = timeS;
    this.#heap.numbers[node] = node;
    this.#heap.push(node);
  }

  /** All that it waits for is done. */
  #reach(node: number, nowS: number): void {
    const { rank, place } = this.#placeOf(node);
    const kind = this.#trace.ranks[rank]!.kinds[place]!;
    if (kind === NODE.other) this.#until(node, nowS);
    else if (kind < NODE.send) this.#queue(node, nowS);
    else {
      this.#clocks.communicate(rank, 1, nowS);
      if (kind === NODE.send) this.#send(node, nowS);
      else if (kind === NODE.receive) this.#receive(node, nowS);
      else this.#join(node, nowS);
    }
  }

  #unitOf(node: number): number {
    const { rank, place } = this.#placeOf(node);
    const { kinds, partners } = this.#trace.ranks[rank]!;
    return 2 * rank + (kinds[place] === NODE.compute && partners[place] === ON_HOST ? 1 : 0);
  }

  #queue(node: number, nowS: number): void {
    const unit = this.#unitOf(node);
    if (this.#isBusy[unit] === 1) enter(this.#waiting[unit]!, node);
    else this.#compute(unit, node, nowS);
  }

  #compute(unit: number, node: number, nowS: number): void {
    const { rank, place } = this.#placeOf(node);
    this.#isBusy[unit] = 1;
    if (unit % 2 === 0) this.#clocks.compute(rank, 1, nowS);
    this.#until(node, nowS + this.#network.computeS(rank, place));
  }

  #send(node: number, nowS: number): void {
    const { rank, place } = this.#placeOf(node);
    const { bytes, partners } = this.#trace.ranks[rank]!;
    const { latencyS, perByteS } = this.#network.message(rank, partners[place]!);
    const freeS = Math.max(nowS, this.#portFreeS[rank]!) + bytes[place]! * perByteS;
    this.#portFreeS[rank] = freeS;
    this.#until(node, freeS);
    const receive = this.#partner[node]!;
    this.#arrivalS[receive] = freeS + latencyS;
    const reachedS = this.#reachedS[receive]!;
    if (!Number.isNaN(reachedS)) this.#until(receive, Math.max(reachedS, freeS + latencyS));
  }

  #receive(node: number, nowS: number): void {
    this.#reachedS[node] = nowS;
    const arrivalS = this.#arrivalS[node]!;
    if (!Number.isNaN(arrivalS)) this.#until(node, Math.max(nowS, arrivalS));
  }

  #join(node: number, nowS: number): void {
    const meeting = this.#meetings.get(node);
    assert(meeting !== undefined, "every collective has a group");
    const { group, collective, bytes, nodes } = meeting;
    if (++meeting.reached < nodes.length) return;
    const durationS = this.#network.collectiveS(group, collective, bytes);
    const key = `${group} ${collective}`;
    const sum = this.#sums.get(key) ?? { group, collective, count: 0, totalBytes: 0, totalS: 0 };
    sum.count++;
    sum.totalBytes += bytes;
    sum.totalS += durationS;
    this.#sums.set(key, sum);
    for (const one of nodes) this.#until(one, nowS + durationS);
  }

  #finish(node: number, nowS: number): void {
    const { open, dependents, dependentStart, rankOf } = this.#joined;
    const rank = rankOf[node]!;
    const kind = this.#kindOf(node);
    this.#doneCount++;
    if (kind >= NODE.send) this.#clocks.communicate(rank, -1, nowS);
    for (let d = dependentStart[node]!; d < dependentStart[node + 1]!; d++) {
      const other = dependents[d]!;
      if (--open[other]! === 0) this.#reach(other, nowS);
    }
    if (kind !== NODE.compute && kind !== NODE.memory) return;
    const unit = this.#unitOf(node);
    if (unit % 2 === 0) this.#clocks.compute(rank, -1, nowS);
    this.#isBusy[unit] = 0;
    const next = leave(this.#waiting[unit]!);
    if (next !== undefined) this.#compute(unit, next, nowS);
  }

  #deadlock(): Refusal {
    const { nodeCount, open } = this.#joined;
    const left = nodeCount - this.#doneCount;
    const stuck: string[] = [];
    // Those that wait for partners, not for nodes, say most.
    for (let node = 0; node < nodeCount && stuck.length < 3; node++) {
      if (open[node]! !== 0 || this.#heap.times[node]! > 0) continue;
      const { rank, place } = this.#placeOf(node);
      const { kinds, ids } = this.#trace.ranks[rank]!;
      if (kinds[place]! >= NODE.receive) stuck.push(`node ${ids[place]} of rank ${rank}`);
    }
    return new Refusal({
      code: "deadlock",
      pointer: "",
      found: [`${left} nodes that never start`, ...stuck].join(", "),
      expected: "an order in which every node can start",
      nextStep: "break the circle of waiting, or take files of one run",
    });
  }
}

/** A heap of numbers, the lowest first. */
function enter(heap: number[], node: number): void {
  let place = heap.push(node) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (heap[parent]! <= node) break;
    heap[place] = heap[parent]!;
    place = parent;
  }
  heap[place] = node;
}

function leave(heap: number[]): number | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let place = 0;
  for (let child = 1; child < heap.length; child = 2 * place + 1) {
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= last) break;
    heap[place] = heap[child]!;
    place = child;
  }
  heap[place] = last;
  return first;
}
