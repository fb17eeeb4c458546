/** Steps of a training as one rank of several makes them, or alone: nothing saved, nothing told. */
import type { Training } from "../records/job.ts";
import type { Backend } from "../tensor/arithmetic.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Group } from "./group.ts";
import { Trainer } from "./trainer.ts";

export class Stepper {
  readonly trainer: Trainer;
  readonly group: Group;

  constructor(training: Training, backend: Backend, group: Group) {
    this.trainer = new Trainer(training, { backend, share: group.share });
    this.group = group;
  }

  /** Alone no step waits for anything, so that not even a turn of the event loop is in its time. */
  step(): Tape | Promise<Tape> {
    if (this.group.share.rankCount > 1) return this.#stepTogether();
    this.trainer.computeGradients();
    return this.trainer.update();
  }

  async #stepTogether(): Promise<Tape> {
    const loss = this.trainer.computeGradients();
    await this.group.allReduce(this.trainer.model.parameters.gradients);
    const tape = this.trainer.update();
    await this.group.allGather(loss);
    return tape;
  }

  /** What rank 0 says: all ranks must make the same number of steps. */
  async agreed(value: number): Promise<number> {
    const [first = value] = await this.group.allGather(value);
    return first;
  }
}

/** Seconds that some work takes; not a turn of the event loop more where it is not a promise. */
export async function timedS(work: () => unknown, clock: () => number): Promise<number> {
  const startS = clock();
  const done = work();
  if (done instanceof Promise) await done;
  return clock() - startS;
}
