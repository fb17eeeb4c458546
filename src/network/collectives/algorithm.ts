/** What an algorithm is to the chooser, and the three ways in which one is made. */
import { at } from "../../base/assert.ts";
import type { Graph } from "../../records/graph.ts";
import type { Collective, Program } from "../../records/schedule.ts";
import { chunkCountOf, pipelineSteps } from "./pipeline.ts";
import type { PipelineEdge } from "./pipeline.ts";
import { makeStages, sizedProgram, unitProgram } from "./stage.ts";
import type { PlannedStage, Range, Stage } from "./stage.ts";

export interface Algorithm {
  readonly name: string;
  /** Why this graph cannot run it; undefined if it can. */
  supports(graph: Graph, collective: Collective): string | undefined;
  /** Why "auto" does not try it, though it could; undefined if it does. */
  guard?(graph: Graph, sizeBytes: number): string | undefined;
  program(graph: Graph, collective: Collective, sizeBytes: number): Program;
  /** What a rank holds after a reduce-scatter and before an all-gather. */
  holding(graph: Graph, rank: number): readonly Range[];
  /** The graph on which its messages travel, where switches take part. */
  graphFor?(graph: Graph): Graph;
}

const WHOLE: readonly Range[] = [{ from: 0, to: 1 }];

/** Of stages: all-reduce, reduce-scatter and all-gather. */
export function staged(
  name: string,
  supports: (graph: Graph, collective: Collective) => string | undefined,
  plan: (graph: Graph) => PlannedStage[],
): Algorithm {
  // One graph, one set of stages: the engine recognizes their arrays of ranks.
  const made = new WeakMap<Graph, Stage[]>();
  const stagesOf = (graph: Graph): Stage[] => {
    const stages = made.get(graph) ?? makeStages(graph.rankCount, plan(graph));
    made.set(graph, stages);
    return stages;
  };
  return {
    name,
    supports: (graph, collective) =>
      ["all-reduce", "reduce-scatter", "all-gather"].includes(collective)
        ? supports(graph, collective)
        : "makes all-reduce, reduce-scatter and all-gather only",
    program(graph, collective, sizeBytes) {
      const { rankCount } = graph;
      const stages = stagesOf(graph);
      const unit = unitProgram({ collective, algorithm: name, rankCount, stages });
      return sizedProgram(unit, sizeBytes);
    },
    holding(graph, rank) {
      const last = stagesOf(graph).at(-1);
      return last === undefined ? WHOLE : last.holding(rank);
    },
  };
}

type Made = (rankCount: number, sizeBytes: number) => Program;

/** One program for each collective that it makes, from the number of ranks alone. */
export function sized(name: string, by: Partial<Readonly<Record<Collective, Made>>>): Algorithm {
  return {
    name,
    supports: (_, collective) => (by[collective] === undefined ? onlyMakes(by) : undefined),
    program: (graph, collective, sizeBytes) => by[collective]!(graph.rankCount, sizeBytes),
    holding: () => WHOLE,
  };
}

type Edges = (graph: Graph) => readonly PipelineEdge[];

/** Edges that chunks follow; patterns are kept by graph and number of chunks. */
export function pipelined(
  name: string,
  partCount: number,
  by: Partial<Readonly<Record<Collective, Edges>>>,
  options: Pick<Algorithm, "graphFor"> & {
    readonly problem?: (graph: Graph) => string | undefined;
  } = {},
): Algorithm {
  const { problem, ...rest } = options;
  const units = new WeakMap<Graph, Map<string, Program>>();
  return {
    name,
    ...rest,
    supports: (graph, collective) =>
      by[collective] === undefined ? onlyMakes(by) : problem?.(graph),
    program(graph, collective, sizeBytes) {
      const chunkCount = chunkCountOf(sizeBytes / partCount);
      const known = units.get(graph) ?? new Map<string, Program>();
      units.set(graph, known);
      const key = `${collective} ${chunkCount}`;
      const unit = known.get(key) ?? {
        ...{ collective, algorithm: name, rankCount: graph.rankCount, sizeBytes: 1 },
        steps: pipelineSteps(by[collective]!(graph), { partCount, chunkCount }),
      };
      known.set(key, unit);
      return sizedProgram(unit, sizeBytes);
    },
    holding: () => WHOLE,
  };
}

function onlyMakes(by: Partial<Readonly<Record<Collective, unknown>>>): string {
  const names = Object.keys(by);
  const last = at(names, names.length - 1);
  const words = names.length === 1 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
  return `makes ${words} only`;
}
