import { deepEqual, ok } from "node:assert/strict";
import { test } from "vitest";
import { seeded } from "../../src/base/random.ts";
import { Adam } from "../../src/tensor/adam.ts";
import { createNativeDevice, createShapeDevice } from "../../src/tensor/device.ts";
import { constantly, Parameters } from "../../src/tensor/parameters.ts";
import { Tape } from "../../src/tensor/tape.ts";
import { backends, relativeError } from "./backends.ts";

for (const backend of backends) {
  test(`two steps of Adam with a constant gradient, ${backend.name}`, () => {
    // m = (1−β₁ᵗ)g and v = (1−β₂ᵗ)g² under a constant gradient, so after their corrections
    // m̂ = g and v̂ = g²: each step is −rate·g/(|g| + ε), about −rate·sign(g).
    const parameters = new Parameters();
    parameters.declare("p", [4], constantly(1));
    parameters.allocate(seeded(1));
    const gradient = [0.5, -2, 1e-3, 0];
    const device = createNativeDevice({ backend });
    const adam = new Adam(parameters);
    for (let step = 1; step <= 2; step++) {
      parameters.gradients.set(gradient);
      adam.update(new Tape(device), 0.1);
      const wanted = gradient.map((g) => 1 - (step * 0.1 * g) / (Math.abs(g) + 1e-8));
      ok(relativeError(parameters.data, wanted) < 1e-6, [...parameters.data].join(" "));
    }
  });
}

test("bytes of the update: 16 read and 12 written in fp32, 14 and 14 in bf16", () => {
  // fp32: weight, m, v and gradient, 4 bytes each; the first three are written back. bf16: fp32
  // master, m, v and a 2-byte gradient; the three and a 2-byte weight are written.
  const bytes = (elementBytes: number) => {
    const parameters = new Parameters();
    parameters.declare("p", [10], constantly(1));
    const tape = new Tape(createShapeDevice(elementBytes));
    new Adam(parameters).update(tape, 0.1);
    const head = { model: "m", sampleCount: 1, tokensPerSample: 1, parameterCount: 10 };
    return tape.trace(head).ops.map((op) => [op.kind, op.readBytes, op.writtenBytes]);
  };
  deepEqual(bytes(4), [["optimizer", 160, 120]]);
  deepEqual(bytes(2), [["optimizer", 140, 140]]);
});
