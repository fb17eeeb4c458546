/** Layer norm and softmax, over the last axis. */
import { assert, at } from "../../base/assert.ts";
import type { Tape } from "../tape.ts";
import { STATISTIC_BYTES } from "../tape.ts";
import type { Parameter, Tensor } from "../tensor.ts";

/** Operations per element, counted off the formulas in reference/rows.ts. */
const NORM_FLOP = 8;
const NORM_BACKWARD_FLOP = 15;
const SOFTMAX_FLOP = 5;
const SOFTMAX_BACKWARD_FLOP = 4;

export interface NormParameters {
  readonly scale: Parameter;
  readonly shift: Parameter;
}

export function layerNorm(tape: Tape, name: string, x: Tensor, parameters: NormParameters): Tensor {
  const { scale, shift } = parameters;
  const columns = scale.elementCount;
  assert(x.shape.at(-1) === columns, `${name} normalizes ${columns} columns`);
  const elements = x.elementCount;
  const rows = elements / columns;
  const y = tape.output(x.shape, true);
  const statistics = tape.device.allocate(2 * rows);
  const arrays = { x: x.data, scale: scale.data, shift: shift.data, y: y.data, statistics };
  tape.run(
    {
      kind: "norm",
      name,
      shape: x.shape,
      flop: NORM_FLOP * elements,
      readBytes: tape.bytes(elements + 2 * columns),
      writtenBytes: tape.bytes(elements) + 2 * rows * STATISTIC_BYTES,
    },
    (backend) => backend.layerNorm(arrays, { rows, columns }),
  );
  tape.save(x);
  tape.saveStatistics(2 * rows);
  tape.onBackward(y, (dy) => {
    const dx = tape.device.allocate(elements);
    const [dscale, dshift] = [scale.gradient, shift.gradient];
    const gradients = { x: x.data, scale: scale.data, statistics, dy, dx, dscale, dshift };
    tape.run(
      {
        kind: "norm",
        name,
        shape: x.shape,
        flop: NORM_BACKWARD_FLOP * elements,
        readBytes: tape.bytes(2 * elements + columns) + 2 * rows * STATISTIC_BYTES,
        writtenBytes: tape.bytes(elements + 2 * columns),
      },
      (backend) => backend.layerNormBackward(gradients, { rows, columns }),
    );
    tape.touchGradient(scale);
    tape.touchGradient(shift);
    if (x.needsGradient) tape.addGradient(x, dx, name);
  });
  return y;
}

export function softmax(tape: Tape, name: string, x: Tensor): Tensor {
  const columns = at(x.shape, x.shape.length - 1);
  const elements = x.elementCount;
  const shape = { rows: elements / columns, columns };
  const y = tape.output(x.shape, x.needsGradient);
  tape.run(
    {
      kind: "softmax",
      name,
      shape: x.shape,
      flop: SOFTMAX_FLOP * elements,
      readBytes: tape.bytes(elements),
      writtenBytes: tape.bytes(elements),
    },
    (backend) => backend.softmax(x.data, y.data, shape),
  );
  tape.save(y);
  tape.onBackward(y, (dy) => {
    if (!x.needsGradient) return;
    const dx = tape.device.allocate(elements);
    tape.run(
      {
        kind: "softmax",
        name,
        shape: x.shape,
        flop: SOFTMAX_BACKWARD_FLOP * elements,
        readBytes: tape.bytes(2 * elements),
        writtenBytes: tape.bytes(elements),
      },
      (backend) => backend.softmaxBackward(y.data, dy, dx, shape),
    );
    tape.addGradient(x, dx, name);
  });
  return y;
}
