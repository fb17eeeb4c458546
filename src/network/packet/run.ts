/**
 * Messages on a graph, packet by packet: the spot check of the flow engine. Same messages, same
 * dependencies, same record of the end.
 */
import { assert, at } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import type { Graph } from "../../records/graph.ts";
import type { PacketCounts, PacketOptions } from "../../records/packet.ts";
import type { Messages, MessagesEnd } from "../../records/traffic.ts";
import { EventHeap } from "./event-heap.ts";
import { Links, PS_PER_S } from "./links.ts";
import { PacketPool } from "./pool.ts";
import { Senders } from "./senders.ts";
import type { PacketWays } from "./ways.ts";
import { packetWays } from "./ways.ts";

export interface PacketsEnd extends MessagesEnd {
  readonly counts: PacketCounts;
}

export function runPackets(graph: Graph, messages: Messages, options: PacketOptions): PacketsEnd {
  const ways = packetWays(graph, messages, options);
  const count = messages.source.length;
  const firstSourceIndex = Links.sourceCount(graph);
  const heap = new EventHeap(firstSourceIndex + 2 * count);
  const pool = new PacketPool();
  const links = new Links(graph, ways.links, { heap, pool, options });
  const parts = { graph, messages, ways, links, heap, pool, options, firstSourceIndex };
  const senders = new Senders(parts);
  links.receiveBy(senders);
  const waits = new Waits(messages, (message, nowPs) => senders.release(message, nowPs));
  senders.onDone((message, nowPs) => waits.done(message, nowPs));
  waits.begin();
  let eventCount = 0;
  while (heap.count > 0) {
    const nowPs = heap.firstTime;
    const source = heap.pop();
    eventCount++;
    if (source < firstSourceIndex) links.act(source, nowPs);
    else senders.act(source - firstSourceIndex, nowPs);
  }
  refuseStuck(senders.finishPs, options);
  return endOf(graph, messages, ways, {
    senders,
    counts: {
      ...{ eventCount, packetCount: senders.packetCount, dropCount: links.dropCount },
      ...{ markCount: links.markCount, pauseCount: links.pauseCount },
      queueMaxBytes: links.queueMaxBytes,
    },
  });
}

/** Which messages still wait for others, and from when on they may go. */
class Waits {
  readonly #release: (message: number, nowPs: number) => void;
  readonly #left: Int32Array;
  readonly #startPs: Float64Array;
  readonly #next: number[][];

  constructor(messages: Messages, release: (message: number, nowPs: number) => void) {
    const { source, startS, afterStart, after, behind } = messages;
    this.#release = release;
    this.#left = new Int32Array(source.length);
    this.#startPs = startS.map((seconds) => Math.round(seconds * PS_PER_S));
    this.#next = Array.from(source, () => []);
    const wait = (message: number, other: number): void => {
      this.#left[message] = at(this.#left, message) + 1;
      at(this.#next, other).push(message);
    };
    for (let m = 0; m < source.length; m++) {
      for (let i = at(afterStart, m); i < at(afterStart, m + 1); i++) wait(m, at(after, i));
      const before = behind?.[m] ?? -1;
      if (before !== -1) wait(m, before);
    }
  }

  begin(): void {
    for (const [message, left] of this.#left.entries()) {
      if (left === 0) this.#release(message, at(this.#startPs, message));
    }
  }

  done(message: number, nowPs: number): void {
    for (const other of at(this.#next, message)) {
      const left = at(this.#left, other) - 1;
      this.#left[other] = left;
      if (left === 0) this.#release(other, Math.max(nowPs, at(this.#startPs, other)));
    }
  }
}

function endOf(
  graph: Graph,
  messages: Messages,
  ways: PacketWays,
  { senders, counts }: { readonly senders: Senders; readonly counts: PacketCounts },
): PacketsEnd {
  const linkBytes = new Float64Array(graph.linkCount);
  for (let m = 0; m < messages.source.length; m++) {
    const [first, end] = [at(ways.firstWay, m), at(ways.firstWay, m + 1)];
    // Ways take turns; parts of a packet more or less on one of them do not matter here.
    const each = at(messages.sizeBytes, m) / Math.max(1, end - first);
    for (let i = at(ways.wayStart, first); i < at(ways.wayStart, end); i++) {
      const link = at(ways.links, i);
      linkBytes[link] = at(linkBytes, link) + each;
    }
  }
  return {
    beginS: senders.beginPs.map((ps) => ps / PS_PER_S),
    finishS: senders.finishPs.map((ps) => ps / PS_PER_S),
    ...{ linkBytes, chainS: 0, eventCount: counts.eventCount, detourCount: 0, counts },
  };
}

/** With lossless links that pause each other in a circle nothing moves any more. */
function refuseStuck(finishPs: Float64Array, { isLossless }: PacketOptions): void {
  const stuck = finishPs.indexOf(-1);
  if (stuck === -1) return;
  assert(isLossless, "a lossy network never stands still");
  throw new Refusal({
    code: "deadlock",
    pointer: "",
    found: `message ${stuck}, which never arrives: inputs stop each other in a circle`,
    expected: "a way of packets without such a circle",
    nextStep: "take --lossy, another routing, or larger inputs",
  });
}
