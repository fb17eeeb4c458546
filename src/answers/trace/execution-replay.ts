/** A recorded trace on a cluster: how long the step takes, and what each part of it does. */
import { at } from "../../base/assert.ts";
import { bytes, duration, fixed, percent } from "../../base/format.ts";
import type { TraceQuestion } from "../../records/trace-question.ts";
import { sceneGraph } from "../../network/scene.ts";
import { fabricReplay } from "../../network/replay/replay-network.ts";
import { replayTrace } from "../../network/replay/trace-replay.ts";
import { executionTimes } from "./execution-times.ts";

export interface ExecutionReplayed {
  readonly id: string;
  readonly clusterId: string;
  readonly format: string;
  readonly rankCount: number;
  readonly nodeCount: number;
  readonly durationS: number;
  /** Of the rank that computes longest. */
  readonly busiestRank: number;
  readonly computeS: number;
  readonly communicationS: number;
  readonly exposedS: number;
  readonly idleS: number;
  readonly collectives: readonly ReplayedCollective[];
  readonly notes: readonly string[];
}

export interface ReplayedCollective {
  readonly group: string;
  readonly rankCount: number;
  readonly collective: string;
  readonly algorithms: readonly string[];
  readonly callCount: number;
  readonly calledBytes: number;
  readonly totalS: number;
}

export function executionReplay(question: TraceQuestion): ExecutionReplayed {
  const { id, trace, cluster, compute } = question;
  const rankCount = trace.ranks.length;
  const graph = sceneGraph(cluster, rankCount);
  const times = executionTimes(trace, cluster, compute);
  const network = fabricReplay(graph, trace);
  const { computeS } = times;
  const { durationS, ranks, collectives } = replayTrace(trace, { ...network, computeS });
  const busiestRank = ranks.reduce(
    (most, own, rank) => (own.computeS > at(ranks, most).computeS * (1 + 1e-9) ? rank : most),
    0,
  );
  const rows = collectives.map((sum): ReplayedCollective => {
    const { name, members } = at(trace.groups, sum.group);
    return {
      ...{ group: name, rankCount: members.length, collective: sum.collective },
      algorithms: network.algorithmsOf(sum.group, sum.collective),
      ...{ callCount: sum.count, calledBytes: sum.totalBytes, totalS: sum.totalS },
    };
  });
  const nodeCount = trace.ranks.reduce((total, nodes) => total + nodes.nodeCount, 0);
  return {
    ...{ id, clusterId: cluster.id, format: trace.format, rankCount, nodeCount, durationS },
    ...{ busiestRank, ...at(ranks, busiestRank), collectives: rows },
    notes: [...trace.notes, ...notesOf(times), APART],
  };
}

const APART =
  "groups of one size share links; other collectives and messages do not slow each other down";

function notesOf(counts: {
  readonly recordedCount: number;
  readonly modeledCount: number;
  readonly silentCount: number;
}): string[] {
  const { recordedCount, modeledCount, silentCount } = counts;
  return [
    `compute: ${fixed(recordedCount)} nodes as recorded, ${fixed(modeledCount)} by their work ` +
      "on this accelerator",
    ...(silentCount === 0
      ? []
      : [`${fixed(silentCount)} nodes say neither duration nor work and take no time`]),
  ];
}

/** Groups beyond so many are counted, not listed. */
const MOST_LISTED = 16;

export function replayedLines(replayed: ExecutionReplayed): string[] {
  const { rankCount, nodeCount, format, clusterId, durationS, collectives, notes } = replayed;
  const share = (seconds: number): string =>
    `${duration(seconds)} (${durationS > 0 ? percent(seconds / durationS) : "none"})`;
  const more = collectives.length - MOST_LISTED;
  return [
    `${fixed(rankCount)} ranks, ${fixed(nodeCount)} nodes of ${format} on ${clusterId}: ` +
      duration(durationS),
    `rank ${replayed.busiestRank} computes ${share(replayed.computeS)}, communicates ` +
      `${share(replayed.communicationS)}, of which exposed ${share(replayed.exposedS)}, and is ` +
      `idle ${share(replayed.idleS)}`,
    ...collectives
      .slice(0, MOST_LISTED)
      .map(
        ({ group, rankCount: members, collective, algorithms, callCount, calledBytes, totalS }) =>
          `group ${group} of ${fixed(members)} ranks: ${fixed(callCount)} × ${collective} by ` +
          `${algorithms.join(", ")}, ${bytes(calledBytes)}, ${duration(totalS)}`,
      ),
    ...(more > 0 ? [`and ${fixed(more)} more rows of groups: --json has all`] : []),
    ...notes.map((note) => `note: ${note}`),
  ];
}
