/** Ops on single elements: activations and the residual sum. */
import { assert } from "../../base/assert.ts";
import type { Tape } from "../tape.ts";
import type { Tensor } from "../tensor.ts";

/** Operations per element, counted off the formulas in reference/pointwise.ts. */
const RELU_FLOP = 1;
const GELU_FLOP = 9;
const GELU_BACKWARD_FLOP = 19;

/** Saves its output, which the next layer saves anyway: the sign of both is the same. */
export function relu(tape: Tape, name: string, x: Tensor): Tensor {
  const y = activation(tape, name, x, RELU_FLOP, (backend, to) => backend.relu(x.data, to));
  tape.save(y);
  activationGradient(tape, name, { x, y }, RELU_FLOP, (backend, dy, dx) =>
    backend.reluBackward(y.data, dy, dx),
  );
  return y;
}

export function gelu(tape: Tape, name: string, x: Tensor): Tensor {
  const y = activation(tape, name, x, GELU_FLOP, (backend, to) => backend.gelu(x.data, to));
  tape.save(x);
  activationGradient(tape, name, { x, y }, GELU_BACKWARD_FLOP, (backend, dy, dx) =>
    backend.geluBackward(x.data, dy, dx),
  );
  return y;
}

type Kernel = Parameters<Tape["run"]>[1];
type Backend = Parameters<Kernel>[0];
type Numbers = Tensor["data"];

function activation(
  tape: Tape,
  name: string,
  x: Tensor,
  flopPerElement: number,
  kernel: (backend: Backend, y: Numbers) => void,
): Tensor {
  const y = tape.output(x.shape, x.needsGradient);
  const elements = x.elementCount;
  tape.run(
    {
      kind: "activation",
      name,
      shape: x.shape,
      flop: flopPerElement * elements,
      readBytes: tape.bytes(elements),
      writtenBytes: tape.bytes(elements),
    },
    (backend) => kernel(backend, y.data),
  );
  return y;
}

function activationGradient(
  tape: Tape,
  name: string,
  { x, y }: { readonly x: Tensor; readonly y: Tensor },
  flopPerElement: number,
  kernel: (backend: Backend, dy: Numbers, dx: Numbers) => void,
): void {
  const elements = x.elementCount;
  tape.onBackward(y, (dy) => {
    if (!x.needsGradient) return;
    const dx = tape.device.allocate(elements);
    tape.run(
      {
        kind: "activation",
        name,
        shape: x.shape,
        flop: flopPerElement * elements,
        readBytes: tape.bytes(2 * elements),
        writtenBytes: tape.bytes(elements),
      },
      (backend) => kernel(backend, dy, dx),
    );
    tape.addGradient(x, dx, name);
  });
}

/** a + b. Backward costs nothing: both have the gradient of the sum. */
export function add(tape: Tape, name: string, a: Tensor, b: Tensor): Tensor {
  if (a.elementCount !== b.elementCount) assert(false, `${name} adds tensors of one shape`);
  const y = tape.output(a.shape, a.needsGradient || b.needsGradient);
  const elements = y.elementCount;
  tape.run(
    {
      kind: "element-wise",
      name,
      shape: y.shape,
      flop: elements,
      readBytes: tape.bytes(2 * elements),
      writtenBytes: tape.bytes(elements),
    },
    (backend) => backend.add(a.data, b.data, y.data),
  );
  tape.onBackward(y, (dy) => {
    if (a.needsGradient) tape.addGradient(a, dy, name);
    if (b.needsGradient) tape.addGradient(b, dy, name);
  });
  return y;
}
