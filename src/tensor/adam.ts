/**
 * Adam over all parameters of a model: one op, since they lie in one block. With a weight decay
 * it is AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101): before each update all weights
 * shrink by the factor 1 − rate·decay.
 *
 * Bytes per parameter. In fp32 it reads weight, both moments and gradient and writes the first
 * three. In mixed precision (Micikevicius et al. 2018, arXiv:1710.03740) it works on an fp32
 * master weight and fp32 moments, reads the gradient in the short format and also writes the
 * weight in it.
 */
import type { AdamStep, Numbers } from "./arithmetic.ts";
import type { Optimizer } from "./optimizer.ts";
import type { ParameterBlock } from "./parameters.ts";
import type { Tape } from "./tape.ts";

/** Operations per parameter, counted off algorithm 1 of arXiv:1412.6980; decay adds one. */
const ADAM_FLOP = 14;
const DECAY_FLOP = 1;
const FP32_BYTES = 4;

export const ADAM_DEFAULTS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export class Adam implements Optimizer {
  readonly state: ReadonlyMap<string, Numbers>;
  readonly #parameters: ParameterBlock;
  readonly #first: Numbers;
  readonly #second: Numbers;
  readonly #weightDecay: number;
  #step = 0;

  /** After the parameters have been allocated, if they ever are. */
  constructor(parameters: ParameterBlock, weightDecay = 0) {
    this.#parameters = parameters;
    this.#weightDecay = weightDecay;
    this.#first = parameters.data.slice().fill(0);
    this.#second = parameters.data.slice().fill(0);
    this.state = new Map([
      ["first", this.#first],
      ["second", this.#second],
    ]);
  }

  get step(): number {
    return this.#step;
  }

  resume(step: number): void {
    this.#step = step;
  }

  update(tape: Tape, learningRate: number): void {
    const count = this.#parameters.elementCount;
    const { data, gradients } = this.#parameters;
    const step: AdamStep = { ...ADAM_DEFAULTS, learningRate, step: ++this.#step };
    const decays = this.#weightDecay > 0;
    const isMixed = tape.device.elementBytes < FP32_BYTES;
    const shortBytes = tape.device.elementBytes;
    tape.run(
      {
        kind: "optimizer",
        name: decays ? "adamw" : "adam",
        shape: [count],
        flop: (ADAM_FLOP + (decays ? DECAY_FLOP : 0)) * count,
        readBytes: count * (3 * (isMixed ? FP32_BYTES : shortBytes) + shortBytes),
        writtenBytes:
          count * (3 * (isMixed ? FP32_BYTES : shortBytes) + (isMixed ? shortBytes : 0)),
      },
      (backend) => {
        if (decays) backend.scale(data, 1 - learningRate * this.#weightDecay);
        backend.adam(data, gradients, { first: this.#first, second: this.#second }, step);
      },
    );
  }
}
