/** Ops of Llama-like models: root-mean-square norm, turned queries and keys, gated activation. */
import { assert, at } from "../../base/assert.ts";
import type { Numbers, RotaryShape } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import { STATISTIC_BYTES } from "../tape.ts";
import type { Parameter, Tensor } from "../tensor.ts";

/** Operations per element, counted off the formulas in reference/llama.ts. */
const NORM_FLOP = 4;
const NORM_BACKWARD_FLOP = 11;
const TURN_FLOP = 3;
const SWIGLU_FLOP = 5;
const SWIGLU_BACKWARD_FLOP = 11;

export function rmsNorm(tape: Tape, name: string, x: Tensor, scale: Parameter): Tensor {
  const columns = scale.elementCount;
  assert(x.shape.at(-1) === columns, `${name} normalizes ${columns} columns`);
  const elements = x.elementCount;
  const rows = elements / columns;
  const y = tape.output(x.shape, true);
  const statistics = tape.device.allocate(rows);
  const arrays = { x: x.data, scale: scale.data, y: y.data, statistics };
  tape.run(
    {
      ...{ kind: "norm", name, shape: x.shape, flop: NORM_FLOP * elements },
      readBytes: tape.bytes(elements + columns),
      writtenBytes: tape.bytes(elements) + rows * STATISTIC_BYTES,
    },
    (backend) => backend.rmsNorm(arrays, { rows, columns }),
  );
  tape.save(x);
  tape.saveStatistics(rows);
  tape.onBackward(y, (dy) => {
    const dx = tape.device.allocate(elements);
    const gradients = { ...arrays, dy, dx, dscale: scale.gradient };
    tape.run(
      {
        ...{ kind: "norm", name, shape: x.shape, flop: NORM_BACKWARD_FLOP * elements },
        readBytes: tape.bytes(2 * elements + columns) + rows * STATISTIC_BYTES,
        writtenBytes: tape.bytes(elements + columns),
      },
      (backend) => backend.rmsNormBackward(gradients, { rows, columns }),
    );
    tape.touchGradient(scale);
    if (x.needsGradient) tape.addGradient(x, dx, name);
  });
  return y;
}

/** x is [..., 2·width]; silu of the first half times the second: [..., width]. */
export function swiglu(tape: Tape, name: string, x: Tensor): Tensor {
  const columns = at(x.shape, x.shape.length - 1) / 2;
  const rows = x.elementCount / (2 * columns);
  const shape = [...x.shape.slice(0, -1), columns];
  const elements = rows * columns;
  const y = tape.output(shape, x.needsGradient);
  tape.run(
    {
      ...{ kind: "activation", name, shape, flop: SWIGLU_FLOP * elements },
      readBytes: tape.bytes(2 * elements),
      writtenBytes: tape.bytes(elements),
    },
    (backend) => backend.swiglu(x.data, y.data, { rows, columns }),
  );
  tape.save(x);
  tape.onBackward(y, (dy) => {
    if (!x.needsGradient) return;
    const dx = tape.device.allocate(x.elementCount);
    tape.run(
      {
        ...{ kind: "activation", name, shape, flop: SWIGLU_BACKWARD_FLOP * elements },
        readBytes: tape.bytes(3 * elements),
        writtenBytes: tape.bytes(2 * elements),
      },
      (backend) => backend.swigluBackward(x.data, dy, dx, { rows, columns }),
    );
    tape.addGradient(x, dx, name);
  });
  return y;
}

export interface RotaryKind {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  /** Cosine and sine of each token and pair of columns. */
  readonly turns: Numbers;
}

/**
 * Queries and keys, turned by their places; keys and values repeated for the heads that share
 * them, which is how the kernels of attention read them here. The record has what a kernel that
 * knows of shared keys moves: queries and keys once each way.
 */
export function rotary(tape: Tape, name: string, qkv: Tensor, kind: RotaryKind): Tensor {
  const { heads, keyValueHeads, headSize, turns } = kind;
  const [batch, tokens] = [at(qkv.shape, 0), at(qkv.shape, 1)];
  const shape: RotaryShape = { batch, tokens, heads, keyValueHeads, headSize };
  const y = tape.output([batch, tokens, 3 * heads * headSize], qkv.needsGradient);
  const elements = batch * tokens * (heads + keyValueHeads) * headSize;
  const moved = { readBytes: tape.bytes(elements), writtenBytes: tape.bytes(elements) };
  const record = { shape: qkv.shape, flop: TURN_FLOP * elements, ...moved };
  tape.run({ kind: "element-wise", name, ...record }, (backend) =>
    backend.rotary(qkv.data, turns, y.data, shape),
  );
  tape.onBackward(y, (dy) => {
    if (!qkv.needsGradient) return;
    const dqkv = tape.device.allocate(qkv.elementCount);
    tape.run({ kind: "element-wise", name, ...record }, (backend) =>
      backend.rotaryBackward(dy, turns, dqkv, shape),
    );
    tape.addGradient(qkv, dqkv, name);
  });
  return y;
}

/**
 * Cosine and sine of place · base^(−2i/headSize) for each place and pair of columns i:
 * [places, headSize/2, 2]. Su et al. 2021, arXiv:2104.09864, equation 15.
 */
export function turnsOf(
  places: ArrayLike<number>,
  headSize: number,
  base: number,
  kind: new (length: number) => Numbers,
): Numbers {
  const turns = new kind(places.length * headSize);
  for (let t = 0; t < places.length; t++) {
    for (let i = 0; i < headSize / 2; i++) {
      const angle = places[t]! * base ** ((-2 * i) / headSize);
      turns[t * headSize + 2 * i] = Math.cos(angle);
      turns[t * headSize + 2 * i + 1] = Math.sin(angle);
    }
  }
  return turns;
}
