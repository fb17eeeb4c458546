/** A collective with its algorithm chosen: all that can run it are timed, the fastest wins. */
import { assert, at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { Graph } from "../records/graph.ts";
import type { Collective, CollectiveTime, Program, RunOptions } from "../records/schedule.ts";
import { algorithmFromName } from "./collectives/names.ts";
import type { Algorithm } from "./collectives/algorithm.ts";
import { ALGORITHMS, findAlgorithm } from "./collectives/table.ts";
import { sizedProgram } from "./collectives/stage.ts";
import { messageCountOf } from "./engine/expand.ts";
import { isRing } from "./engine/dependent.ts";
import { runProgram } from "./engine/run.ts";
import { splitProgram } from "./routing/queue-pairs.ts";
import { placedProgram } from "./routing/placement.ts";

export interface CollectiveRequest {
  readonly collective: Collective;
  /** "auto" or an algorithm's name; a named one runs alone. */
  readonly algorithm: string;
  readonly sizeBytes: number;
  /** A program of the user's own, of one byte, in place of an algorithm. */
  readonly schedule?: Program | undefined;
  /** The place of each rank; absent: rank r sits at place r. */
  readonly order?: Int32Array | undefined;
  /** Parts that every message is cut into, each with a way of its own; absent: one. */
  readonly queuePairCount?: number | undefined;
  readonly run?: RunOptions;
}

export function collectiveTime(graph: Graph, request: CollectiveRequest): CollectiveTime {
  const { collective, sizeBytes, schedule } = request;
  assert(sizeBytes >= 0 && Number.isFinite(sizeBytes), "a buffer has a size");
  if (schedule !== undefined) return scheduledTime(graph, request, schedule);
  const chosen = algorithmFromName(request.algorithm);
  if (chosen === undefined) throw unknown(graph, request);
  const refused: { algorithm: string; reason: string }[] = [];
  const able: Algorithm[] = [];
  for (const algorithm of chosen === "auto" ? ALGORITHMS : [named(chosen)]) {
    const isGuarded = chosen === "auto";
    const reason =
      algorithm.supports(graph, collective) ??
      placementProblem(algorithm, request) ??
      (isGuarded ? algorithm.guard?.(graph, sizeBytes) : undefined);
    if (reason === undefined) able.push(algorithm);
    else refused.push({ algorithm: algorithm.name, reason });
  }
  const first = refused[0];
  if (chosen !== "auto" && first !== undefined) throw unsupported(graph, request, first);
  const timed = able.flatMap((algorithm) => {
    const unplaced = algorithm.program(graph, collective, sizeBytes);
    const placed = placedProgram(unplaced, request.order);
    const parts = request.queuePairCount ?? 1;
    const program = parts === 1 ? placed : splitProgram(placed, parts);
    const isBarrier = (request.run?.semantics ?? "barrier") === "barrier";
    const reason = isBarrier ? undefined : lengthProblem(program);
    if (reason !== undefined && chosen === "auto") {
      refused.push({ algorithm: algorithm.name, reason });
      return [];
    }
    const ways = algorithm.graphFor?.(graph) ?? graph;
    return [{ algorithm: algorithm.name, timeline: runProgram(program, ways, request.run) }];
  });
  // The sort is stable: of equals, the simpler algorithm is first in the table.
  timed.sort((a, b) => a.timeline.durationS - b.timeline.durationS);
  const { algorithm, timeline } = at(timed, 0);
  return {
    collective,
    sizeBytes,
    rankCount: graph.rankCount,
    algorithm,
    timeline,
    losers: timed.slice(1).map((loser) => ({
      algorithm: loser.algorithm,
      durationS: loser.timeline.durationS,
    })),
    refused,
  };
}

/** The user's own schedule, which has no rivals. */
function scheduledTime(graph: Graph, request: CollectiveRequest, unit: Program): CollectiveTime {
  const { collective, sizeBytes } = request;
  const program = placedProgram(sizedProgram(unit, sizeBytes), request.order);
  const timeline = runProgram(program, graph, request.run);
  const { algorithm } = unit;
  const { rankCount } = graph;
  return { collective, sizeBytes, rankCount, algorithm, timeline, losers: [], refused: [] };
}

/** The program of a named algorithm, refused where the graph cannot run it. */
export function collectiveProgram(
  graph: Graph,
  request: Pick<CollectiveRequest, "collective" | "algorithm" | "sizeBytes">,
): Program {
  const chosen = algorithmFromName(request.algorithm);
  if (chosen === undefined || chosen === "auto") throw unknown(graph, request);
  const algorithm = named(chosen);
  const reason = algorithm.supports(graph, request.collective);
  if (reason !== undefined) {
    throw unsupported(graph, request, { algorithm: algorithm.name, reason });
  }
  return algorithm.program(graph, request.collective, request.sizeBytes);
}

export type CollectiveTimer = (request: CollectiveRequest) => CollectiveTime;

/** collectiveTime on one graph that computes no answer twice. */
export function collectiveTimer(graph: Graph): CollectiveTimer {
  const known = new Map<string, CollectiveTime>();
  return (request) => {
    assert(request.order === undefined && request.run === undefined, "the timer has no choices");
    const key = `${request.collective} ${request.algorithm} ${request.sizeBytes}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = collectiveTime(graph, request);
    known.set(key, made);
    return made;
  };
}

/** Without barriers all but rings are simulated message by message. */
const MESSAGES_MOST = 300_000;

function lengthProblem(program: Program): string | undefined {
  if (isRing(program)) return undefined;
  const count = messageCountOf(program);
  if (count <= MESSAGES_MOST) return undefined;
  return `has ${count} messages, too many to try without barriers unless named`;
}

function placementProblem(algorithm: Algorithm, { order }: CollectiveRequest): string | undefined {
  if (algorithm.graphFor === undefined || order === undefined) return undefined;
  return "lays its tree for ranks in natural order";
}

function named(name: string): Algorithm {
  const algorithm = findAlgorithm(name);
  assert(algorithm !== undefined, `${name} is in the table`);
  return algorithm;
}

function supportedNames(graph: Graph, collective: Collective): string[] {
  return ALGORITHMS.filter((algorithm) => algorithm.supports(graph, collective) === undefined).map(
    (algorithm) => algorithm.name,
  );
}

function unknown(
  graph: Graph,
  request: Pick<CollectiveRequest, "algorithm" | "collective">,
): Refusal {
  return new Refusal({
    code: "unknown-algorithm",
    pointer: "",
    found: `algorithm "${request.algorithm}"`,
    expected: `auto, ${ALGORITHMS.map((algorithm) => algorithm.name).join(", ")}`,
    nextStep: `use ${supportedNames(graph, request.collective).join(" or ")}`,
  });
}

function unsupported(
  graph: Graph,
  request: Pick<CollectiveRequest, "collective">,
  refused: { readonly algorithm: string; readonly reason: string },
): Refusal {
  const names = supportedNames(graph, request.collective);
  // The nearest relative: hierarchical for its halving-doubling variant, else the first.
  const nearest = names.find((name) => refused.algorithm.startsWith(name)) ?? at(names, 0);
  return new Refusal({
    code: "unsupported-algorithm",
    pointer: "",
    found: `${refused.algorithm} for ${graph.rankCount} ranks of ${graph.clusterId}`,
    expected: `an algorithm that can run there (it ${refused.reason})`,
    nextStep: `use ${nearest} or auto; possible here: ${names.join(", ")}`,
  });
}
