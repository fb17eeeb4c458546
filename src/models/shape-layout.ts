/**
 * Traces of a layout of any size without its ranks: ranks that differ only in what numbers they
 * hold record the same, so one of each class is walked.
 */
import { Refusal } from "../base/errors.ts";
import type { GroupKind, ModelSpec, Trace } from "../records/trace.ts";
import type { Groups } from "../tensor/communicator.ts";
import { silentGroup } from "../tensor/communicator.ts";
import type { Layout, Stage } from "./layout.ts";
import { balancedStages, interleaved, listedStages } from "./layout.ts";
import type { ShapeOptions } from "./shape-trace.ts";
import { traceShapes } from "./shape-trace.ts";

/** Ranks along each way of dividing the work; 1 where nothing is said. */
export type Degrees = Partial<Readonly<Record<Exclude<GroupKind, "embedding">, number>>>;

export interface LayoutDegrees {
  readonly degrees: Degrees;
  readonly sequenceParallel?: boolean;
  /** Stages of each rank of a pipeline, dealt in turn. */
  readonly stagesPerRank?: number;
  /** Layers of each stage, where they are not balanced. */
  readonly layers?: readonly number[];
}

/** What tells classes of ranks apart: the stage, and the experts where their loads differ. */
export interface Place {
  readonly pipelineRank: number;
  readonly expertRank: number;
}

export interface ClassTrace {
  /** Places of the ranks that record this. */
  readonly places: readonly Place[];
  readonly trace: Trace;
}

const FIRST: Place = { pipelineRank: 0, expertRank: 0 };

/** A group of each degree, in which this rank has the given place. */
export function shapeGroups(degrees: Degrees, place: Place = FIRST): Groups {
  const group = (kind: Exclude<GroupKind, "embedding">, rank = 0) =>
    silentGroup(kind, rank, degrees[kind] ?? 1);
  const { pipeline = 1 } = degrees;
  return {
    ...{ data: group("data"), tensor: group("tensor"), context: group("context") },
    expert: group("expert", place.expertRank),
    pipeline: group("pipeline", place.pipelineRank),
    embedding: silentGroup("embedding", place.pipelineRank === 0 ? 0 : 1, pipeline > 1 ? 2 : 1),
  };
}

/** The layout of the rank at one place. */
export function shapeLayout(spec: ModelSpec, how: LayoutDegrees, place: Place = FIRST): Layout {
  const { degrees, sequenceParallel = false, stagesPerRank = 1, layers } = how;
  const { pipeline = 1 } = degrees;
  const groups = shapeGroups(degrees, place);
  const stageCount = pipeline * stagesPerRank;
  if (spec.family === "mlp" || stageCount === 1) return { groups, sequenceParallel };
  const all = layers === undefined ? balancedStages(spec.layerCount, stageCount) : given(spec, how);
  return { groups, sequenceParallel, stages: interleaved(all, place.pipelineRank, pipeline) };
}

function given(spec: ModelSpec, { degrees, stagesPerRank = 1, layers = [] }: LayoutDegrees) {
  const stageCount = (degrees.pipeline ?? 1) * stagesPerRank;
  const layerCount = spec.family === "mlp" ? 1 : spec.layerCount;
  const total = layers.reduce((sum, count) => sum + count, 0);
  if (layers.length === stageCount && total === layerCount) return listedStages(layers);
  throw new Refusal({
    code: "does-not-divide",
    pointer: "/layers",
    found: `${layers.length} stages of ${total} layers together`,
    expected: `${stageCount} stages of ${layerCount} layers together`,
    nextStep: "correct the list, or leave it out to have stages balanced",
  });
}

/** The traces of a micro-batch, one for each class of rank. */
export function traceClasses(
  spec: ModelSpec,
  how: LayoutDegrees,
  options: Omit<ShapeOptions, "layout">,
): readonly ClassTrace[] {
  const classes = new Map<string, { readonly layout: Layout; readonly places: Place[] }>();
  const isSkewed = spec.family === "moe" && spec.routing === "skewed";
  const { pipeline = 1, expert = 1 } = how.degrees;
  for (let pipelineRank = 0; pipelineRank < pipeline; pipelineRank++) {
    for (let expertRank = 0; expertRank < expert; expertRank++) {
      const place: Place = { pipelineRank, expertRank };
      const layout = shapeLayout(spec, how, place);
      const key = JSON.stringify([layout.stages?.map(signature), isSkewed ? expertRank : 0]);
      const known = classes.get(key);
      if (known === undefined) classes.set(key, { layout, places: [place] });
      else known.places.push(place);
    }
  }
  return [...classes.values()].map(({ layout, places }) => {
    return { places, trace: traceShapes(spec, { ...options, layout }) };
  });
}

function signature({ layerCount, isFirst, isLast }: Stage) {
  return [layerCount, isFirst, isLast];
}
