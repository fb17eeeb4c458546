/**
 * Losses and gradients of a Llama, a mixture of experts and a BERT against an implementation of
 * its own that has no backward pass (test/fixtures/tensor/independent.py): same weights, same
 * inputs.
 */
import { equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "vitest";
import { seeded } from "../../src/base/random.ts";
import type { Batch } from "../../src/models/model.ts";
import { createModel } from "../../src/models/model.ts";
import type { ModelSpec } from "../../src/records/trace.ts";
import { Adam } from "../../src/tensor/adam.ts";
import type { Backend, Numbers } from "../../src/tensor/arithmetic.ts";
import { createNativeDevice } from "../../src/tensor/device.ts";
import { Tape } from "../../src/tensor/tape.ts";
import { backends, reference, relativeError } from "../tensor/backends.ts";

interface Golden {
  readonly batch: number;
  readonly tokens: number;
  readonly learningRate: number;
  readonly inputs: readonly number[];
  readonly targets: readonly number[];
  readonly places?: readonly number[];
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: readonly number[];
    readonly gradient: readonly number[];
  }[];
  /** Before each update. */
  readonly losses: readonly number[];
}

function read(family: string): { golden: Golden; spec: ModelSpec; batch: Batch } {
  const url = new URL(`../fixtures/tensor/${family}.json`, import.meta.url);
  const golden = JSON.parse(readFileSync(url, "utf8")) as Golden;
  const spec = { ...golden, family, id: family, name: family } as unknown as ModelSpec;
  const ids = (data: readonly number[], ...shape: readonly number[]) => {
    return { shape, data: Int32Array.from(data) };
  };
  const { batch: samples, tokens, inputs, targets, places } = golden;
  const batch: Batch =
    places === undefined
      ? {
          ...{ kind: "tokens", inputs: ids(inputs, samples, tokens) },
          targets: ids(targets, samples, tokens),
        }
      : {
          ...{ kind: "masked", inputs: ids(inputs, samples, tokens) },
          ...{ places: ids(places, places.length), targets: ids(targets, targets.length) },
        };
  return { golden, spec, batch };
}

/** Trains; returns the loss before each update and the first gradients. */
function replay(family: string, backend: Backend, precision: "fp32" | "fp64") {
  const { golden, spec, batch } = read(family);
  const model = createModel(spec);
  const { parameters } = model;
  parameters.allocate(seeded(1), precision === "fp64" ? Float64Array : Float32Array);
  equal(parameters.list.length, golden.parameters.length);
  for (const [i, parameter] of parameters.list.entries()) {
    const stored = golden.parameters[i]!;
    equal(stored.name, parameter.name);
    equal(String(stored.shape), String(parameter.shape), parameter.name);
    // Nine digits name an fp32 number; read as fp64 they are a little beside it.
    parameter.data.set(Float32Array.from(stored.values));
  }
  const device = createNativeDevice({ backend, precision });
  const adam = new Adam(parameters);
  const losses: number[] = [];
  let gradients: Numbers[] = [];
  for (const step of golden.losses.keys()) {
    const tape = new Tape(device);
    parameters.clearGradients();
    losses.push(model.loss(tape, batch) ?? NaN);
    tape.backward();
    if (step === 0) gradients = parameters.list.map(({ gradient }) => gradient.slice());
    adam.update(tape, golden.learningRate);
  }
  return { golden, losses, gradients };
}

/** The reference in fp64 as well, where only the 9 stored digits limit the agreement. */
const runs: readonly (readonly [Backend, "fp32" | "fp64", number])[] = [
  [reference, "fp64", 1e-8],
  ...backends.map((backend) => [backend, "fp32", 1e-5] as const),
];

for (const [backend, precision, tolerance] of runs) {
  for (const family of ["llama", "moe", "bert"]) {
    test(`${family}: loss and gradients of the equations, ${backend.name}, ${precision}`, () => {
      const { golden, losses, gradients } = replay(family, backend, precision);
      ok(Math.abs(losses[0]! / golden.losses[0]! - 1) < tolerance, `a loss of ${losses[0]}`);
      for (const [i, gradient] of gradients.entries()) {
        const { name, gradient: wanted } = golden.parameters[i]!;
        const error = relativeError(gradient, wanted);
        ok(error < tolerance, `${name} differs by ${error}`);
      }
      // Four steps of Adam: rounding grows along the way.
      const along = relativeError(Float64Array.from(losses), golden.losses);
      ok(along < 100 * tolerance, `losses differ by ${along}`);
    });
  }
}
