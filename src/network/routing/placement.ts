/** Which rank sits where: a program's messages moved to the places of their ranks. */
import { assert } from "../../base/assert.ts";
import { seeded } from "../../base/random.ts";
import type { Placement, Program } from "../../records/schedule.ts";

/** The place of each rank; undefined where rank r sits at place r. */
export function orderOf(placement: Placement, rankCount: number): Int32Array | undefined {
  if (placement.kind === "natural") return undefined;
  const order = Int32Array.from({ length: rankCount }, (_, rank) => rank);
  if (placement.kind === "given") {
    assert(placement.order.length === rankCount, "every rank has a place");
    order.set(placement.order);
    return order;
  }
  const random = seeded(placement.seed);
  for (let i = rankCount - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}

/** By order, then by array: equal arrays stay one array, so that the engine knows them. */
const moved = new WeakMap<Int32Array, WeakMap<Int32Array, Int32Array>>();

export function placedProgram(program: Program, order: Int32Array | undefined): Program {
  if (order === undefined) return program;
  const known = moved.get(order) ?? new WeakMap<Int32Array, Int32Array>();
  moved.set(order, known);
  const placed = (ranks: Int32Array): Int32Array => {
    const made = known.get(ranks) ?? ranks.map((rank) => order[rank]!);
    known.set(ranks, made);
    return made;
  };
  return {
    ...program,
    // A step of all pairs is the same wherever its ranks sit.
    steps: program.steps.map((step) =>
      step.allPairsBytes === undefined
        ? { ...step, source: placed(step.source), target: placed(step.target) }
        : step,
    ),
  };
}
