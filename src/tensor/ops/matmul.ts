/**
 * Matrix products: one op forward, and one for each operand backward, as a GEMM library is
 * called. The bias is an epilogue of the product and its gradient one of the weights' gradient:
 * neither is an op of its own.
 */
import { assert, at } from "../../base/assert.ts";
import type { MatmulShape, Numbers } from "../arithmetic.ts";
import type { OpRecord, Tape } from "../tape.ts";
import type { Parameter, Tensor } from "../tensor.ts";

type Product = Pick<MatmulShape, "batch" | "m" | "n" | "k">;

function record(tape: Tape, name: string, { batch, m, n, k }: Product): OpRecord {
  return {
    kind: "matmul",
    name,
    shape: [batch, m, n, k],
    flop: 2 * batch * m * n * k,
    readBytes: tape.bytes(batch * (m * k + k * n)),
    writtenBytes: tape.bytes(batch * m * n),
  };
}

export interface LinearParameters {
  /** inputs × outputs, or outputs × inputs where `transposes` says so. */
  readonly weight: Parameter;
  readonly bias?: Parameter;
  /** Of ranks that each make a part of a sum, one adds the bias; all have its gradient. */
  readonly addsBias?: boolean;
  /** y = x·Wᵀ: the weight is a table of rows, shared with an embedding. */
  readonly transposes?: boolean;
}

/** y = x·W + bias on the last axis of x. */
export function linear(tape: Tape, name: string, x: Tensor, parameters: LinearParameters): Tensor {
  const { weight, bias, addsBias = true, transposes = false } = parameters;
  const k = at(weight.shape, transposes ? 1 : 0);
  const n = at(weight.shape, transposes ? 0 : 1);
  assert(x.shape.at(-1) === k, `${name} gets ${k} inputs`);
  const m = x.elementCount / k;
  const y = tape.output([...x.shape.slice(0, -1), n], true);
  const forward = { batch: 1, m, n, k };
  tape.run(record(tape, name, forward), (backend) =>
    backend.matmul(x.data, weight.data, y.data, addsBias ? bias?.data : undefined, {
      ...forward,
      transposesA: false,
      transposesB: transposes,
      accumulates: false,
    }),
  );
  tape.save(x);
  tape.onBackward(y, (dy) => {
    if (x.needsGradient) {
      const dx = tape.device.allocate(x.elementCount);
      leftGradient(tape, name, { dy, right: weight.data, dx }, { ...forward, transposes });
      tape.addGradient(x, dx, name);
    }
    weightGradient(tape, name, x.data, dy, parameters, forward);
  });
  return y;
}

/** dX = dY·Wᵀ, or dY·W where the product was x·Wᵀ. */
function leftGradient(
  tape: Tape,
  name: string,
  arrays: { readonly dy: Numbers; readonly right: Numbers; readonly dx: Numbers },
  { batch, m, n, k, transposes }: Product & { readonly transposes: boolean },
): void {
  const shape = { batch, m, n: k, k: n };
  tape.run(record(tape, `${name} dgrad`, shape), (backend) =>
    backend.matmul(arrays.dy, arrays.right, arrays.dx, undefined, {
      ...shape,
      transposesA: false,
      transposesB: !transposes,
      accumulates: false,
    }),
  );
}

/** dW += Xᵀ·dY, or dYᵀ·X where the product was x·Wᵀ; dbias += column sums of dY. */
function weightGradient(
  tape: Tape,
  name: string,
  x: Numbers,
  dy: Numbers,
  { weight, bias, transposes = false }: LinearParameters,
  { m, n, k }: Product,
): void {
  const shape = transposes ? { batch: 1, m: n, n: k, k: m } : { batch: 1, m: k, n, k: m };
  tape.run(record(tape, `${name} wgrad`, shape), (backend) => {
    const [left, right] = transposes ? [dy, x] : [x, dy];
    backend.matmul(left, right, weight.gradient, undefined, {
      ...shape,
      transposesA: true,
      transposesB: false,
      accumulates: true,
    });
    if (bias !== undefined) backend.columnSums(dy, bias.gradient, { rows: m, columns: n });
  });
  tape.touchGradient(weight);
  if (bias !== undefined) tape.touchGradient(bias);
}

/** y = a·b, or a·bᵀ, for each of a batch of pairs: [batch, m, k] and [batch, k, n]. */
export function matmul(tape: Tape, name: string, a: Tensor, b: Tensor, transposes = false): Tensor {
  const [batch, m, k] = [at(a.shape, 0), at(a.shape, 1), at(a.shape, 2)];
  const n = at(b.shape, transposes ? 1 : 2);
  assert(b.elementCount === batch * k * n, `${name} gets matrices that fit`);
  const y = tape.output([batch, m, n], a.needsGradient || b.needsGradient);
  const forward = { batch, m, n, k };
  tape.run(record(tape, name, forward), (backend) =>
    backend.matmul(a.data, b.data, y.data, undefined, {
      ...forward,
      transposesA: false,
      transposesB: transposes,
      accumulates: false,
    }),
  );
  tape.save(a);
  tape.save(b);
  tape.onBackward(y, (dy) => {
    if (a.needsGradient) {
      const dx = tape.device.allocate(a.elementCount);
      leftGradient(tape, name, { dy, right: b.data, dx }, { ...forward, transposes });
      tape.addGradient(a, dx, name);
    }
    if (b.needsGradient) {
      const db = rightGradient(tape, name, { a: a.data, dy }, { ...forward, transposes });
      tape.addGradient(b, db, name);
    }
  });
  return y;
}

/** dB = Aᵀ·dY, or dYᵀ·A where the product was a·bᵀ. */
function rightGradient(
  tape: Tape,
  name: string,
  { a, dy }: { readonly a: Numbers; readonly dy: Numbers },
  { batch, m, n, k, transposes }: Product & { readonly transposes: boolean },
): Numbers {
  const shape = transposes ? { batch, m: n, n: k, k: m } : { batch, m: k, n, k: m };
  const db = tape.device.allocate(batch * k * n);
  tape.run(record(tape, `${name} wgrad`, shape), (backend) => {
    const [left, right] = transposes ? [dy, a] : [a, dy];
    backend.matmul(left, right, db, undefined, {
      ...shape,
      transposesA: true,
      transposesB: false,
      accumulates: false,
    });
  });
  return db;
}
