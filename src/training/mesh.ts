/**
 * How the processes of a training stand to each other: one axis for each way of dividing the work.
 * Ranks count up along the tensor axis first, then context, expert, data and pipeline, as the
 * frameworks do it: those who talk most are neighbors.
 *
 *     rank = t + T · (c + C · (e + E · (d + D · p)))
 *
 * An expert group shares out experts and, like a data group, sequences.
 */
import { assert } from "../base/assert.ts";
import type { GroupKind } from "../records/trace.ts";

/** In the order in which ranks count up. */
export const AXES = ["tensor", "context", "expert", "data", "pipeline"] as const;

export type Axis = (typeof AXES)[number];

export type Degrees = Readonly<Record<Axis, number>>;

/** A rank's place along each axis. */
export type Place = Readonly<Record<Axis, number>>;

export const ONE_RANK: Degrees = { tensor: 1, context: 1, expert: 1, data: 1, pipeline: 1 };

export function rankCountOf(degrees: Degrees): number {
  return AXES.reduce((product, axis) => product * degrees[axis], 1);
}

export function placeOf(degrees: Degrees, rank: number): Place {
  let rest = rank;
  const along = (axis: Axis): number => {
    const place = rest % degrees[axis];
    rest = Math.floor(rest / degrees[axis]);
    return place;
  };
  const [tensor, context, expert] = [along("tensor"), along("context"), along("expert")];
  const [data, pipeline] = [along("data"), along("pipeline")];
  assert(rest === 0, "a rank has a place");
  return { tensor, context, expert, data, pipeline };
}

/**
 * The ranks that stand where this one does on all axes but the given ones, in their order. Along
 * "embedding" stand the first and the last stage.
 */
export function membersOf(
  degrees: Degrees,
  rank: number,
  kinds: readonly GroupKind[],
): readonly number[] {
  const own = placeOf(degrees, rank);
  const last = degrees.pipeline - 1;
  const ranks = Array.from({ length: rankCountOf(degrees) }, (_, other) => other);
  return ranks.filter((other) => {
    const place = placeOf(degrees, other);
    return AXES.every((axis) => {
      if (kinds.includes(axis) || place[axis] === own[axis]) return true;
      if (axis !== "pipeline" || !kinds.includes("embedding")) return false;
      return [0, last].includes(place.pipeline) && [0, last].includes(own.pipeline);
    });
  });
}
