/**
 * How the ranks that hold the same parameters keep them the same: what is added up after backward,
 * what each updates, and what it tells the others.
 */
import type { Numbers } from "../../tensor/arithmetic.ts";
import type { ParameterBlock } from "../../tensor/parameters.ts";
import type { Parameter } from "../../tensor/tensor.ts";

/** Exchanges of one step, and how much of them the computation hid. */
export interface Overlap {
  /** From their start to their end, added up. */
  readonly exchangeS: number;
  /** Of that, what the step had to wait for. */
  readonly waitedS: number;
}

export interface Sync {
  /** What the optimizer of this rank works on. */
  readonly block: ParameterBlock;
  /** Held from step to step, padding included. */
  readonly parameterBytes: number;
  /** The most that gradients took at once in the last step. */
  readonly gradientBytes: number;
  /** Gradients start from zero. */
  beginStep(): void;
  /** An op has added to the gradient; sums start where nothing more will come. */
  touched(parameter: Parameter): void;
  /** After backward: until all gradients of the block are sums. */
  finish(): Overlap;
  /** After the update: until all ranks have the new parameters. */
  share(): void;
  /**
   * The sum of squares of the gradients of the whole model, over all ranks and parts; the same
   * bits everywhere.
   */
  squaredNorm(squares: (numbers: Numbers) => number): number;
  /** Numbers laid out as the block, for all parameters of this rank one after the other. */
  whole(blockLike: Numbers): Numbers;
  /** The reverse. */
  take(whole: Numbers, blockLike: Numbers): void;
}
