/**
 * Stochastic gradient descent with momentum, as frameworks write it (no dampening, no Nesterov):
 *
 *     velocity = momentum · velocity + gradient,   weight −= rate · velocity
 */
import type { Numbers } from "./arithmetic.ts";
import type { Optimizer } from "./optimizer.ts";
import type { ParameterBlock } from "./parameters.ts";
import type { Tape } from "./tape.ts";

/** Operations per parameter, counted off the formula. */
const SGD_FLOP = 4;

export class Sgd implements Optimizer {
  readonly state: ReadonlyMap<string, Numbers>;
  readonly #parameters: ParameterBlock;
  readonly #velocity: Numbers;
  readonly #momentum: number;
  #step = 0;

  /** After the parameters have been allocated, if they ever are. */
  constructor(parameters: ParameterBlock, momentum = 0) {
    this.#parameters = parameters;
    this.#momentum = momentum;
    this.#velocity = parameters.data.slice().fill(0);
    this.state = new Map([["velocity", this.#velocity]]);
  }

  get step(): number {
    return this.#step;
  }

  resume(step: number): void {
    this.#step = step;
  }

  update(tape: Tape, learningRate: number): void {
    this.#step += 1;
    const count = this.#parameters.elementCount;
    const { data, gradients } = this.#parameters;
    tape.run(
      {
        kind: "optimizer",
        name: "sgd",
        shape: [count],
        flop: SGD_FLOP * count,
        readBytes: tape.bytes(3 * count),
        writtenBytes: tape.bytes(2 * count),
      },
      (backend) =>
        backend.momentum(data, gradients, this.#velocity, {
          learningRate,
          momentum: this.#momentum,
        }),
    );
  }
}
