/**
 * The tape of one step: every op that ran, and what to do backwards. Reverse-mode
 * differentiation as in every framework; beside it the tape keeps the record of the step that
 * the simulator replays.
 *
 * Conventions of the record: an op reads and writes each operand once; statistics (row means,
 * logarithms of sums) and ids count 4 bytes each; flop of ops that are not matrix products are
 * operations per element, an exponential, root or division counting as one.
 */
import { assert, present } from "../base/assert.ts";
import type { OpKind, Phase, Trace, TraceCollective, TraceOp } from "../records/trace.ts";
import type { Backend, Numbers } from "./arithmetic.ts";
import type { Device } from "./device.ts";
import type { Parameter, Tensor } from "./tensor.ts";
import { elementCount } from "./tensor.ts";

export const STATISTIC_BYTES = 4;

/** An op as its module describes it; the tape adds the phase. */
export interface OpRecord {
  readonly kind: OpKind;
  readonly name: string;
  readonly shape: readonly number[];
  readonly flop: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

export type TraceHead = Pick<Trace, "model" | "sampleCount" | "tokensPerSample"> & {
  readonly parameterCount: number;
};

export class Tape {
  readonly device: Device;
  readonly #ops: TraceOp[] = [];
  readonly #collectives: TraceCollective[] = [];
  readonly #backward: (() => void)[] = [];
  readonly #gradients = new Map<Tensor, Numbers>();
  readonly #saved = new Set<Tensor>();
  /** The op that last added to each parameter's gradient. */
  readonly #ready = new Map<Parameter, number>();
  #activationBytes = 0;
  #matmulFlop = 0;
  #phase: Phase = "forward";

  readonly #onGradient: ((parameter: Parameter) => void) | undefined;

  /** `onGradient` hears of each op that has added to the gradient of a parameter. */
  constructor(device: Device, onGradient?: (parameter: Parameter) => void) {
    this.device = device;
    this.#onGradient = onGradient;
    device.begin();
  }

  /** Bytes of so many weights, gradients or activations. */
  bytes(elements: number): number {
    return elements * this.device.elementBytes;
  }

  /** The result of an op; its kernel writes every element. */
  output(shape: readonly number[], needsGradient: boolean): Tensor {
    const count = elementCount(shape);
    const data = this.device.allocate(count);
    return { shape, elementCount: count, data, needsGradient };
  }

  run(op: OpRecord, kernel: (backend: Backend) => void): void {
    const { kind, name, shape, flop, readBytes, writtenBytes } = op;
    this.#ops.push({ kind, phase: this.#phase, name, shape, flop, readBytes, writtenBytes });
    if (kind === "matmul") this.#matmulFlop += flop;
    this.device.compute(kind, kernel, name);
  }

  /** Asks a group for an exchange; `action` is what a device with numbers does. */
  collective(record: Omit<TraceCollective, "phase" | "op">, action: () => void): void {
    this.#collectives.push({ ...record, phase: this.#phase, op: this.#ops.length });
    if (this.device.kind === "native") action();
  }

  /** Flop of all matrix products so far. */
  get matmulFlop(): number {
    return this.#matmulFlop;
  }

  /** Keeps a tensor alive for backward. Parameters live anyway and are not counted. */
  save(tensor: Tensor): void {
    if (this.#saved.has(tensor)) return;
    this.#saved.add(tensor);
    this.#activationBytes += this.bytes(tensor.elementCount);
  }

  /** Keeps so many numbers alive for backward that are no tensor of their own. */
  saveElements(count: number): void {
    this.#activationBytes += this.bytes(count);
  }

  /** Keeps so many statistics or ids alive for backward. */
  saveStatistics(count: number): void {
    this.#activationBytes += count * STATISTIC_BYTES;
  }

  /** What to do with the gradient of an op's output, once it is complete. */
  onBackward(output: Tensor, pass: (gradient: Numbers) => void): void {
    this.#backward.push(() => {
      const gradient = this.#gradients.get(output);
      if (gradient === undefined) return; // nothing used the output
      this.#gradients.delete(output);
      pass(gradient);
    });
  }

  /** Where backward starts: the gradient of the loss itself is 1. */
  onLoss(pass: () => void): void {
    this.#backward.push(pass);
  }

  /**
   * A part of the gradient of an op's input. Where an input was used twice, the second part
   * to come is added to the first: an op of its own, as frameworks run it.
   */
  addGradient(input: Tensor, part: Numbers, name: string): void {
    const before = this.#gradients.get(input);
    if (before === undefined) {
      this.#gradients.set(input, part);
      return;
    }
    // Not in place: one array may be the gradient of several tensors.
    const sum = this.device.allocate(input.elementCount);
    const elements = input.elementCount;
    this.run(
      {
        kind: "element-wise",
        name: `${name} gradient-sum`,
        shape: input.shape,
        flop: elements,
        readBytes: this.bytes(2 * elements),
        writtenBytes: this.bytes(elements),
      },
      (backend) => backend.add(before, part, sum),
    );
    this.#gradients.set(input, sum);
  }

  /** The op that just ran has added to the gradient of this parameter. */
  touchGradient(parameter: Parameter): void {
    this.#ready.delete(parameter); // so that the map stays in the order of readiness
    this.#ready.set(parameter, this.#ops.length - 1);
    this.#onGradient?.(parameter);
  }

  /** From the loss, and from given gradients of outputs that later stages go on with. */
  backward(...from: readonly { readonly output: Tensor; readonly gradient: Numbers }[]): void {
    assert(this.#phase === "forward", "a tape runs backwards once");
    this.#phase = "backward";
    for (const { output, gradient } of from) this.#gradients.set(output, gradient);
    for (const step of this.#backward.toReversed()) step();
    this.#phase = "optimizer";
  }

  /** After backward: of a tensor from outside that needs one, such as an earlier stage's output. */
  gradientOf(input: Tensor): Numbers {
    return present(this.#gradients.get(input), "the gradient of an input that was used");
  }

  /** The step as a record; after backward, and after the optimizer if there is one. */
  trace({ model, sampleCount, tokensPerSample, parameterCount }: TraceHead): Trace {
    return {
      model,
      device: this.device.kind,
      elementBytes: this.device.elementBytes,
      sampleCount,
      tokensPerSample,
      parameterCount,
      activationBytes: this.#activationBytes,
      ops: this.#ops,
      gradients: [...this.#ready].map(([parameter, op]) => ({
        parameter: parameter.name,
        elementCount: parameter.elementCount,
        op,
      })),
      ...(this.#collectives.length === 0 ? {} : { collectives: this.#collectives }),
    };
  }
}
