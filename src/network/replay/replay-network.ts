/** What a replay asks of a fabric, and nothing twice: collectives of groups, messages of pairs. */
import { at } from "../../base/assert.ts";
import { rankId } from "../../base/ids.ts";
import type { ExecutionTrace } from "../../records/execution-trace.ts";
import type { Graph } from "../../records/graph.ts";
import { groupTimer } from "./group-collective.ts";
import type { GroupTime } from "./group-collective.ts";
import type { ReplayNetwork } from "./trace-replay.ts";

export interface FabricReplay extends Pick<ReplayNetwork, "collectiveS" | "message"> {
  /** Algorithms taken for a group and collective, each once. */
  algorithmsOf(group: number, collective: string): readonly string[];
}

export function fabricReplay(graph: Graph, { groups }: ExecutionTrace): FabricReplay {
  const timer = groupTimer(
    graph,
    groups.map(({ members }) => members),
  );
  const algorithms = new Map<string, Set<string>>();
  const pairs = new Map<number, { latencyS: number; perByteS: number }>();
  return {
    collectiveS(group, collective, bytes) {
      // Chakra counts what a rank brings to an all-gather, the engine the whole vector.
      const { length } = at(groups, group).members;
      const sizeBytes = collective === "all-gather" ? bytes * length : bytes;
      const time: GroupTime = timer(group, collective, sizeBytes);
      const key = `${group} ${collective}`;
      algorithms.set(key, (algorithms.get(key) ?? new Set()).add(time.algorithm));
      return time.durationS;
    },
    message(source, target) {
      const key = source * graph.rankCount + target;
      const pair = pairs.get(key) ?? pairTimes(graph, source, target);
      pairs.set(key, pair);
      return pair;
    },
    algorithmsOf: (group, collective) => [...(algorithms.get(`${group} ${collective}`) ?? [])],
  };
}

/** On idle links. */
function pairTimes(graph: Graph, from: number, to: number) {
  if (from === to) return { latencyS: 0, perByteS: 0 };
  const links = new Int32Array(graph.routeLengthMax);
  const [source, target] = [rankId(from), rankId(to)];
  const end = graph.route(source, target, links, 0);
  let latencyS = graph.messageOverheadS(source, target);
  let slowest = Infinity;
  for (let i = 0; i < end; i++) {
    latencyS += graph.linkLatencyS[links[i]!]!;
    slowest = Math.min(slowest, graph.linkBytesPerS[links[i]!]!);
  }
  return { latencyS, perByteS: 1 / slowest };
}
