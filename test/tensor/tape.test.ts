import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "vitest";
import { createNativeDevice, createShapeDevice } from "../../src/tensor/device.ts";
import { meanSquaredError } from "../../src/tensor/ops/loss.ts";
import { linear } from "../../src/tensor/ops/matmul.ts";
import { add, relu } from "../../src/tensor/ops/pointwise.ts";
import { constantly, Parameters } from "../../src/tensor/parameters.ts";
import { Tape } from "../../src/tensor/tape.ts";
import { constantTensor, NO_NUMBERS } from "../../src/tensor/tensor.ts";
import { reference } from "./backends.ts";

const head = { model: "m", sampleCount: 6, tokensPerSample: 1, parameterCount: 0 };

/** relu(x·W + b) against a target, for 6 samples, 5 inputs and 3 outputs, in bf16. */
function smallStep() {
  const parameters = new Parameters();
  const weight = parameters.declare("w", [5, 3], constantly(0));
  const bias = parameters.declare("b", [3], constantly(0));
  const tape = new Tape(createShapeDevice(2));
  const x = constantTensor([6, 5], NO_NUMBERS);
  const y = relu(tape, "relu", linear(tape, "layer", x, { weight, bias }));
  meanSquaredError(tape, "loss", y, constantTensor([6, 3], NO_NUMBERS));
  tape.backward();
  return tape.trace(head);
}

test("a linear layer records a product forward and, for outside inputs, one backward", () => {
  // Forward 6×3×5: flop 2·6·3·5 = 180; reads (30 + 15)·2 B, writes 18·2 B. Backward only the
  // weights' gradient, 5×3 summed over 6: reads (30 + 18)·2 B, writes 15·2 B.
  const products = smallStep().ops.filter((op) => op.kind === "matmul");
  deepEqual(products, [
    {
      ...{ kind: "matmul", phase: "forward", name: "layer", shape: [1, 6, 3, 5] },
      ...{ flop: 180, readBytes: 90, writtenBytes: 36 },
    },
    {
      ...{ kind: "matmul", phase: "backward", name: "layer wgrad", shape: [1, 5, 3, 6] },
      ...{ flop: 180, readBytes: 96, writtenBytes: 30 },
    },
  ]);
});

test("gradients are ready with the op that finished them, weight and bias together", () => {
  // Ops: layer, relu, loss; then backward loss, relu, layer wgrad, which has index 5.
  deepEqual(smallStep().gradients, [
    { parameter: "w", elementCount: 15, op: 5 },
    { parameter: "b", elementCount: 3, op: 5 },
  ]);
});

test("what backward needs is counted once: x, relu's output (twice needed), the target", () => {
  // The loss needs its input, which is relu's output, and its target: (30 + 18 + 18)·2 B.
  equal(smallStep().activationBytes, 132);
});

test("a tensor used twice has its gradients added by an op of its own", () => {
  const parameters = new Parameters();
  const weight = parameters.declare("w", [2, 2], constantly(0));
  const tape = new Tape(createShapeDevice(4));
  const x = linear(tape, "layer", constantTensor([1, 2], NO_NUMBERS), { weight });
  const y = add(tape, "residual", x, relu(tape, "relu", x));
  meanSquaredError(tape, "loss", y, constantTensor([1, 2], NO_NUMBERS));
  tape.backward();
  const backward = tape.trace(head).ops.filter((op) => op.phase === "backward");
  deepEqual(
    backward.map((op) => op.name),
    ["loss", "relu", "relu gradient-sum", "layer wgrad"],
  );
});

test("an output that nothing uses has no backward ops", () => {
  const parameters = new Parameters();
  const weight = parameters.declare("w", [2, 2], constantly(0));
  const tape = new Tape(createShapeDevice(4));
  const x = constantTensor([1, 2], NO_NUMBERS);
  linear(tape, "unused", x, { weight });
  meanSquaredError(tape, "loss", linear(tape, "used", x, { weight }), x);
  tape.backward();
  const backward = tape.trace(head).ops.filter((op) => op.phase === "backward");
  deepEqual(
    backward.map((op) => op.name),
    ["loss", "used wgrad"],
  );
});

test("a tape runs backwards once", () => {
  const tape = new Tape(createShapeDevice(4));
  tape.backward();
  throws(() => tape.backward(), /a tape runs backwards once/);
});

test("buffers of one step are those of the step before", () => {
  const device = createNativeDevice({ backend: reference });
  const first = device.allocate(10);
  device.begin();
  equal(device.allocate(10), first);
  equal(device.allocate(10) === first, false);
});

test("a device times its ops by kind, with the clock it was given", () => {
  // The clock ticks once per reading, so every op takes exactly 1 s.
  let ticks = 0;
  const device = createNativeDevice({ backend: reference, clock: () => ticks++ });
  for (const kind of ["norm", "matmul", "norm"] as const) {
    device.compute(kind, () => undefined, "op");
  }
  deepEqual(
    [...device.times],
    [
      ["norm", { calls: 2, durationS: 2 }],
      ["matmul", { calls: 1, durationS: 1 }],
    ],
  );
});

test("two parameters cannot have one name", () => {
  const parameters = new Parameters();
  parameters.declare("w", [1], constantly(0));
  throws(() => parameters.declare("w", [1], constantly(0)), /one parameter is called w/);
});
