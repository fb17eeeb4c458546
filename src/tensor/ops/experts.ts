/** Ops of mixtures of experts: who takes a token, products expert by expert, and their sum. */
import { assert, at } from "../../base/assert.ts";
import type { CombineShape, RouteShape } from "../arithmetic.ts";
import type { OpRecord, Tape } from "../tape.ts";
import { STATISTIC_BYTES } from "../tape.ts";
import type { Parameter, Tensor } from "../tensor.ts";

/** Operations per logit and per pick, counted off the formulas in reference/routing.ts. */
const ROUTE_FLOP = 2;
const ROUTE_BACKWARD_FLOP = 4;

export interface Routed {
  /** [rows, picks]; sum to one in each row. */
  readonly weights: Tensor;
  /** Experts of each row's picks; empty on the shape-only device unless given. */
  readonly experts: Int32Array;
}

/** `given` are picks made without the router, which then only weighs them. */
export function route(
  tape: Tape,
  name: string,
  logits: Tensor,
  { picks, given }: { readonly picks: number; readonly given: Int32Array | undefined },
): Routed {
  const expertCount = at(logits.shape, logits.shape.length - 1);
  const rows = logits.elementCount / expertCount;
  const shape: RouteShape = { rows, experts: expertCount, picks, isGiven: given !== undefined };
  const hasNumbers = tape.device.kind === "native";
  const experts = given ?? new Int32Array(hasNumbers ? rows * picks : 0);
  const weights = tape.output([rows, picks], logits.needsGradient);
  const idBytes = rows * picks * STATISTIC_BYTES;
  tape.run(
    {
      ...{ kind: "softmax", name, shape: [rows, picks], flop: ROUTE_FLOP * logits.elementCount },
      readBytes: tape.bytes(logits.elementCount),
      writtenBytes: tape.bytes(rows * picks) + idBytes,
    },
    (backend) => backend.route(logits.data, experts, weights.data, shape),
  );
  tape.save(weights);
  tape.saveStatistics(rows * picks);
  tape.onBackward(weights, (dweights) => {
    const dlogits = tape.device.allocate(logits.elementCount);
    const arrays = { experts, weights: weights.data, dweights };
    tape.run(
      {
        ...{ kind: "softmax", name, shape: logits.shape },
        flop: ROUTE_BACKWARD_FLOP * rows * picks,
        readBytes: tape.bytes(2 * rows * picks) + idBytes,
        writtenBytes: tape.bytes(logits.elementCount),
      },
      (backend) => backend.routeBackward(arrays, dlogits, shape),
    );
    tape.addGradient(logits, dlogits, name);
  });
  return { weights, experts };
}

/**
 * One product for each expert's rows, as a grouped GEMM is called: an op each way. It looks at the
 * weights of all experts, also of those without rows: where ranks gather weights as they are looked
 * at, all have to.
 */
export function groupedLinear(
  tape: Tape,
  name: string,
  x: Tensor,
  experts: { readonly weights: readonly Parameter[]; readonly counts: readonly number[] },
): Tensor {
  const { weights, counts } = experts;
  const [k, n] = [at(at(weights, 0).shape, 0), at(at(weights, 0).shape, 1)];
  assert(x.shape.at(-1) === k, `${name} gets ${k} inputs`);
  const m = x.elementCount / k;
  const y = tape.output([m, n], true);
  const flags = { transposesA: false, transposesB: false, accumulates: false };
  tape.run(groupedRecord(tape, name, [m, n, k], weights.length), (backend) => {
    const all = weights.map(({ data }) => data);
    eachExpert(counts, (expert, from, rows) => {
      const data = at(all, expert);
      const part = { left: x.data.subarray(from * k, (from + rows) * k) };
      const to = y.data.subarray(from * n, (from + rows) * n);
      backend.matmul(part.left, data, to, undefined, { batch: 1, m: rows, n, k, ...flags });
    });
  });
  tape.save(x);
  tape.onBackward(y, (dy) => {
    const dx = tape.device.allocate(x.elementCount);
    tape.run(groupedRecord(tape, `${name} dgrad`, [m, k, n], weights.length), (backend) => {
      const all = weights.map(({ data }) => data);
      eachExpert(counts, (expert, from, rows) => {
        const left = dy.subarray(from * n, (from + rows) * n);
        const to = dx.subarray(from * k, (from + rows) * k);
        const sizes = { batch: 1, m: rows, n: k, k: n, ...flags, transposesB: true };
        backend.matmul(left, at(all, expert), to, undefined, sizes);
      });
    });
    if (x.needsGradient) tape.addGradient(x, dx, name);
    const record = groupedRecord(tape, `${name} wgrad`, [k, n, m], 0);
    const written = tape.bytes(weights.length * k * n);
    const read = tape.bytes(m * (k + n));
    tape.run({ ...record, readBytes: read, writtenBytes: written }, (backend) => {
      eachExpert(counts, (expert, from, rows) => {
        const left = x.data.subarray(from * k, (from + rows) * k);
        const right = dy.subarray(from * n, (from + rows) * n);
        const sizes = { batch: 1, m: k, n, k: rows, ...flags, transposesA: true };
        const { gradient } = at(weights, expert);
        backend.matmul(left, right, gradient, undefined, { ...sizes, accumulates: true });
      });
    });
    for (const weight of weights) tape.touchGradient(weight);
  });
  return y;
}

function eachExpert(
  counts: readonly number[],
  visit: (expert: number, from: number, rows: number) => void,
): void {
  let from = 0;
  for (const [expert, rows] of counts.entries()) {
    if (rows > 0) visit(expert, from, rows);
    from += rows;
  }
}

function groupedRecord(
  tape: Tape,
  name: string,
  [m, n, k]: readonly [number, number, number],
  matrixCount: number,
): OpRecord {
  return {
    ...{ kind: "matmul", name, shape: [1, m, n, k], flop: 2 * m * n * k },
    readBytes: tape.bytes(m * k + matrixCount * k * n),
    writtenBytes: tape.bytes(m * n),
  };
}

/** y[r] = Σ over picks of weight · x[place]. x has each place once. */
export function combine(
  tape: Tape,
  name: string,
  x: Tensor,
  { weights, places }: { readonly weights: Tensor; readonly places: Int32Array },
): Tensor {
  const [rows, picks] = [at(weights.shape, 0), at(weights.shape, 1)];
  const columns = at(x.shape, x.shape.length - 1);
  const shape: CombineShape = { rows, picks, columns };
  const arrays = { x: x.data, weights: weights.data, places };
  const y = tape.output([rows, columns], true);
  const flop = 2 * x.elementCount;
  const idBytes = rows * picks * STATISTIC_BYTES;
  tape.run(
    {
      ...{ kind: "element-wise", name, shape: y.shape, flop },
      readBytes: tape.bytes(x.elementCount + rows * picks) + idBytes,
      writtenBytes: tape.bytes(y.elementCount),
    },
    (backend) => backend.combine(arrays, y.data, shape),
  );
  tape.save(x);
  tape.saveStatistics(rows * picks);
  tape.onBackward(y, (dy) => {
    const dx = tape.device.allocate(x.elementCount);
    const dweights = tape.device.allocate(rows * picks);
    tape.run(
      {
        ...{ kind: "element-wise", name, shape: x.shape, flop: 1.5 * flop },
        readBytes: tape.bytes(x.elementCount + y.elementCount + rows * picks) + idBytes,
        writtenBytes: tape.bytes(x.elementCount + rows * picks),
      },
      (backend) => backend.combineBackward(arrays, { dy, dx, dweights }, shape),
    );
    tape.addGradient(x, dx, name);
    tape.addGradient(weights, dweights, name);
  });
  return y;
}
