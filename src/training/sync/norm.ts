/** Sums over the whole model, in which what several ranks hold alike counts once. */
import type { GroupKind } from "../../records/trace.ts";
import type { Parameter } from "../../tensor/tensor.ts";
import type { Team } from "../team.ts";

/** Whether this rank is the first of those that hold the same numbers. */
export function isCounted({ sameOver }: Parameter, team: Team): boolean {
  return sameOver.every((kind: GroupKind) => team.groups[kind].rank === 0);
}

/** The same bits on every rank. */
export function worldSum({ world }: Team, own: number): number {
  if (world.rankCount === 1) return own;
  const sum = Float64Array.of(own);
  world.allReduce(sum);
  return sum[0] ?? 0;
}
