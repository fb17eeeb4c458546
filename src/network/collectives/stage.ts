/**
 * What all algorithms are made of: stages along axes.
 *
 * Ranks form a grid (accelerator in the node, then x, y, z of the node); an axis is one
 * dimension of it. A stage cuts what a rank holds into as many chunks as the axis is long:
 * its `scatter` sums them so that each rank of the axis keeps one, its `gather` undoes the
 * cut. So with stages 1 … s a reduce-scatter is scatter 1 … s, an all-gather is gather
 * s … 1, and an all-reduce is one after the other.
 *
 * Sizes are shares of the whole buffer; `sizedProgram` multiplies once.
 */
import type { ChunkRange, Collective, Program, Step } from "../../records/schedule.ts";

/** Ranks r, r + rankStep, r + 2·rankStep … (`memberCount` of them) exchange data. */
export interface Axis {
  /** "in the node", "between nodes", "x"; "" for all ranks. */
  readonly name: string;
  readonly rankStep: number;
  readonly memberCount: number;
}

/** A part of the buffer, as shares of it. */
export type Range = Pick<ChunkRange, "from" | "to">;

/** What a rank holds before a stage; after the last one: its part of a reduce-scatter. */
export type Holding = (rank: number) => readonly Range[];

export interface Stage {
  readonly scatter: readonly Step[];
  readonly gather: readonly Step[];
  readonly holding: Holding;
}

/** Makes the stage that follows on a holding; each rank holds `share` of the buffer. */
export type StageMaker = (before: {
  readonly rankCount: number;
  readonly holding: Holding;
  readonly share: number;
}) => Stage;

export interface PlannedStage {
  readonly axis: Axis;
  readonly make: StageMaker;
}

export function memberOf(axis: Axis, rank: number): number {
  return Math.floor(rank / axis.rankStep) % axis.memberCount;
}

/** The rank that takes the given place on the axis on which `rank` lies. */
export function rankAt(axis: Axis, rank: number, member: number): number {
  return rank + (member - memberOf(axis, rank)) * axis.rankStep;
}

export function chunkOf(range: Range, chunk: number, count: number): Range {
  const length = range.to - range.from;
  return {
    from: range.from + (length * chunk) / count,
    to: range.from + (length * (chunk + 1)) / count,
  };
}

/** "reduce-scatter", "reduce-scatter x", "all-gather in the node". */
export function stepName(collective: Collective, axis: Axis): string {
  return axis.name === "" ? collective : `${collective} ${axis.name}`;
}

/** The stages one behind the other, those along an axis of one left out. */
export function makeStages(rankCount: number, planned: readonly PlannedStage[]): Stage[] {
  let holding: Holding = () => [{ from: 0, to: 1 }];
  let share = 1;
  const stages: Stage[] = [];
  for (const { axis, make } of planned) {
    if (axis.memberCount === 1) continue;
    const stage = make({ rankCount, holding, share });
    stages.push(stage);
    holding = stage.holding;
    share /= axis.memberCount;
  }
  return stages;
}

/** The steps of a collective for a buffer of one byte. */
export function unitProgram(request: {
  readonly collective: Collective;
  readonly algorithm: string;
  readonly rankCount: number;
  readonly stages: readonly Stage[];
}): Program {
  const { collective, algorithm, rankCount, stages } = request;
  const scatter = stages.flatMap((stage) => stage.scatter);
  const gather = stages.toReversed().flatMap((stage) => stage.gather);
  return {
    collective,
    algorithm,
    rankCount,
    sizeBytes: 1,
    steps: [
      ...(collective === "all-gather" ? [] : scatter),
      ...(collective === "reduce-scatter" ? [] : gather),
    ],
  };
}

/**
 * The same program for a buffer of another size. Sources and targets stay the same arrays,
 * and equal size arrays stay one array, so that the engine can tell what it has seen.
 */
export function sizedProgram(unit: Program, sizeBytes: number): Program {
  const sized = new Map<Float64Array, Float64Array>();
  const sizedArray = (shares: Float64Array): Float64Array => {
    const known = sized.get(shares);
    if (known !== undefined) return known;
    const made = shares.map((share) => share * sizeBytes);
    sized.set(shares, made);
    return made;
  };
  return {
    ...unit,
    sizeBytes,
    steps: unit.steps.map((step) => ({ ...step, messageBytes: sizedArray(step.messageBytes) })),
  };
}
