/** Traffic on a graph: messages, jobs among them, and links that fail in mid-run. */
import { assert, at } from "../base/assert.ts";
import { linkId } from "../base/ids.ts";
import type { Graph } from "../records/graph.ts";
import type { OnProgress, Sharing } from "../records/schedule.ts";
import type { Failure, LinkLoad, Messages, MessagesEnd } from "../records/traffic.ts";
import type { Epoch } from "./engine/message-ways.ts";
import { runMessages } from "./engine/messages.ts";
import type { PacketCounts, PacketOptions } from "../records/packet.ts";
import { runPackets } from "./packet/run.ts";
import { withoutPlanes } from "./planes.ts";
import { failedGraph } from "./routing/failures.ts";
import { slowedGraph } from "./slowed.ts";

/** The graph before and after each failure; all that failed stays so. */
export function epochsOf(graph: Graph, failures: readonly Failure[]): Epoch[] {
  const dates = [...new Set(failures.map(({ startS }) => startS))].sort((a, b) => a - b);
  const epochs: Epoch[] = [{ startS: 0, graph }];
  for (const startS of dates) {
    const happened = failures.filter((one) => one.startS <= startS);
    const slow = happened.flatMap(({ name, rateShare }) =>
      rateShare === undefined ? [] : [{ name, rateShare }],
    );
    const down = happened.filter(({ rateShare }) => rateShare === undefined);
    const slowed = slowedGraph(graph, slow);
    const planes = withoutPlanes(
      slowed,
      down.map(({ name }) => name),
    );
    const failed = failedGraph(planes.graph, planes.failed);
    if (startS === 0) epochs[0] = { startS: 0, graph: failed };
    else epochs.push({ startS, graph: failed });
  }
  return epochs;
}

/** Several lists as one; they keep their order and wait only for their own. */
export function joinedMessages(lists: readonly Messages[]): Messages {
  const count = lists.reduce((sum, { source }) => sum + source.length, 0);
  const waitCount = lists.reduce((sum, { after }) => sum + after.length, 0);
  const joined = {
    source: new Int32Array(count),
    target: new Int32Array(count),
    sizeBytes: new Float64Array(count),
    startS: new Float64Array(count),
    afterStart: new Int32Array(count + 1),
    after: new Int32Array(waitCount),
    behind: new Int32Array(count).fill(-1),
  };
  let first = 0;
  let firstWait = 0;
  for (const list of lists) {
    const { source, target, sizeBytes, startS, afterStart, after, behind } = list;
    joined.source.set(source, first);
    joined.target.set(target, first);
    joined.sizeBytes.set(sizeBytes, first);
    joined.startS.set(startS, first);
    for (let m = 0; m < source.length; m++) {
      joined.afterStart[first + m + 1] = firstWait + afterStart[m + 1]!;
      const before = behind?.[m] ?? -1;
      if (before !== -1) joined.behind[first + m] = first + before;
    }
    for (let i = 0; i < after.length; i++) joined.after[firstWait + i] = first + after[i]!;
    first += source.length;
    firstWait += after.length;
  }
  return joined;
}

export interface TrafficRun {
  readonly end: MessagesEnd;
  readonly durationS: number;
  readonly lowerBoundS: number;
  readonly links: readonly LinkLoad[];
  readonly packets?: PacketCounts;
}

export function runTraffic(
  graph: Graph,
  messages: Messages,
  options: {
    readonly share: Sharing;
    readonly failures?: readonly Failure[];
    /** Packet by packet, instead of flow by flow. */
    readonly packet?: PacketOptions;
    readonly onProgress?: OnProgress;
  },
): TrafficRun {
  const epochs = epochsOf(graph, options.failures ?? []);
  const packets =
    options.packet === undefined ? undefined : runPackets(graph, messages, options.packet);
  const end = packets ?? runMessages(messages, epochs, options);
  const durationS = end.finishS.reduce((last, seconds) => Math.max(last, seconds), 0);
  const links = loadsOf(graph, end.linkBytes, durationS);
  const busiestS = links.reduce(
    (most, { carriedBytes, linkBytesPerS }) => Math.max(most, carriedBytes / linkBytesPerS),
    0,
  );
  const lowerBoundS = Math.max(busiestS, epochs.length === 1 ? end.chainS : 0);
  assert(durationS >= lowerBoundS * (1 - 1e-9), "no run beats its busiest link or longest chain");
  const counts = packets === undefined ? {} : { packets: packets.counts };
  return { end, durationS, lowerBoundS, links, ...counts };
}

function loadsOf(graph: Graph, linkBytes: Float64Array, durationS: number): LinkLoad[] {
  const loads: LinkLoad[] = [];
  linkBytes.forEach((carriedBytes, link) => {
    if (carriedBytes === 0) return;
    const linkBytesPerS = at(graph.linkBytesPerS, link);
    loads.push({
      id: graph.linkName(linkId(link)),
      tier: at(graph.linkTiers, at(graph.linkTier, link)).name,
      carriedBytes,
      linkBytesPerS,
      utilization: Math.min(1, carriedBytes / (linkBytesPerS * durationS)),
    });
  });
  return loads.sort((a, b) => b.utilization - a.utilization);
}
