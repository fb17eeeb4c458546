/** Derivatives of an op against differences: in fp64 each entry, in fp32 along directions. */
import { ok } from "node:assert/strict";
import { test } from "vitest";
import { normal, seeded } from "../../src/base/random.ts";
import type { Numbers } from "../../src/tensor/arithmetic.ts";
import { createNativeDevice } from "../../src/tensor/device.ts";
import { meanSquaredError } from "../../src/tensor/ops/loss.ts";
import { constantly, Parameters } from "../../src/tensor/parameters.ts";
import { Tape } from "../../src/tensor/tape.ts";
import type { Parameter, Tensor } from "../../src/tensor/tensor.ts";
import { elementCount } from "../../src/tensor/tensor.ts";
import { backends, reference } from "./backends.ts";

/** One op under test: the shapes of its inputs and parameters, and the op itself. */
export interface Case {
  readonly name: string;
  readonly inputs: readonly (readonly number[])[];
  readonly parameters?: readonly (readonly number[])[];
  /** A tensor, whose mean squared distance from a drawn target is the loss; or the loss. */
  readonly run: (
    tape: Tape,
    x: readonly Tensor[],
    p: readonly Parameter[],
  ) => Tensor | number | undefined;
}

/** Values at least 0.2 away from zero, so that no step of a difference meets ReLU's kink. */
function draw(count: number, random: () => number, kind: new (n: number) => Numbers): Numbers {
  const values = new kind(count);
  for (let i = 0; i < count; i++) {
    const value = normal(random);
    values[i] = value + 0.2 * Math.sign(value);
  }
  return values;
}

/** A case with its numbers: evaluate the loss, change the numbers, evaluate again. */
function prepare(c: Case, backend: typeof reference, precision: "fp32" | "fp64") {
  const kind = precision === "fp64" ? Float64Array : Float32Array;
  const random = seeded(7);
  const device = createNativeDevice({ backend, precision });
  const parameters = new Parameters();
  for (const [i, shape] of (c.parameters ?? []).entries()) {
    parameters.declare(`p${i}`, shape, constantly(0));
  }
  parameters.allocate(random, kind);
  parameters.data.set(draw(parameters.elementCount, random, kind));
  const inputs = c.inputs.map((shape): Tensor => {
    const count = elementCount(shape);
    const data = draw(count, random, kind);
    return { shape, elementCount: count, data, needsGradient: true };
  });
  const target = draw(400, random, kind);
  const arrays = [...inputs.map(({ data }) => data), parameters.data];
  const evaluate = (): { loss: number; gradients: Numbers[] } => {
    const tape = new Tape(device);
    parameters.clearGradients();
    const found = new Map<Tensor, Numbers>();
    // Registered before all else, hence run last: by then an input's gradient is complete.
    for (const x of inputs) tape.onBackward(x, (dx) => found.set(x, dx.slice()));
    const result = c.run(tape, inputs, parameters.list);
    const loss = typeof result === "object" ? distance(tape, result, target) : result;
    tape.backward();
    const gradients = [...inputs.map((x) => found.get(x)!), parameters.gradients.slice()];
    return { loss: loss ?? NaN, gradients };
  };
  return { arrays, evaluate };
}

function distance(tape: Tape, y: Tensor, target: Numbers) {
  const data = target.subarray(0, y.elementCount);
  const wanted = { shape: y.shape, elementCount: y.elementCount, data, needsGradient: false };
  return meanSquaredError(tape, "distance", y, wanted);
}

export function testDerivatives(c: Case): void {
  test(`${c.name}: every derivative in fp64 equals its central difference`, () => {
    // Step 1e-5: the third derivative adds about 1e-10, rounding 1e-16/1e-5 = 1e-11; the
    // bound of 1e-7 of the largest derivative leaves room for large third derivatives.
    const { arrays, evaluate } = prepare(c, reference, "fp64");
    const { gradients } = evaluate();
    const largest = Math.max(...gradients.flatMap((g) => [...g].map(Math.abs)));
    ok(largest > 1e-3, "the loss depends on the inputs");
    for (const [i, array] of arrays.entries()) {
      for (let j = 0; j < array.length; j++) {
        const difference = centralDifference(evaluate, [[array, unit(array.length, j)]], 1e-5);
        const error = Math.abs(difference - gradients[i]![j]!) / largest;
        ok(error < 1e-7, `entry ${j} of array ${i}: ${gradients[i]![j]} and ${difference}`);
      }
    }
  });

  for (const backend of backends) {
    test(`${c.name}: derivatives along random directions, ${backend.name}, fp32`, () => {
      // The loss is rounded to about 1e-7, so a step of 0.02 gives differences good to 1e-5 and
      // the third derivative adds 0.02² = 4e-4 times itself: 1 % of the gradient's length
      // bounds both. Directions have length 1 over all arrays together.
      const { arrays, evaluate } = prepare(c, backend, "fp32");
      const { gradients } = evaluate();
      const length = Math.hypot(...gradients.flatMap((g) => [...g]));
      const random = seeded(11);
      for (let trial = 0; trial < 8; trial++) {
        const directions = unitDirections(arrays, random);
        const difference = centralDifference(evaluate, directions, 0.02);
        const derivative = dotAll(gradients, directions);
        const error = Math.abs(difference - derivative) / length;
        ok(error < 0.01, `along direction ${trial}: ${derivative} and ${difference}`);
      }
    });
  }
}

type Directions = readonly (readonly [Numbers, Float64Array])[];

function centralDifference(
  evaluate: () => { loss: number },
  directions: Directions,
  step: number,
): number {
  const before = directions.map(([array]) => array.slice());
  const shifted = (sign: number) => {
    for (const [i, [array, direction]] of directions.entries()) {
      for (let j = 0; j < array.length; j++) {
        array[j] = before[i]![j]! + sign * step * direction[j]!;
      }
    }
    return evaluate().loss;
  };
  const difference = (shifted(1) - shifted(-1)) / (2 * step);
  for (const [i, [array]] of directions.entries()) array.set(before[i]!);
  return difference;
}

function unit(length: number, index: number): Float64Array {
  const direction = new Float64Array(length);
  direction[index] = 1;
  return direction;
}

function unitDirections(arrays: readonly Numbers[], random: () => number): Directions {
  const drawn = arrays.map(({ length }) => Float64Array.from({ length }, () => normal(random)));
  const length = Math.hypot(...drawn.flatMap((direction) => [...direction]));
  return arrays.map((array, i) => [array, drawn[i]!.map((value) => value / length)]);
}

function dotAll(gradients: readonly Numbers[], directions: Directions): number {
  let sum = 0;
  for (const [i, [, direction]] of directions.entries()) {
    for (let j = 0; j < direction.length; j++) sum += direction[j]! * gradients[i]![j]!;
  }
  return sum;
}
