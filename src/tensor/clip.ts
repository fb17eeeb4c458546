/** What happens to the gradients of a model between backward and the optimizer. */
import type { Numbers } from "./arithmetic.ts";
import type { ParameterBlock } from "./parameters.ts";
import type { Tape } from "./tape.ts";

/** Gradients that add up `partCount` parts become their mean. Nothing where there is one part. */
export function averageGradients(tape: Tape, parameters: ParameterBlock, partCount: number): void {
  if (partCount === 1) return;
  const count = parameters.elementCount;
  tape.run(
    {
      kind: "optimizer",
      name: "gradient-mean",
      shape: [count],
      flop: count,
      readBytes: tape.bytes(count),
      writtenBytes: tape.bytes(count),
    },
    (backend) => backend.scale(parameters.gradients, 1 / partCount),
  );
}

/** Of all gradients together, also of those that other ranks hold. */
export type SquaredNorm = (squares: (numbers: Numbers) => number) => number;

/**
 * All gradients together, as one vector g, are made no longer than `clipNorm`:
 *
 *     g ← g · min(1, clipNorm / |g|)
 *
 * Pascanu et al. 2013, arXiv:1211.5063, algorithm 1.
 */
export function clipGradients(
  tape: Tape,
  parameters: ParameterBlock,
  clipNorm: number,
  squaredNorm: SquaredNorm = (squares) => squares(parameters.gradients),
): void {
  const count = parameters.elementCount;
  tape.run(
    {
      kind: "optimizer",
      name: "gradient-clip",
      shape: [count],
      flop: 3 * count,
      readBytes: tape.bytes(2 * count),
      writtenBytes: tape.bytes(count),
    },
    (backend) => {
      const norm = Math.sqrt(squaredNorm((numbers) => backend.sumOfSquares(numbers)));
      if (norm > clipNorm) backend.scale(parameters.gradients, clipNorm / norm);
    },
  );
}
