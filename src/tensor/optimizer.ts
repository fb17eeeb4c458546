/** What updates the parameters of a model from their gradients, and keeps state to do so. */
import type { Numbers } from "./arithmetic.ts";
import type { Tape } from "./tape.ts";

export interface Optimizer {
  /** Updates so far. */
  readonly step: number;
  /** What it remembers, one number for each parameter, by name. */
  readonly state: ReadonlyMap<string, Numbers>;
  update(tape: Tape, learningRate: number): void;
  /** Goes on where another one stopped; its state is copied into `state` by the caller. */
  resume(step: number): void;
}
