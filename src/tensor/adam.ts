/**
 * Adam over all parameters of a model: one op, since they lie in one block.
 *
 * Bytes per parameter. In fp32 it reads weight, both moments and gradient and writes the first
 * three. In mixed precision (Micikevicius et al. 2018, arXiv:1710.03740) it works on an fp32
 * master weight and fp32 moments, reads the gradient in the short format and also writes the
 * weight in it.
 */
import type { AdamStep, Numbers } from "./arithmetic.ts";
import type { Parameters } from "./parameters.ts";
import type { Tape } from "./tape.ts";

/** Operations per parameter, counted off algorithm 1 of arXiv:1412.6980. */
const ADAM_FLOP = 14;
const FP32_BYTES = 4;

export const ADAM_DEFAULTS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export class Adam {
  readonly #parameters: Parameters;
  readonly #first: Numbers;
  readonly #second: Numbers;
  #step = 0;

  /** After the parameters have been allocated, if they ever are. */
  constructor(parameters: Parameters) {
    this.#parameters = parameters;
    this.#first = parameters.data.slice().fill(0);
    this.#second = parameters.data.slice().fill(0);
  }

  update(tape: Tape, learningRate: number): void {
    const count = this.#parameters.elementCount;
    const { data, gradients } = this.#parameters;
    const step: AdamStep = { ...ADAM_DEFAULTS, learningRate, step: ++this.#step };
    const isMixed = tape.device.elementBytes < FP32_BYTES;
    const shortBytes = tape.device.elementBytes;
    tape.run(
      {
        kind: "optimizer",
        name: "adam",
        shape: [count],
        flop: ADAM_FLOP * count,
        readBytes: count * (3 * (isMixed ? FP32_BYTES : shortBytes) + shortBytes),
        writtenBytes:
          count * (3 * (isMixed ? FP32_BYTES : shortBytes) + (isMixed ? shortBytes : 0)),
      },
      (backend) =>
        backend.adam(data, gradients, { first: this.#first, second: this.#second }, step),
    );
  }
}
