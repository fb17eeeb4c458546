/**
 * Losses and gradients of two small models against PyTorch's (test/fixtures/tensor/make.py
 * makes them and names the version): same weights, same inputs.
 */
import { ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "vitest";
import { seeded } from "../../src/base/random.ts";
import type { Batch, Model } from "../../src/models/model.ts";
import { createModel } from "../../src/models/model.ts";
import { Adam } from "../../src/tensor/adam.ts";
import type { Backend, Numbers } from "../../src/tensor/arithmetic.ts";
import { createNativeDevice } from "../../src/tensor/device.ts";
import { Tape } from "../../src/tensor/tape.ts";
import { constantTensor } from "../../src/tensor/tensor.ts";
import { backends, reference, relativeError } from "../tensor/backends.ts";

interface Golden {
  readonly batch: number;
  readonly learningRate: number;
  readonly inputs: readonly number[];
  readonly targets: readonly number[];
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: readonly number[];
    readonly gradient: readonly number[];
  }[];
  /** Before each update. */
  readonly losses: readonly number[];
}

interface GoldenMlp extends Golden {
  readonly widths: readonly number[];
}

interface GoldenGpt extends Golden {
  readonly layerCount: number;
  readonly hiddenSize: number;
  readonly headCount: number;
  readonly vocabularySize: number;
  readonly contextTokens: number;
  readonly tokens: number;
}

const read = (name: string): unknown => {
  const url = new URL(`../fixtures/tensor/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8"));
};
const goldenMlp = read("mlp") as GoldenMlp;
const goldenGpt = read("gpt") as GoldenGpt;

type Precision = "fp32" | "fp64";
type Kind = Float32ArrayConstructor | Float64ArrayConstructor;

function mlp(kind: Kind) {
  const { widths, batch, inputs, targets } = goldenMlp;
  const tensor = (width: number, data: readonly number[]) =>
    constantTensor([batch, width], new kind(Float32Array.from(data)));
  const model = createModel({ family: "mlp", id: "m", name: "m", widths });
  const vectors = { inputs: tensor(20, inputs), targets: tensor(5, targets) };
  return { model, batch: { kind: "vectors", ...vectors } satisfies Batch, golden: goldenMlp };
}

function gpt() {
  const { batch, tokens, inputs, targets } = goldenGpt;
  const ids = (data: readonly number[]) => {
    return { shape: [batch, tokens], data: Int32Array.from(data) };
  };
  const model = createModel({ family: "gpt", id: "g", name: "g", ...goldenGpt });
  const texts = { inputs: ids(inputs), targets: ids(targets) };
  return { model, batch: { kind: "tokens", ...texts } satisfies Batch, golden: goldenGpt };
}

/** The stored weights, name by name: both sides must have the same parameters. */
function load(model: Model, golden: Golden, kind: Kind): void {
  model.parameters.allocate(seeded(1), kind);
  for (const [i, parameter] of model.parameters.list.entries()) {
    const stored = golden.parameters[i];
    ok(stored?.name === parameter.name, `parameter ${i} is ${stored?.name}`);
    ok(String(stored.shape) === String(parameter.shape), `${parameter.name} has its shape`);
    // Nine digits name an fp32 number; read as fp64 they are a little beside it.
    parameter.data.set(Float32Array.from(stored.values));
  }
}

/** Trains; returns the loss before each update and the first gradients. */
function replay(
  { model, batch, golden }: { model: Model; batch: Batch; golden: Golden },
  backend: Backend,
  precision: Precision,
) {
  load(model, golden, precision === "fp64" ? Float64Array : Float32Array);
  const device = createNativeDevice({ backend, precision });
  const adam = new Adam(model.parameters);
  const losses: number[] = [];
  let gradients: Numbers[] = [];
  for (let step = 0; step < golden.losses.length; step++) {
    const tape = new Tape(device);
    model.parameters.clearGradients();
    losses.push(model.loss(tape, batch) ?? NaN);
    tape.backward();
    if (step === 0) gradients = model.parameters.list.map(({ gradient }) => gradient.slice());
    adam.update(tape, golden.learningRate);
  }
  return { losses, gradients };
}

/** The reference in fp64 as well, where only the 9 stored digits limit the agreement. */
const runs: readonly (readonly [Backend, Precision, number])[] = [
  [reference, "fp64", 1e-8],
  ...backends.map((backend) => [backend, "fp32", 1e-5] as const),
];

for (const [backend, precision, tolerance] of runs) {
  const on = `${backend.name}, ${precision}`;
  const cases = {
    MLP: () => mlp(precision === "fp64" ? Float64Array : Float32Array),
    GPT: gpt,
  };
  for (const [name, prepared] of Object.entries(cases)) {
    test(`${name}: first loss and all gradients are PyTorch's, ${on}`, () => {
      const { losses, gradients } = replay(prepared(), backend, precision);
      const { golden } = prepared();
      ok(relativeError(Float64Array.of(losses[0]!), [golden.losses[0]!]) < tolerance);
      for (const [i, gradient] of gradients.entries()) {
        const { name: parameter, gradient: wanted } = golden.parameters[i]!;
        // The gradient of a key's bias is zero, since softmax ignores what all scores share:
        // so errors are taken relative to the largest entry of the whole parameter.
        const error = relativeError(gradient, wanted);
        ok(error < tolerance, `${parameter} differs by ${error}`);
      }
    });
  }

  test(`MLP: losses of 100 steps of Adam are PyTorch's, ${on}`, () => {
    // Rounding grows along a trajectory: a thousandth after 100 steps in fp32.
    const { losses } = replay(
      mlp(precision === "fp64" ? Float64Array : Float32Array),
      backend,
      precision,
    );
    for (const step of [2, 5, 20, 50, 100]) {
      const error = Math.abs(losses[step - 1]! / goldenMlp.losses[step - 1]! - 1);
      ok(error < 100 * tolerance, `step ${step} differs by ${error}`);
    }
  });

  test(`GPT: losses of 20 steps of Adam are PyTorch's, ${on}`, () => {
    const { losses } = replay(gpt(), backend, precision);
    const error = relativeError(Float64Array.from(losses), goldenGpt.losses);
    ok(error < 100 * tolerance, `they differ by ${error}`);
  });
}
