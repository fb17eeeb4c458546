/** Steps of a training as one rank of several makes them, or alone: nothing saved, nothing told. */
import { at } from "../base/assert.ts";
import type { Training } from "../records/job.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Team } from "./team.ts";
import { Trainer } from "./trainer.ts";

export class Stepper {
  readonly trainer: Trainer;
  readonly team: Team;

  constructor(training: Training, backend: Backend, team: Team) {
    this.trainer = new Trainer(training, { backend, share: team.share });
    this.team = team;
  }

  step(): Tape {
    const loss = this.trainer.computeGradients();
    addUp(this.team, this.trainer.model.parameters.gradients);
    const tape = this.trainer.update();
    gathered(this.team, loss);
    return tape;
  }
}

/** What ends backward: the sum of gradients over all ranks. */
export function addUp(team: Team, gradients: Float32Array | Float64Array): void {
  if (team.world.rankCount > 1) team.along(["data"]).allReduce(gradients);
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
