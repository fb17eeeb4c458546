/** Steps of a training as one rank of several makes them, or alone: nothing saved, nothing told. */
import { at } from "../base/assert.ts";
import type { Training } from "../records/job.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Parallel } from "./parallel.ts";
import { ONE_PROCESS } from "./parallel.ts";
import type { Team } from "./team.ts";
import { teamOfOne } from "./team.ts";
import { Trainer } from "./trainer.ts";

/** One rank of a training, and how all of them share the work. */
export interface Member {
  readonly team: Team;
  readonly parallel: Parallel;
}

export function alone(): Member {
  return { team: teamOfOne(), parallel: ONE_PROCESS };
}

export class Stepper {
  readonly trainer: Trainer;

  constructor(training: Training, backend: Backend, { team, parallel }: Member) {
    this.trainer = new Trainer(training, { backend, team, parallel });
  }

  /** What the step computes on: its device may round where the backend alone does not. */
  get computing(): Backend {
    const { device } = this.trainer;
    let computing = device.backend;
    device.compute("matmul", (backend) => (computing = backend), "");
    return computing;
  }

  step(): Tape {
    const loss = this.trainer.computeGradients() ?? 0;
    const tape = this.trainer.update();
    gathered(this.trainer.team, loss);
    return tape;
  }
}

/** A number of each rank, as each step ends with its losses. */
export function gathered({ world }: Team, value: number): Float64Array {
  const all = new Float64Array(world.rankCount).fill(value);
  if (world.rankCount > 1) world.allGather(Float64Array.of(value), all);
  return all;
}

/** What the first rank says: all ranks must make the same number of steps. */
export function agreed(team: Team, value: number): number {
  return at(gathered(team, value), 0);
}

export function timedS(work: () => unknown, clock: () => number): number {
  const startS = clock();
  work();
  return clock() - startS;
}
