/** Rings of many groups at once: every rank passes its chunk to the next one of its group. */
import { rankId } from "../base/ids.ts";
import type { Graph } from "../records/graph.ts";
import type { Axis } from "./collectives/stage.ts";
import { makeStages, sizedProgram, unitProgram } from "./collectives/stage.ts";
import { ringStage } from "./collectives/ring.ts";
import { runProgram } from "./engine/run.ts";

export interface GroupRing {
  readonly durationS: number;
  /** The same steps where each message has its slowest link to itself. */
  readonly unsharedS: number;
  /** The link that binds, or what else does. */
  readonly limit: string;
}

/** A reduce-scatter of so many bytes along an axis of the ranks, by all its groups at once. */
export function groupRing(graph: Graph, axis: Axis, sizeBytes: number): GroupRing {
  const { rankCount } = graph;
  const stages = makeStages(rankCount, [{ axis, make: ringStage(axis) }]);
  const unit = unitProgram({
    collective: "reduce-scatter",
    algorithm: "ring",
    rankCount,
    stages,
  });
  const program = sizedProgram(unit, sizeBytes);
  const timeline = runProgram(program, graph);
  let unsharedS = graph.collectiveStartS;
  for (const { repeat, source, target, messageBytes } of program.steps) {
    let longestS = 0;
    for (let i = 0; i < source.length; i++) {
      longestS = Math.max(longestS, aloneS(graph, source[i]!, target[i]!, messageBytes[i]!));
    }
    unsharedS += repeat * longestS;
  }
  const { limit } = timeline;
  return { durationS: timeline.durationS, unsharedS, limit: limit.id };
}

/** A message on an idle network: its latencies and its slowest link. */
function aloneS(graph: Graph, from: number, to: number, sizeBytes: number): number {
  const links = new Int32Array(graph.routeLengthMax);
  const [source, target] = [rankId(from), rankId(to)];
  const end = graph.route(source, target, links, 0);
  let latencyS = graph.messageOverheadS(source, target);
  let slowest = Infinity;
  for (let i = 0; i < end; i++) {
    const link = links[i]!;
    latencyS += graph.linkLatencyS[link]!;
    slowest = Math.min(slowest, graph.linkBytesPerS[link]!);
  }
  return latencyS + sizeBytes / slowest;
}
